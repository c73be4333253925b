"""What a file of judgements that is handed in must be, and that one that is refused changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from eval import judged_sets
from eval.judged_files import keep, read_handed_in
from eval.pooling import PoolRow, write_pool
from matcher.domain import Confidentiality, Enterprise, Need, Patent
from matcher.errors import Conflict, InputError
from matcher.store.database import Store

NEEDS = [Need(f"N{i}", "反渗透膜", confidentiality=Confidentiality.PUBLIC) for i in (1, 2)]
PATENTS = [Patent("P1", "膜"), Patent("P2", "泵")]
HEADER = "need_id\tachievement_id\tlevel\n"
LEVELS = {"N1": {"P1": 4, "P2": 1}, "N2": {"P1": 3}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "matcher.db") as opened:
        opened.merge([*NEEDS, *PATENTS, Enterprise("E1", "甲公司")], date(2026, 1, 1))
        yield opened


def sheet(path: Path, levels: list[object]) -> Path:
    """The filled sheet of blind judging."""
    rows = [PoolRow(NEEDS[0], PATENTS[0]), PoolRow(NEEDS[0], PATENTS[1]), PoolRow(NEEDS[1], PATENTS[0])]
    rows.append(PoolRow(NEEDS[1], PATENTS[1]))
    write_pool(rows, path, datetime(2026, 1, 1))
    book = openpyxl.load_workbook(path)
    for number, level in enumerate(levels, 2):
        book["评审"].cell(number, 8).value = level  # type: ignore[union-attr]
    book.save(path)
    return path


def text(path: Path, content: str) -> Path:
    path.write_text(content, "utf-8")
    return path


def test_a_sheet_and_a_text_become_sets_of_the_workspace(store: Store, tmp_path: Path) -> None:
    filled = read_handed_in(sheet(tmp_path / "评审.xlsx", [4, 1, 3, None]), store)
    assert (filled.name, dict(filled.judgements.levels), filled.open) == ("评审.tsv", LEVELS, 1)
    qrels = read_handed_in(text(tmp_path / "甲.qrels", "N1 0 P1 3\nN1 0 P2 0\nN2 0 P1 2\nE1 0 P1 0\n"), store)
    assert (qrels.name, dict(qrels.judgements.levels), qrels.open) == (
        "甲.tsv",
        LEVELS | {"E1": {"P1": 1}},
        0,
    )
    home = tmp_path / "工作区"
    for given in (filled, qrels):
        keep(home, given)
    assert judged_sets.names(home)[2:] == ("甲.tsv", "评审.tsv")
    kept = home / judged_sets.FOLDER / "评审.tsv"
    assert kept.read_text("utf-8") == f"{HEADER}N1\tP1\t4\nN1\tP2\t1\nN2\tP1\t3\n"


def test_a_set_of_that_name_is_replaced_only_where_that_is_asked_for(store: Store, tmp_path: Path) -> None:
    given = [read_handed_in(text(tmp_path / "甲.tsv", f"{HEADER}N1\tP{i}\t4\n"), store) for i in (1, 2)]
    keep(tmp_path, given[0])
    before, noted = judged_sets.names(tmp_path), []
    with pytest.raises(Conflict, match=r"已有名为“甲.tsv”的标注集，没有覆盖") as refused:
        keep(tmp_path, given[1], note=lambda: noted.append("x"))
    path = tmp_path / judged_sets.FOLDER / "甲.tsv"
    assert (refused.value.code, noted, path.read_text("utf-8")) == ("exists", [], f"{HEADER}N1\tP1\t4\n")
    keep(tmp_path, given[1], replace=True, note=lambda: noted.append("x"))
    assert (noted, path.read_text("utf-8"), judged_sets.names(tmp_path)) == (
        ["x"],
        f"{HEADER}N1\tP2\t4\n",
        before,
    )


def test_what_cannot_be_noted_is_not_kept(store: Store, tmp_path: Path) -> None:
    def fails() -> None:
        raise OSError("busy")

    given = read_handed_in(text(tmp_path / "甲.tsv", f"{HEADER}N1\tP1\t4\n"), store)
    with pytest.raises(OSError, match="busy"):
        keep(tmp_path, given, note=fails)
    assert not (tmp_path / judged_sets.FOLDER).exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "N1\tP1\t7\nN9\tP1\t3\nN1\tP9\t3\nN2\tP1\t3\nN2\tP1\t1\n",
            "甲.tsv 有 4 处不能采用（例如 第 2 行“等级”“7”：应为 1–4、第 3 行“需求编号”“N9”：库中没有、"
            "第 4 行“专利编号”“P9”：库中没有、第 6 行“等级”“1”：第 5 行为 3，前后不一致）。没有收下这个文件",
        ),
        ("N1\tP1\t强\n", "甲.tsv 有 1 行无法识别（例如 第 2 行“等级”“强”）"),
        ("N1\tP1\t2\nN2\tP1\t1\n", "甲.tsv 中没有一条需求有“较相关”（3）以上的专利"),
        ("", "标注为空"),
    ],
)
def test_a_text_that_is_refused_says_where(store: Store, tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        read_handed_in(text(tmp_path / "甲.tsv", HEADER + content), store)
    assert sentence in str(refused.value)


def test_a_sheet_that_is_refused_says_where(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"评审.xlsx 有 1 个等级不是 1–4（例如 第 3 行：9）"):
        read_handed_in(sheet(tmp_path / "评审.xlsx", [4, 9]), store)
    with pytest.raises(InputError, match=r"甲.csv 不是标注文件。请上传填好的评审表"):
        read_handed_in(text(tmp_path / "甲.csv", "N1,P1,4\n"), store)
