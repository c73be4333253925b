"""The files an officer of 河东省 would have: seven workbooks and a ledger, with the faults such files have.

Title, note and group rows above the header, merged cells, blanks in headers, numbers and dates in every form,
patents reported twice, spoilt and mistyped numbers, an unknown column, blank rows and a footer. What the importer
makes of each is fixed by a test: every row lands, merges, or is refused with a reason.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from matcher.domain import LegalStatus, LicensingMode, Need, Patent
from matcher.identifiers import check_digit
from matcher.replacing import replacing
from matcher.sample.columns import (
    ASSESSMENTS,
    ENTERPRISES,
    EXPERTS,
    HOLDERS,
    NEEDS,
    PATENTS,
    SERVICES,
    TRANSACTIONS,
    Column,
)
from matcher.sample.habits import Typed
from matcher.sample.province import Province, province

R = TypeVar("R")
Row = list[Typed]
_MADE = datetime(2026, 6, 12, 9, 0)
_FICTION = "本表为软件自带的虚构示例，其中的地名、单位、人员、号码和技术内容均为虚构，与现实无关。"


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: what stands above the header, the header with its groups, the rows, and what stands below."""

    name: str
    title: str
    note: str
    columns: Sequence[Column[Any]]
    rows: Sequence[Row]
    footer: str = ""
    footer_column: int = 0
    """Where the footer stands: nothing is imported from the first column, a footer elsewhere looks like a row."""
    merged: int | None = None
    """A column whose equal neighbours are merged."""


def write_workbooks(folder: Path) -> None:
    """Write 专利盘点表, 企业名录, 技术需求征集汇总, 企业评价, 高校院所名录, 专家名录, 服务机构名录 (xlsx) and 历史交易 (csv, GB18030).

    The same version writes the same bytes. Raises InputError where the folder cannot be written.
    """
    here = province()
    _write(folder / "专利盘点表.xlsx", [_patents(here)])
    _write(folder / "企业名录.xlsx", [_enterprises(here)])
    _write(folder / "技术需求征集汇总.xlsx", _needs(here))
    _write(folder / "企业评价.xlsx", [_assessments(here)])
    _write(folder / "高校院所名录.xlsx", [_holders(here)])
    _write(folder / "专家名录.xlsx", [_experts(here)])
    _write(folder / "服务机构名录.xlsx", [_services(here)])
    _write_ledger(folder / "历史交易.csv", here)


def _rows(columns: Sequence[Column[R]], records: Sequence[R]) -> list[Row]:
    return [[column.cell(record, number) for column in columns] for number, record in enumerate(records)]


def _at(columns: Sequence[Column[R]], header: str) -> int:
    return next(place for place, column in enumerate(columns) if column.header == header)


def _patents(here: Province) -> Page:
    """Sorted by holder, as institutions report; five rows that people have got wrong, or reported twice."""
    ordered = sorted(here.patents, key=lambda one: (one.holders[0], one.id))
    rows = _rows(PATENTS, ordered)
    number, publication, scenario = (
        _at(PATENTS, header) for header in ("申请号（专利号）", "公开（公告）号 ", "应用场景（产业化前景）")
    )
    rows[40][scenario] = f"{str(rows[40][scenario])[:3]}\ufffd{str(rows[40][scenario])[4:]}"
    mistyped, spoilt, found = ([*rows[place]] for place in (12, 25, 57))
    mistyped[number] = _miscounted(ordered[12].id)
    spoilt[number] = found[number] = "2.01E+12"
    mistyped[publication] = spoilt[publication] = ""
    rows += [*_twice(ordered), mistyped, spoilt, found]
    for place, row in enumerate(rows):
        row[0] = float(place + 1)
    return Page(
        "盘点表",
        "河东省高校院所存量专利盘点表",
        f"填报单位：河东省知识产权局　数据截至：2026年6月10日　{_FICTION}",
        PATENTS,
        rows,
        "填表人：邵文静　　审核人：卢启航　　填表日期：2026年6月12日",
        footer_column=2,
    )


def _miscounted(patent_id: str) -> str:
    """A number with a check digit that is not its own."""
    base = patent_id.removeprefix("CN")
    return f"{base}.{'5' if check_digit(base) != '5' else '6'}"


def _twice(ordered: Sequence[Patent]) -> list[Row]:
    """A patent's earlier publication, and a joint patent that the second holder has reported as well."""
    granted = next(one for one in ordered if one.published and one.status is LegalStatus.GRANTED)
    application = replace(
        granted,
        publication_number=granted.publication_number[:-1] + "A",
        status=LegalStatus.PENDING,
        status_date=granted.published,
        granted=None,
        modes=(),
        fee=None,
        prospect=None,
    )
    joint = next(one for one in ordered if len(one.holders) > 1)
    return _rows(PATENTS, [application, replace(joint, contact="技术中心 0000-6000000")])


def _enterprises(here: Province) -> Page:
    """Sorted by city, whose cells are merged; one enterprise stands there twice, the second time with a wrong code."""
    ordered = sorted(here.enterprises, key=lambda one: (one.region, one.id))
    again = ordered[3]
    wrong = again.credit_code[:-1] + ("A" if again.credit_code[-1] != "A" else "B")
    repeated = replace(
        again, credit_code=wrong, modes=(LicensingMode.ORDINARY_LICENCE, *again.modes), contact=""
    )
    listed = [*ordered[:20], repeated, *ordered[20:]]
    listed.sort(key=lambda one: one.region)
    return Page(
        "企业名录",
        "河东省重点产业企业名录",
        _FICTION,
        ENTERPRISES,
        _rows(ENTERPRISES, listed),
        "合计",
        merged=1,
    )


def _needs(here: Province) -> list[Page]:
    """Two years on two sheets and one that explains them; a need sent twice, and a row without any."""
    years = {
        year: [need for need in here.needs if need.own_id.startswith(f"HD{year}")] for year in (2025, 2026)
    }
    pages = []
    for year, found in years.items():
        rows = _rows(NEEDS, found)
        if year == 2026:
            longer = replace(found[0], description=found[0].description + "如有现成样机，可安排来厂实测。")
            rows += [*_rows(NEEDS, [longer]), _empty_need(found[1])]
        note = f"汇总单位：河东省知识产权局运用促进处　{_FICTION}"
        pages.append(
            Page(f"{year}年", f"{year}年河东省企业技术需求征集汇总表", note, NEEDS, rows, "联系人：骆佳宁")
        )
    notes: list[Row] = [["公开范围不填的，按仅主管部门可见处理。"], ["预算按万元填写，也可填面议。"]]
    return [*pages, Page("填表说明", "填表说明", "", (), notes)]


def _empty_need(need: Need) -> Row:
    """A line that somebody began: an enterprise and no need."""
    blank = replace(need, own_id="HD2026-900", title="", description="", indicators="", problem="")
    return _rows(NEEDS, [blank])[0]


def _assessments(here: Province) -> Page:
    """One row twice, one with a mistyped number, one that does not say whose word it is."""
    rows = _rows(ASSESSMENTS, here.assessments)
    mistyped, nameless = [*rows[10]], [*rows[20]]
    mistyped[1] = _miscounted(here.assessments[10].patent_id)
    nameless[2] = nameless[3] = ""
    return Page(
        "评价汇总",
        "企业对高校院所专利的评价汇总",
        _FICTION,
        ASSESSMENTS,
        [*rows, [*rows[5]], mistyped, nameless],
    )


def _holders(here: Province) -> Page:
    return Page("名录", "河东省高校院所医院名录", _FICTION, HOLDERS, _rows(HOLDERS, here.holders))


def _experts(here: Province) -> Page:
    """One is named twice, and one without the enterprise that recommends."""
    rows = _rows(EXPERTS, here.experts)
    nameless = [*rows[4]]
    nameless[2] = ""
    return Page("专家", "河东省企业专家推荐汇总表", _FICTION, EXPERTS, [*rows, [*rows[2]], nameless])


def _services(here: Province) -> Page:
    """One says neither what it is nor what it offers."""
    rows = _rows(SERVICES, here.services)
    silent = [*rows[0]]
    silent[1:5] = ["桐安企业服务有限公司", "", "", ""]
    return Page("服务机构", "河东省知识产权服务机构名录", _FICTION, SERVICES, [*rows, silent])


def _write(path: Path, pages: Sequence[Page]) -> None:
    import xlsxwriter

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, options)
        book.set_properties({"title": path.stem, "comments": _FICTION, "created": _MADE})
        for page in pages:
            _write_page(book, page)
        book.close()


def _write_page(book: Any, page: Page) -> None:  # noqa: ANN401 (an xlsxwriter workbook)
    sheet = book.add_worksheet(page.name)
    bold = book.add_format(
        {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}
    )
    plain = book.add_format({"valign": "top", "text_wrap": True})
    last = max(len(page.columns) - 1, 5)
    sheet.merge_range(0, 0, 0, last, page.title, bold)
    if page.note:
        sheet.merge_range(1, 0, 1, last, page.note, plain)
    top = 2
    if any(column.group for column in page.columns):
        _write_groups(sheet, page.columns, bold)
        top = 3
    for place, column in enumerate(page.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(top, place, column.header, bold)
    for number, row in enumerate(page.rows, start=top + 1):
        for place, value in enumerate(row):
            if place != page.merged and value != "":
                _write_cell(sheet, number, place, value)
    if page.merged is not None:
        _merge_equal(sheet, page, top + 1, plain)
    end = top + len(page.rows) + 1
    sheet.write_string(end, 1, " ")
    if page.footer:
        sheet.write_string(end + 2, page.footer_column, page.footer)


def _write_cell(sheet: Any, row: int, column: int, value: Typed) -> None:  # noqa: ANN401
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day))
    else:
        sheet.write_number(row, column, value)


def _write_groups(sheet: Any, columns: Sequence[Column[Any]], bold: Any) -> None:  # noqa: ANN401
    """The row of groups above the header."""
    for group in dict.fromkeys(column.group for column in columns):
        places = [place for place, column in enumerate(columns) if column.group == group]
        if group and len(places) > 1:
            sheet.merge_range(2, places[0], 2, places[-1], group, bold)


def _merge_equal(sheet: Any, page: Page, first: int, plain: Any) -> None:  # noqa: ANN401
    """Runs of equal cells of one column as merged areas."""
    place = page.merged or 0
    start = 0
    for number in range(1, len(page.rows) + 1):
        if number == len(page.rows) or page.rows[number][place] != page.rows[start][place]:
            value = str(page.rows[start][place])
            if number - start > 1:
                sheet.merge_range(first + start, place, first + number - 1, place, value, plain)
            else:
                sheet.write_string(first + start, place, value)
            start = number


def _write_ledger(path: Path, here: Province) -> None:
    """The ledger of the register, exported long ago: GB18030, a title line, an event that ends a pledge."""
    rows = [[_typed(cell) for cell in row] for row in _rows(TRANSACTIONS, here.transactions)]
    released = [*rows[0]]
    released[2], released[3] = "质押登记注销", "2020.3.2"
    spoilt = [*rows[7]]
    spoilt[1] = "2.01E+12"
    with replacing(path) as temporary, temporary.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(["河东省专利交易登记台账（2016—2026年，虚构示例）"])
        writer.writerow([column.header for column in TRANSACTIONS])
        writer.writerows([*rows, [*rows[3]], released, spoilt])
        writer.writerow([""] * len(TRANSACTIONS))


def _typed(value: Typed) -> str:
    if isinstance(value, float):
        return f"{value:.0f}"
    return value.isoformat() if isinstance(value, date) else value
