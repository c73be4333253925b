from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from eval.judgements import Run
from eval.pooling import HEADER, PoolRow, pool, read_pool, write_pool
from matcher.domain import Confidentiality, Need, Patent
from matcher.errors import InputError, PermissionDenied

NEEDS = [
    Need("n1", "轴承", "寿命 2 倍", enterprise="宏远轴承", confidentiality=Confidentiality.PUBLIC),
    Need("n2", "=除磷", confidentiality=Confidentiality.ANONYMOUS),
]
PATENTS = [Patent(f"p{i}", f"专利{i}", abstract="一种装置") for i in range(8)]
RUNS = [
    Run.in_order("甲系统", {"n1": ["p0", "p1", "p2"], "n2": ["p5"]}),
    Run.in_order("乙系统", {"n1": ["p1", "p3", "p4"]}),
]
MADE = datetime(2026, 1, 1)


@pytest.fixture
def rows() -> tuple[PoolRow, ...]:
    return pool(RUNS, NEEDS, PATENTS, k=2, seed=1)


def _fill(path: Path, levels: list[object]) -> Path:
    book = openpyxl.load_workbook(path)
    for number, level in enumerate(levels, 2):
        book["评审"].cell(number, 8).value = level  # type: ignore[union-attr]
    book.save(path)
    return path


def test_the_pool_is_the_union_of_the_top_k_in_an_order_of_its_own(rows: tuple[PoolRow, ...]) -> None:
    assert {(row.need.id, row.patent.id) for row in rows} == {
        ("n1", "p0"),
        ("n1", "p1"),
        ("n1", "p3"),
        ("n2", "p5"),
    }
    assert pool(RUNS, NEEDS, PATENTS, k=2, seed=1) == rows
    orders = {
        tuple(row.patent.id for row in pool(RUNS, NEEDS, PATENTS, k=2, seed=seed)) for seed in range(20)
    }
    assert len(orders) > 2
    assert pool(RUNS[::-1], NEEDS, PATENTS, k=2, seed=1) == rows


def test_the_workbook_is_blind_and_its_levels_come_back(tmp_path: Path, rows: tuple[PoolRow, ...]) -> None:
    path = tmp_path / "pool.xlsx"
    write_pool(rows, path, MADE)
    cells = [
        tuple(cell or "" for cell in row)
        for row in openpyxl.load_workbook(path)["评审"].iter_rows(values_only=True)
    ]
    assert cells[0] == HEADER
    assert [(row[1], row[4]) for row in cells[1:]] == [(row.need.id, row.patent.id) for row in rows]
    shown = " ".join(str(cell) for row in cells for cell in row)
    assert "系统" not in shown
    assert "宏远" not in shown
    found = read_pool(_fill(path, [4, "2", None, 1.0]), rows)
    assert found.open == 1
    expected = {(rows[i].need.id, rows[i].patent.id): level for i, level in ((0, 4), (1, 2), (3, 1))}
    assert {
        (n, c): level for n, judged in found.judgements.levels.items() for c, level in judged.items()
    } == expected


def test_the_same_pool_gives_the_same_bytes(tmp_path: Path, rows: tuple[PoolRow, ...]) -> None:
    write_pool(rows, tmp_path / "a.xlsx", MADE)
    write_pool(rows, tmp_path / "b.xlsx", MADE)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_needs_of_the_authority_are_not_handed_out_unasked(tmp_path: Path) -> None:
    rows = [PoolRow(Need("n9", "涂层"), PATENTS[0])]
    with pytest.raises(PermissionDenied, match="有 1 条需求仅主管部门可见（例如 n9）"):
        write_pool(rows, tmp_path / "pool.xlsx", MADE)
    assert not (tmp_path / "pool.xlsx").exists()
    write_pool(rows, tmp_path / "pool.xlsx", MADE, confidential=True)
    assert (tmp_path / "pool.xlsx").exists()


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ([5, 2, "强", 1], r"有 2 个等级不是 1–4（例如 第 2 行：5、第 4 行：强）"),
        ([2.5], r"有 1 个等级不是 1–4（例如 第 2 行：2.5）"),
        ([], "标注为空"),
    ],
)
def test_bad_levels_are_refused_with_their_rows(
    tmp_path: Path, rows: tuple[PoolRow, ...], levels: list[object], message: str
) -> None:
    write_pool(rows, tmp_path / "pool.xlsx", MADE)
    with pytest.raises(InputError, match=message):
        read_pool(_fill(tmp_path / "pool.xlsx", levels), rows)


def test_another_pools_rows_and_files_are_refused(tmp_path: Path, rows: tuple[PoolRow, ...]) -> None:
    write_pool(rows, tmp_path / "pool.xlsx", MADE)
    with pytest.raises(InputError, match="有 1 行不属于这次评审（例如 第 5 行）"):
        read_pool(_fill(tmp_path / "pool.xlsx", [1, 1, 1, 1]), rows[:3])
    (tmp_path / "text.xlsx").write_text("需求,专利\n", encoding="utf-8")
    with pytest.raises(InputError, match="不是 Excel 文件"):
        read_pool(tmp_path / "text.xlsx")
    book = openpyxl.load_workbook(tmp_path / "pool.xlsx")
    book["评审"].cell(1, 8).value = "分数"  # type: ignore[union-attr]
    book.save(tmp_path / "pool.xlsx")
    with pytest.raises(InputError, match="表头已被改动"):
        read_pool(tmp_path / "pool.xlsx")


def test_unknown_patents_and_empty_pools_are_refused() -> None:
    with pytest.raises(InputError, match="有 1 个专利编号在数据中找不到（例如 z）"):
        pool([Run.in_order("r", {"n1": ["z"]})], NEEDS, PATENTS)
    with pytest.raises(InputError, match="没有需要评审的结果"):
        pool([Run.in_order("r", {"n7": ["p0"]})], NEEDS, PATENTS)
