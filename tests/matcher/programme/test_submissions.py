"""Templates of an authority: recognised, filled, coded; what lacks is told before anything is written."""

from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from matcher.domain import (
    Assessment,
    FeeKind,
    FeeTerms,
    ImplementationStatus,
    LicensingMode,
    Prospect,
    Transaction,
    TransactionKind,
)
from matcher.errors import InputError
from matcher.importing import RecordKind, read_records
from matcher.inventory import Appraisal, Item, Stage
from matcher.programme.submission_fields import Entry, Kind
from matcher.programme.submissions import (
    Lacking,
    fill,
    read_template,
    write_example,
    write_submission,
)
from matcher.programme.submitting import Submission, kind_named, submit
from matcher.settings import FileLimits
from tests.matcher.programme.inventory_examples import patent

LIMITS = FileLimits()
ONE = patent(
    "201610000001.5", funded=True, implementation=ImplementationStatus.NOT_IMPLEMENTED, prospect=Prospect.FAIR,
    modes=(LicensingMode.ASSIGNMENT, LicensingMode.ORDINARY_LICENCE),
)  # fmt: skip
TWO = patent("201610000002.X")
ITEM = Item(
    ONE.id,
    Stage.SCREENED,
    4,
    self_assessment=Appraisal("张三", date(2026, 3, 1), unimplemented="缺少中试条件"),
)


def template(tmp_path, *headers, skip=1):
    """A bureau's template: a title, blank columns on the left, a bold header."""
    book = Workbook()
    page = book.active
    page.title = "上报表"
    page["A1"] = "某省存量专利盘点上报表"
    for place, header in enumerate(headers, 1 + skip):
        page.cell(3, place, header).font = Font(bold=True)
    path = tmp_path / "模板.xlsx"
    book.save(path)
    return path


HEADERS = (
    "专利号（必填）",
    "*专利名称",
    "是否财政资助",
    "专利实施状态",
    "未实施原因",
    "转化意愿",
    "自评人",
    "盘点状态",
    "审核意见",
)


def test_a_template_is_filled_where_its_columns_stand(tmp_path):
    found = read_template(template(tmp_path, *HEADERS), Kind.INVENTORY, LIMITS)
    assert (found.sheet, found.row, found.unknown) == ("上报表", 3, ("审核意见",))
    assert [(slot.column, slot.field, slot.mandatory) for slot in found.slots] == [
        (2, "application", True), (3, "title", True), (4, "funded", False), (5, "implementation", False),
        (6, "unimplemented", False), (7, "modes", False), (8, "by", False), (9, "stage", False),
    ]  # fmt: skip
    filled = fill(found, Kind.INVENTORY, [Entry(ONE, ITEM), Entry(TWO)], tmp_path)
    write_submission(found, filled, tmp_path / "上报.xlsx")
    page = load_workbook(tmp_path / "上报.xlsx")["上报表"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]
    assert page["B3"].font.bold, "the template's own formatting stays"
    assert rows[1] == [
        None, "CN201610000001.5", "一种阀门01", "是", "未实施", "缺少中试条件", "转让；普通许可", "张三", "已入资源库", None,
    ]  # fmt: skip
    assert rows[2][:4] == [None, "CN201610000002.X", "一种阀门02", None]


def test_rows_that_lack_something_are_told_first(tmp_path):
    found = read_template(
        template(tmp_path, "专利号*", "专利名称*", "是否财政资助*", "实施状态*"), Kind.INVENTORY, LIMITS
    )
    filled = fill(found, Kind.INVENTORY, [Entry(ONE, ITEM), Entry(TWO)], tmp_path)
    assert filled.lacking == (
        Lacking("CN201610000002.X", "是否财政资助*", "必填项为空"),
        Lacking("CN201610000002.X", "实施状态*", "必填项为空"),
    )
    made = Submission(found, filled)
    with pytest.raises(InputError, match="1 行缺少模板要求的内容，未写出"):
        submit(made, tmp_path / "上报.xlsx", partial=False)
    assert not (tmp_path / "上报.xlsx").exists()
    assert submit(made, tmp_path / "上报.xlsx", partial=True) == 1


def test_codes_come_from_the_table(tmp_path):
    (tmp_path / "programme").mkdir()
    (tmp_path / "programme" / "codes.toml").write_text(
        '["盘点"."实施状态"]\n"未实施" = "01"\n["盘点"."产业化前景"]\n"好" = "A"\n', encoding="utf-8"
    )
    found = read_template(template(tmp_path, "专利号", "实施状态"), Kind.INVENTORY, LIMITS)
    assert fill(found, Kind.INVENTORY, [Entry(ONE)], tmp_path).rows == ({2: "CN201610000001.5", 3: "01"},)
    found = read_template(template(tmp_path, "专利号", "产业化前景"), Kind.INVENTORY, LIMITS)
    assert fill(found, Kind.INVENTORY, [Entry(ONE)], tmp_path).lacking == (
        Lacking("CN201610000001.5", "产业化前景", "“较好”在代码表中没有代码"),
    )


def test_a_template_without_what_the_kind_needs(tmp_path):
    with pytest.raises(InputError, match="没有企业评价表的表头。表头须有：专利号、产业化前景"):
        read_template(template(tmp_path, "专利号", "专利名称"), Kind.ASSESSMENTS, LIMITS)
    with pytest.raises(InputError, match="--format 应为 盘点、企业评价、交易反馈，收到的是“年报”"):
        kind_named("年报")


@pytest.mark.parametrize("kind", list(Kind))
def test_the_examples_are_recognised_and_labelled(kind, tmp_path):
    write_example(kind, tmp_path / "示例.xlsx")
    found = read_template(tmp_path / "示例.xlsx", kind, LIMITS)
    assert found.unknown == ()
    assert "示例，非官方模板" in load_workbook(tmp_path / "示例.xlsx").active["A1"].value


def test_what_is_written_reads_back(tmp_path):
    said = Assessment(
        "a",
        ONE.id,
        "E1",
        "岱岳公司",
        Prospect.GOOD,
        "补充试验",
        "技术许可",
        on=date(2026, 5, 1),
        assessor="甲",
    )
    deal = Transaction(
        "t",
        ONE.id,
        TransactionKind.ORDINARY_LICENCE,
        date(2026, 2, 1),
        "泰山学院",
        "岱岳公司",
        fee=FeeTerms(FeeKind.LUMP_SUM, 12.5),
    )
    for kind, entry, record in (
        (Kind.ASSESSMENTS, Entry(ONE, assessment=said), RecordKind.ASSESSMENTS),
        (Kind.DEALS, Entry(ONE, deal=deal), RecordKind.TRANSACTIONS),
    ):
        write_example(kind, tmp_path / "模板.xlsx")
        found = read_template(tmp_path / "模板.xlsx", kind, LIMITS)
        write_submission(found, fill(found, kind, [entry], tmp_path), tmp_path / "上报.xlsx")
        (back,) = [item.record for item in read_records(tmp_path / "上报.xlsx", record)]
        assert back.patent_id == ONE.id
        if kind is Kind.ASSESSMENTS:
            assert (back.enterprise, back.prospect, back.improvement, back.on) == (
                "岱岳公司",
                Prospect.GOOD,
                "补充试验",
                date(2026, 5, 1),
            )
        else:
            assert (back.kind, back.seller, back.buyer, back.fee.amount) == (
                deal.kind,
                "泰山学院",
                "岱岳公司",
                12.5,
            )
