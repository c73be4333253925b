"""The workbook: its sheets, columns, cells and how it prints."""

import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from openpyxl import load_workbook

from matcher.matchlists.exports import export, list_rows, preset_named
from matcher.matchlists.exports.xlsx import write_xlsx

ITEM_COLUMNS = [
    "序号",
    "企业名称",
    "统一社会信用代码",
    "所属地市",
    "企业类型",
    "需求编号",
    "需求名称",
    "推荐专利名称",
    "专利号",
    "专利类型",
    "法律状态",
    "状态核验日期",
    "授权公告日",
    "预计届满日",
    "专利权人",
    "共有权利人",
    "所属产业",
    "技术成熟度",
    "成熟度来源",
    "可行转化方式",
    "费用及支付方式",
    "推荐等级",
    "匹配理由",
    "风险提示",
    "权利人联系部门",
    "对接状态",
]


@pytest.fixture
def book(match_list, tmp_path):
    export(match_list, tmp_path / "list.xlsx")
    return load_workbook(tmp_path / "list.xlsx")


def table(page):
    """Header and lines below title and note."""
    rows = [list(row) for row in page.iter_rows(min_row=3, values_only=True)]
    return rows[0], rows[1:]


def test_the_internal_list_has_exactly_the_columns_of_the_field(book):
    header, lines = table(book["对接清单"])
    assert header == ITEM_COLUMNS
    assert [line[0] for line in lines] == [1, 2, 3, 4, 5]
    first = dict(zip(header, lines[0], strict=True))
    assert first["企业类型"] == "高新技术企业、专精特新中小企业"
    assert first["专利号"] == "ZL201810234567.8"
    assert first["授权公告日"] == datetime(2020, 5, 1)
    assert first["预计届满日"] == datetime(2038, 3, 21)
    assert first["共有权利人"] == "云岭海工装备研究院有限公司"
    assert first["对接状态"] == "待对接"
    third = dict(zip(header, lines[2], strict=True))
    assert third["法律状态"] == third["状态核验日期"] == third["可行转化方式"] == "待核实"


@pytest.mark.parametrize(
    ("preset", "sheets"),
    [
        ("内部版", ["封面", "对接清单", "按专利", "暂无合适专利的需求", "排除清单", "需求一览", "评分明细"]),
        ("对外版", ["封面", "对接清单", "按专利", "暂无合适专利的需求"]),
        ("企业版", ["封面", "对接清单", "暂无合适专利的需求", "排除清单"]),
        ("高校版", ["封面", "按专利", "对接清单", "暂无合适专利的需求"]),
    ],
)
def test_sheets_of_each_version(match_list, tmp_path, preset, sheets):
    export(match_list, tmp_path / "list.xlsx", preset=preset)
    assert load_workbook(tmp_path / "list.xlsx").sheetnames == sheets


def test_screen_and_file_hold_the_same_lines_in_the_same_order(match_list, tmp_path):
    import io

    from rich.console import Console

    from matcher.matchlists.exports.terminal import print_list

    export(match_list, tmp_path / "list.xlsx")
    _, lines = table(load_workbook(tmp_path / "list.xlsx")["对接清单"])
    screen = io.StringIO()
    print_list(list_rows(match_list, preset_named("内部版")), Console(file=screen, width=400))
    printed = [line for line in screen.getvalue().splitlines() if "ZL2" in line or "CN2" in line]
    assert [[cell.strip() for cell in line.split("│")][3] for line in printed] == [line[8] for line in lines]
    assert [[cell.strip() for cell in line.split("│")][1] for line in printed] == ["1", "2", "3", "4", "5"]


def test_by_patent_groups_the_same_lines(book):
    header, lines = table(book["按专利"])
    at = {title: index for index, title in enumerate(header)}
    assert [
        (line[0], line[at["专利号"]], line[at["匹配需求数"]], line[at["需求编号"]]) for line in lines
    ] == [
        (1, "ZL201810234567.8", 2, "XQ-2026-001"),
        (1, "ZL201810234567.8", 2, "XQ-2026-002"),
        (2, "ZL202010345678.X", 1, "XQ-2026-003"),
        (3, "CN202120456789.0", 2, "XQ-2026-002"),
        (3, "CN202120456789.0", 2, "XQ-2026-001"),
    ]


def test_unanswered_and_excluded(book):
    _, unanswered = table(book["暂无合适专利的需求"])
    assert [line[3] for line in unanswered] == ["XQ-2026-004"]
    assert unanswered[0][-1] == "1 件技术接近的专利不满足硬性条件，见排除清单"
    _, excluded = table(book["排除清单"])
    assert excluded[0][-1].startswith("权利有效：未缴年费终止")


def test_the_arithmetic_adds_up(book, match_list):
    header, lines = table(book["评分明细"])
    at = {title: index for index, title in enumerate(header)}
    for number, item in enumerate((m for need in match_list.needs for m in need.matches), 1):
        own = [line for line in lines if line[0] == number]
        assert sum(line[at["权重"]] * line[at["取值"]] for line in own) == pytest.approx(
            item.score, abs=1e-12
        )
        assert sum(line[at["权重×取值"]] for line in own) == pytest.approx(own[0][at["总分"]], abs=1e-12)


def test_the_cover_says_what_the_list_was_made_of(book):
    cover = {row[1]: row[2] for row in book["封面"].iter_rows(values_only=True) if row[2]}
    assert cover["编制单位"] == "云岭省知识产权局"
    assert cover["法律状态数据截至日期"].startswith("2026-10-31（各专利核验日期自 2026-09-30 起")
    assert "推荐 5 条（强烈推荐 1、推荐 1、可关注 2、不推荐 1）" in cover["数量"]
    assert "最多列 10 件" in cover["列入口径"]
    assert "“可关注”" in cover["列入口径"]
    assert cover["等级说明"].startswith("未校准")
    assert "patent-need-static-zh@1" in cover["版本信息"]


def test_a_calibrated_list_says_so(match_list, tmp_path):
    needs = tuple(
        replace(n, matches=tuple(replace(m, probability=0.7) for m in n.matches)) for n in match_list.needs
    )
    export(replace(match_list, needs=needs), tmp_path / "list.xlsx")
    page = load_workbook(tmp_path / "list.xlsx")["封面"]
    cover = {row[1]: row[2] for row in page.iter_rows(values_only=True)}
    assert cover["等级说明"].startswith("已按专家评价校准：")


def test_texts_that_look_like_formulas_stay_texts(match_list, tmp_path):
    bad = '=HYPERLINK("http://example.invalid")'
    item = match_list.needs[0]
    patent = replace(item.matches[0].patent, title=bad, contact="@SUM(1)", industry="+1", holders=("-1",))
    changed = replace(item, matches=(replace(item.matches[0], patent=patent),))
    export(replace(match_list, needs=(changed,)), tmp_path / "list.xlsx")
    with zipfile.ZipFile(tmp_path / "list.xlsx") as archive:
        assert not any(
            b"<f>" in archive.read(name) or b"hyperlink" in archive.read(name).lower()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/")
        )
    page = load_workbook(tmp_path / "list.xlsx")["对接清单"]
    cells = [cell for cell in page[4] if cell.value in (bad, "@SUM(1)", "+1", "-1")]
    assert len(cells) == 4
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


def test_page_and_screen_set_up(book):
    for page in book:
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert page.page_setup.fitToHeight == 0
        assert page.sheet_properties.pageSetUpPr.fitToPage is True
        assert "第 &P 页 / 共 &N 页" in page.oddFooter.center.text
        if page.title != "封面":
            assert page.freeze_panes == "C4"
            assert page.print_title_rows == "$3:$3"
            assert page.auto_filter.ref.startswith("A3:")


def test_every_row_is_high_enough_for_its_longest_cell(book):
    page = book["对接清单"]
    assert page.row_dimensions[4].height >= 6 * 12
    assert page.row_dimensions[4].height <= 409


def test_ampersands_in_the_header_are_no_codes(match_list, tmp_path):
    made = replace(match_list.provenance, event="A&B 路演")
    export(replace(match_list, provenance=made), tmp_path / "list.xlsx")
    with zipfile.ZipFile(tmp_path / "list.xlsx") as archive:
        assert "&amp;LA&amp;&amp;B 路演&amp;R" in archive.read("xl/worksheets/sheet1.xml").decode()


def test_equal_input_gives_equal_bytes(match_list, tmp_path):
    for name in ("a", "b"):
        for suffix in ("xlsx", "json", "txt", "run"):
            export(match_list, tmp_path / f"{name}.{suffix}")
    for suffix in ("xlsx", "json", "txt", "run"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        assert b"2026-11-20T09:30:00Z</dcterms:created>" in archive.read("docProps/core.xml")


def test_document_times_are_utc(match_list, tmp_path):
    there = datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    made = replace(match_list.provenance, made_at=there)
    export(replace(match_list, provenance=made), tmp_path / "list.xlsx")
    created = load_workbook(tmp_path / "list.xlsx").properties.created
    assert created.replace(tzinfo=UTC) == there


def test_a_sheet_beyond_the_row_limit_goes_on_in_the_next(match_list, tmp_path):
    write_xlsx(list_rows(match_list, preset_named("内部版")), tmp_path / "list.xlsx", max_rows=5)
    book = load_workbook(tmp_path / "list.xlsx")
    numbers = [
        [line[0] for line in table(book[name])[1]] for name in ("对接清单", "对接清单(2)", "对接清单(3)")
    ]
    assert numbers == [[1, 2], [3, 4], [5]]
    assert "对接清单(4)" not in book.sheetnames
    assert table(book["对接清单(2)"])[0] == ITEM_COLUMNS


def test_a_list_without_anything_still_opens(match_list, tmp_path):
    export(replace(match_list, needs=()), tmp_path / "list.xlsx")
    header, lines = table(load_workbook(tmp_path / "list.xlsx")["对接清单"])
    assert header == ITEM_COLUMNS
    assert lines[0][1] == "（无）"


def test_a_large_list_is_flushed_while_it_is_written_and_reads_the_same(match_list, tmp_path, monkeypatch):
    export(match_list, tmp_path / "small.xlsx")
    monkeypatch.setattr("matcher.matchlists.exports.xlsx._LARGE", 0)
    for name in ("a.xlsx", "b.xlsx"):
        export(match_list, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    small, large = (load_workbook(tmp_path / name) for name in ("small.xlsx", "a.xlsx"))
    for one, other in zip(small, large, strict=True):
        assert list(one.iter_rows(values_only=True)) == list(other.iter_rows(values_only=True))
