"""`list --shard` and `list-merge`: the files of a single run, and nothing written where a part is wrong."""

from __future__ import annotations

from datetime import datetime

import pytest
from typer.testing import CliRunner

from api.cli import matching
from api.cli.app import app
from matcher.errors import InputError, NotFound, NotReady

MADE_AT = datetime(2026, 6, 30, 10, 0)


@pytest.fixture
def run(filled, monkeypatch):
    monkeypatch.setattr(matching, "now", lambda: MADE_AT)
    options = ["--home", str(filled.home), "--as-of", "2026-06-30"]

    def invoke(command, *arguments):
        shown = options if command == "list" else []
        return CliRunner().invoke(app, [command, *map(str, arguments), *shown])

    return invoke


def test_merged_parts_are_the_file_of_a_single_run(run, tmp_path):
    folder = tmp_path / "分片"
    for number in (2, 1):
        done = run("list", "--shard", f"{number}/2", "--out", folder)
        assert done.exit_code == 0, done.output
    assert f"已写出分片 {folder / '000001-of-000002.shard'}：" in done.stderr
    for name, preset in (("清单.xlsx", "对外版"), ("清单.json", "内部版")):
        single, merged = tmp_path / f"一次{name}", tmp_path / f"合并{name}"
        assert run("list", "--out", single, "--preset", preset).exit_code == 0
        done = run("list-merge", folder, "--out", merged, "--preset", preset)
        assert done.exit_code == 0, done.output
        assert merged.read_bytes() == single.read_bytes()


def test_nothing_is_written_where_a_part_lacks_or_is_damaged(run, tmp_path):
    folder, out = tmp_path / "分片", tmp_path / "清单.xlsx"
    run("list", "--shard", "1/2", "--out", folder)
    done = run("list-merge", folder, "--out", out)
    assert isinstance(done.exception, NotFound)
    assert "缺少分片 2/2" in str(done.exception)
    run("list", "--shard", "2/2", "--out", folder)
    (folder / "000002-of-000002.shard").write_bytes(b"something else")
    done = run("list-merge", folder, "--out", out)
    assert isinstance(done.exception, InputError)
    assert "000002-of-000002.shard 不完整或已损坏" in str(done.exception)
    assert not out.exists()


@pytest.mark.parametrize(
    "options",
    [[], ["--out", "清单.xlsx"], ["--out", "分片", "--run", "a.trec"], ["--out", "分片", "--json"]],
    ids=["nowhere", "file", "run", "json"],
)
def test_what_a_part_cannot_do_is_refused(run, options):
    done = run("list", "--shard", "1/2", *options)
    assert isinstance(done.exception, InputError)
    assert str(done.exception).startswith("--shard 只写出清单的一片：请用 --out 指定一个文件夹")


def test_parts_wait_for_an_index_and_do_not_build_one(run, filled, tmp_path):
    (filled.home / "indexes" / "patents" / "CURRENT").unlink()
    done = run("list", "--shard", "1/2", "--out", tmp_path / "分片")
    assert isinstance(done.exception, NotReady)
    assert "请运行 matcher index" in str(done.exception)
    assert not (tmp_path / "分片").exists()
