"""A list in parts: the same bytes as in one run, and a sentence for every way in which the parts can be wrong."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from matcher import usecases
from matcher.domain import Confidentiality, Need
from matcher.errors import InputError, NotFound
from matcher.matchlists.exports import export
from matcher.sealed import seal, unseal
from matcher.shards import Part, save

REQUEST = usecases.ListRequest(
    date(2026, 9, 1), datetime(2026, 9, 1, 9, 0), event="2026年秋季路演", organiser="河东省知识产权局"
)
SUBJECTS = ("高速永磁电机转子散热", "船舶防污涂层", "耐海水腐蚀的涂料", "电机转子灌封", "石墨烯改性树脂")


@pytest.fixture
def sharded(workspace, tmp_path):
    """A workspace with more needs than parts, and three parts of its list."""
    needs = [
        Need(
            f"m{number}",
            f"{SUBJECTS[number % 5]}技术",
            f"寻求{SUBJECTS[number % 5]}的结构和方法。",
            confidentiality=Confidentiality.PUBLIC if number % 2 else Confidentiality.AUTHORITY_ONLY,
        )
        for number in range(9)
    ]
    workspace.store.merge(needs, date(2026, 8, 1))
    usecases.build_index(workspace, datetime(2026, 9, 1, 8, 0), full=True)
    folder = tmp_path / "分片"
    for number in (3, 1, 2):
        save(usecases.make_shard(workspace, REQUEST, Part(number, 3)), folder)
    return workspace, folder


def merge(folder):
    return usecases.merge_list(folder, REQUEST.made_at)


def test_the_parts_make_the_list_of_a_single_run_byte_for_byte(sharded, tmp_path):
    workspace, folder = sharded
    single, merged = usecases.make_list(workspace, REQUEST), merge(folder)
    assert merged == single
    assert len(merged.needs) == 11
    assert sum(len(one.matches) for one in merged.needs) > 10
    for suffix in (".xlsx", ".json", ".txt"):
        for preset in ("内部版", "对外版"):
            files = [tmp_path / f"{name}{suffix}" for name in ("一次", "合并")]
            for made, file in zip((single, merged), files, strict=True):
                export(made, file, preset=preset)
            assert files[0].read_bytes() == files[1].read_bytes()


def test_making_a_part_again_makes_the_same_bytes(sharded):
    workspace, folder = sharded
    before = Part(2, 3).file(folder).read_bytes()
    later = replace(REQUEST, made_at=datetime(2026, 9, 1, 17, 30))
    save(usecases.make_shard(workspace, later, Part(2, 3)), folder)
    assert Part(2, 3).file(folder).read_bytes() == before


def test_more_parts_than_needs_leave_some_empty(workspace, tmp_path):
    for number in range(1, 6):
        save(usecases.make_shard(workspace, REQUEST, Part(number, 5)), tmp_path)
    assert merge(tmp_path) == usecases.make_list(workspace, REQUEST)


def test_parts_are_runs_of_neighbours_that_hold_everything_once():
    items = list(range(11))
    parts = [list(Part(number, 4).of_all(items)) for number in range(1, 5)]
    assert parts == [[0, 1], [2, 3, 4], [5, 6, 7], [8, 9, 10]]


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/3/5", "-1/3", "1/0"])
def test_a_part_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="应写成 i/n（如 3/8，i 从 1 到 n），收到的是"):
        Part.read(text)


def test_a_missing_part_is_named_with_what_to_run(sharded):
    _, folder = sharded
    Part(2, 3).file(folder).unlink()
    with pytest.raises(NotFound) as raised:
        merge(folder)
    assert (raised.value.code, str(raised.value)) == (
        "missing_shard",
        f"{folder} 中缺少分片 2/3。请用相同选项运行 matcher list --shard 2/3 --out {folder}，再合并。",
    )


def test_an_empty_folder_says_where_to_begin(tmp_path):
    with pytest.raises(NotFound, match=r"中没有清单分片。请先运行 matcher list --shard 1/n"):
        merge(tmp_path)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-30], lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:]]
)
def test_a_damaged_part_is_named(sharded, damage):
    _, folder = sharded
    file = Part(3, 3).file(folder)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(InputError, match=r"000003-of-000003.shard 不完整或已损坏。.*--shard 3/3") as raised:
        merge(folder)
    assert raised.value.code == "damaged_shard"


def test_content_that_was_changed_with_care_is_found_by_its_checksum(sharded):
    _, folder = sharded
    file = Part(1, 3).file(folder)
    changed = gzip.decompress(file.read_bytes()).replace(b"0.8", b"0.9", 1)
    file.write_bytes(gzip.compress(changed))
    with pytest.raises(InputError, match="不完整或已损坏"):
        merge(folder)


@pytest.mark.parametrize("change", [{"format": 99}, {"methods": "?"}])
def test_a_part_of_another_version_is_named(sharded, change):
    _, folder = sharded
    file = Part(1, 3).file(folder)
    content = json.loads(unseal(file) or b"")
    seal(file, json.dumps(content | change).encode())
    with pytest.raises(InputError, match=r"000001-of-000003.shard 由本程序的另一版本写出") as raised:
        merge(folder)
    assert raised.value.code == "foreign_shard"


def test_a_renamed_part_is_refused(sharded):
    _, folder = sharded
    Part(1, 3).file(folder).replace(Part(2, 3).file(folder))
    save_again = Part(3, 3).file(folder).read_bytes()
    Part(1, 3).file(folder).write_bytes(save_again)
    with pytest.raises(InputError, match=r"000001-of-000003.shard .*被改过文件名（内容是 3/3）"):
        merge(folder)


@pytest.mark.parametrize(
    "other",
    [{"as_of": date(2026, 9, 2)}, {"k": 3}, {"event": "另一场活动"}],
    ids=["day", "length", "event"],
)
def test_a_part_of_another_job_is_named(sharded, other):
    workspace, folder = sharded
    save(usecases.make_shard(workspace, replace(REQUEST, **other), Part(2, 3)), folder)
    with pytest.raises(
        InputError, match=r"000002-of-000003.shard 与 000001-of-000003.shard 不是同一次"
    ) as raised:
        merge(folder)
    assert raised.value.code == "foreign_shard"


def test_a_need_that_changed_meanwhile_makes_another_job(sharded):
    workspace, folder = sharded
    workspace.store.merge([Need("m99", "新的需求")], date(2026, 8, 2))
    save(usecases.make_shard(workspace, REQUEST, Part(2, 3)), folder)
    with pytest.raises(InputError, match="不是同一次编制的分片"):
        merge(folder)


def test_two_cuts_in_one_folder_are_refused(sharded):
    workspace, folder = sharded
    save(usecases.make_shard(workspace, REQUEST, Part(1, 2)), folder)
    with pytest.raises(InputError, match=r"既有分成 2 片的，也有分成 3 片的（000001-of-000003.shard）"):
        merge(folder)


def test_dask_makes_the_parts_and_merges_them(workspace, tmp_path):
    script = Path(__file__).parents[2] / "docs" / "examples" / "dask_list.py"
    folder, out = tmp_path / "分片", tmp_path / "对接清单.xlsx"
    options = ["--home", str(workspace.settings.home), "--as-of", "2026-09-01", "--event", REQUEST.event]
    options += ["--organiser", REQUEST.organiser]
    command = [sys.executable, str(script), str(folder), str(out), "--parts", "3", "--workers", "2", *options]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == ["1/3 done", "2/3 done", "3/3 done"]
    assert f"已写出 {out}：2 条需求" in done.stderr
    assert merge(folder) == usecases.make_list(workspace, REQUEST)
