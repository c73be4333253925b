"""Blind judging: the top results of several systems as a workbook for experts, and their levels read back.

Under each need the union of the systems' top k stands in a seeded random order, without system, rank or score, so
that nobody can tell who found what. Enterprises' names never stand in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from eval.judgements import LEVELS, Judgement, Judgements, Placed, Run, judgements, some
from matcher.domain import Confidentiality, Need, Patent
from matcher.errors import InputError, PermissionDenied
from matcher.importing.files import FileFormat, format_of
from matcher.importing.rows import Notes, cell_text
from matcher.importing.workbooks import read_workbook
from matcher.matchlists.exports.sheet_text import clean
from matcher.replacing import replacing
from matcher.settings import FileLimits

HEADER = (
    "序号",
    "需求编号",
    "需求名称",
    "需求内容",
    "专利编号",
    "专利名称",
    "专利摘要",
    "等级（1–4）",
    "备注",
)
_WIDTHS = (6, 16, 28, 50, 22, 36, 60, 12, 20)
_SHEET = "评审"
_LEVEL = 7


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One pair to be judged."""

    need: Need
    patent: Patent


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back: the judgements, and the pairs that the expert left open."""

    judgements: Judgements
    open: int


def pool(
    runs: Sequence[Run], needs: Sequence[Need], patents: Sequence[Patent], k: int = 10, seed: int = 0
) -> tuple[PoolRow, ...]:
    """The union of the runs' top k by need, each need's in a random order of its own.

    Raises InputError where the runs name a patent that is unknown, or nothing is to be judged.
    """
    by_id = {patent.id: patent for patent in patents}
    rows: list[PoolRow] = []
    unknown: set[str] = set()
    for need in sorted(needs, key=lambda need: need.id):
        found = {c for run in runs if need.id in run.rankings for c in run.rankings[need.id].ids[:k]}
        unknown |= found - by_id.keys()
        shuffled = sorted(
            found & by_id.keys(), key=lambda c: sha256(f"{seed}\0{need.id}\0{c}".encode()).digest()
        )
        rows += [PoolRow(need, by_id[candidate]) for candidate in shuffled]
    if unknown:
        raise InputError(
            f"有 {len(unknown)} 个专利编号在数据中找不到（{some(sorted(unknown))}）。请核对编号。",
            code="unknown_id",
        )
    if not rows:
        raise InputError("没有需要评审的结果：各方案对这些需求都没有给出专利。", code="empty")
    return tuple(rows)


def write_pool(rows: Sequence[PoolRow], path: Path, made_at: datetime, confidential: bool = False) -> None:
    """Write the workbook; the same rows and time give the same bytes.

    Raises PermissionDenied where needs are for the authority only and `confidential` is not set.
    """
    secret = sorted({r.need.id for r in rows if r.need.confidentiality is Confidentiality.AUTHORITY_ONLY})
    if secret and not confidential:
        raise PermissionDenied(
            f"有 {len(secret)} 条需求仅主管部门可见（{some(secret)}），不能写入发给专家的评审表。"
            "请先取得同意并确认（--confidential），或去掉这些需求。"
        )
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary), options) as book:
        book.set_properties({"title": "专利匹配评审表", "created": made_at})
        bold = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#F1F4F7"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(_SHEET)
        sheet.write_row(0, 0, HEADER, bold)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        for number, row in enumerate(rows, 1):
            need, patent = row.need, row.patent
            cells = (need.id, need.title, need.description, patent.id, patent.title, patent.abstract)
            sheet.write_number(number, 0, number)
            for column, cell in enumerate(cells, 1):
                sheet.write_string(number, column, clean(cell), wrapped)
        sheet.data_validation(
            1,
            _LEVEL,
            len(rows),
            _LEVEL,
            {"validate": "list", "source": list(LEVELS), "error_message": "请填 1–4"},
        )
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 80)
        for line, text in enumerate(_instructions()):
            notes.write_string(line, 0, text)


def read_pool(path: Path, rows: Sequence[PoolRow] | None = None) -> Returned:
    """Read the levels back; raises InputError with row numbers for what is no level, and for foreign pairs."""
    found, open_pairs = returned_rows(path, rows)
    return Returned(judgements(placed.judgement for placed in found), open_pairs)


def returned_rows(path: Path, rows: Sequence[PoolRow] | None = None) -> tuple[list[Placed], int]:
    """The same row by row, and the number of pairs left open."""
    cells = _cells(path)
    expected = None if rows is None else {(row.need.id, row.patent.id) for row in rows}
    found: list[Placed] = []
    wrong: list[str] = []
    foreign: list[str] = []
    open_pairs = 0
    for number, row in cells:
        pair = (row[1], row[4])
        if not any(pair):
            continue
        level = _level(row[_LEVEL])
        if expected is not None and pair not in expected:
            foreign.append(f"第 {number} 行")
        elif level is None:
            open_pairs += 1
        elif level not in LEVELS:
            wrong.append(f"第 {number} 行：{row[_LEVEL]}")
        else:
            found.append(Placed(number, Judgement(*pair, level)))
    if wrong:
        raise InputError(f"{path.name} 有 {len(wrong)} 个等级不是 1–4（{some(wrong)}）。请改正后重新交回。")
    if foreign:
        raise InputError(
            f"{path.name} 有 {len(foreign)} 行不属于这次评审（{some(foreign)}）。请用原评审表填写。",
            code="unknown_id",
        )
    return found, open_pairs


def _cells(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """The numbered rows below the header, each as wide as the header."""
    if format_of(path) is not FileFormat.WORKBOOK:
        raise InputError(f"{path.name} 不是 Excel 文件。请用原评审表填写后交回。", code="unreadable")
    for sheet in read_workbook(path, FileLimits(), Notes()):
        rows = [(row.number, tuple(map(cell_text, row.cells))) for row in sheet.rows]
        if sheet.name == _SHEET:
            if not rows or rows[0][1][: len(HEADER)] != HEADER:
                raise InputError(
                    f"{path.name} 的表头已被改动，应为：{'、'.join(HEADER)}。", code="unreadable"
                )
            return [(number, (*row, *("",) * len(HEADER))[: len(HEADER)]) for number, row in rows[1:]]
    raise InputError(f"{path.name} 里没有工作表“{_SHEET}”。请用原评审表填写后交回。", code="unreadable")


def _level(text: str) -> int | None:
    """The level in a cell; None where it is empty, 0 where it is none."""
    text = text.strip()
    return (int(text) if text in {"1", "2", "3", "4"} else 0) if text else None


def _instructions() -> tuple[str, ...]:
    scale = tuple(f"{level}　{name}" for level, name in LEVELS.items())
    return (
        "请逐行判断专利对需求的适合程度，在“等级”一列填 1–4，拿不准可以留空。",
        *scale,
        "各行次序是随机的，与任何系统的推荐次序无关；请不要改动编号、表头和行的次序。",
    )
