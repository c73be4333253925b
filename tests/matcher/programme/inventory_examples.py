"""A small inventory of two holders, and the hands that fill in its sheets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook

from matcher.domain import ImplementationStatus, LegalStatus, LicensingMode, Patent, PatentType

TODAY = datetime(2026, 3, 20, 9)


def patent(number: str, **facts) -> Patent:
    """Numbers such as 201610000001.5."""
    base = number.split(".")[0]
    plain = Patent(
        id=f"CN{base}",
        title=f"一种阀门{base[-2:]}",
        abstract="本发明公开了一种阀门。",
        application_number=f"CN{number}",
        type=PatentType.INVENTION,
        status=LegalStatus.GRANTED,
        status_date=date(2026, 3, 1),
        filed=date(2016, 1, 4),
        granted=date(2018, 6, 5),
        holders=("泰山学院",),
        inventors=("张三", "李四"),
        college="机械学院",
    )
    return replace(plain, **facts)


PATENTS = (
    patent("201610000001.5"),
    patent("201610000002.X", inventors=("王五",), funded=True),
    patent("201610000003.4", college="材料学院", implementation=ImplementationStatus.NOT_IMPLEMENTED),
    patent("201610000004.9", holders=("岱岳研究院",), college="", modes=(LicensingMode.ASSIGNMENT,)),
    patent("201610000005.3", status=LegalStatus.LAPSED),
    patent("201610000006.8", implementation=ImplementationStatus.ASSIGNED),
    patent("201610000007.2", status=LegalStatus.PENDING, granted=None),
)


GOOD = {
    "实施状态": "未实施",
    "未实施原因": "缺少中试条件",
    "技术成熟度": "小试",
    "应用场景": "化工管道",
    "产业化前景": "较好",
    "转化意愿": "转让；普通许可",
    "预期费用与支付方式": "20万元，一次总付",
    "自评人": "张三",
    "自评日期": "2026-03-15",
}


def fill(path: Path, answers: Mapping[str, Mapping[str, str]], to: Path | None = None) -> Path:
    """Write cells (by header) into the rows of the patents named; the workbook is saved in place or as `to`."""
    book = load_workbook(path)
    page = book.worksheets[0]
    columns = {cell.value.rstrip("*"): cell.column for cell in page[3]}
    number = columns["专利号"]
    for row in range(4, page.max_row + 1):
        for header, value in answers.get(page.cell(row, number).value, {}).items():
            page.cell(row, columns[header]).value = value
    target = to or path
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target
