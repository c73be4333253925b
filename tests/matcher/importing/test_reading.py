"""Files of every format → records with their true places, and rows that are explained."""

import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from matcher.domain import (
    Confidentiality,
    LegalStatus,
    LicensingMode,
    MaturitySource,
    Need,
    Patent,
    PatentType,
    Prospect,
    TransactionKind,
)
from matcher.errors import InputError
from matcher.importing import RecordKind, Severity, read_records

HEADER = "专利名称,申请号,公开号"
ROW = "一种阀门,CN201610000001.5,"


def text_file(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def counted(reading):
    """The records, after checking that no row was lost."""
    located = list(reading)
    assert reading.rows_read == len(located) + reading.refused
    assert reading.refused == len(
        {(p.sheet, p.row) for p in reading.problems if p.severity is Severity.REFUSED}
    )
    return located


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(tmp_path, encoding, delimiter):
    lines = [HEADER, ROW, "㐂字与生僻字䶮,CN201620000006.3,"]
    path = text_file(tmp_path / "a.csv", *(line.replace(",", delimiter) for line in lines), encoding=encoding)
    reading = read_records(path, RecordKind.PATENTS)
    assert [item.record.title for item in counted(reading)] == ["一种阀门", "㐂字与生僻字䶮"]
    assert reading.encoding == ("utf-8-sig" if encoding == "utf-8" else encoding)


def test_utf8_comes_first_where_both_encodings_fit(tmp_path):
    path = text_file(tmp_path / "a.csv", "title,id", "你好,1")
    assert path.read_bytes().decode("gb18030") == "title,id\n浣犲ソ,1\n"
    assert [item.record.title for item in read_records(path, RecordKind.PATENTS)] == ["你好"]


def test_one_damaged_byte_spoils_one_cell(tmp_path):
    path = tmp_path / "a.csv"
    good = "\n".join([HEADER, *[ROW] * 50]).encode()
    path.write_bytes(good + "\n一种阀".encode() + b"\xe9" + "门装置,CN201620000006.3,\n".encode())
    reading = read_records(path, RecordKind.PATENTS)
    assert len(counted(reading)) == 51
    [problem] = reading.problems
    assert (problem.row, problem.column, problem.severity) == (52, "专利名称", Severity.WARNING)
    assert "疑似乱码" in problem.message


def test_row_numbers_count_as_a_spreadsheet_shows_them(tmp_path):
    path = text_file(
        tmp_path / "a.csv", "清单,,", "", HEADER, '"一种', '阀门",CN201610000001.5,', "", "无号,,", ",,"
    )
    reading = read_records(path, RecordKind.PATENTS)
    [located] = counted(reading)
    assert (located.record.title, located.row) == ("一种\n阀门", 4)
    assert [(problem.row, problem.severity) for problem in reading.problems] == [(6, Severity.REFUSED)]
    assert reading.sheets[0].header_row == 3


def test_an_open_quotation_mark_is_reported_and_loses_nothing_before_it(tmp_path):
    path = text_file(tmp_path / "a.csv", HEADER, ROW, '"一种,' + "甲" * 1_100_000)
    reading = read_records(path, RecordKind.PATENTS)
    assert [item.row for item in counted(reading)] == [2]
    assert reading.remarks == ("第 3 行的引号没有闭合，该行及其后的内容未读取。请修正引号后重新导入。",)


def test_sheets_merged_cells_titles_and_blank_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("说明").write(0, 0, "请填写第二张表")
        sheet = book.add_worksheet("需求")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range("B2:F2", "企业技术需求征集表")
        sheet.write_row("B4", ["企业名称", "需求名称", "预算(万元)", "征集日期", "统一社会信用代码"])
        sheet.merge_range("B5:B6", "岱岳阀门有限公司")
        sheet.merge_range("F5:F6", "91350100M000100Y43")
        sheet.write_row("C5", ["阀门密封", 50])
        sheet.write_datetime("E5", date(2026, 3, 1), day)
        sheet.write_row("C6", ["阀门降噪", "30-50万", "2026年3月2日"])
        sheet.write_row("B9", ["企业名称", "需求名称", "预算(万元)", "征集日期", "统一社会信用代码"])
        sheet.write_row("B10", ["汶水公司", "管道检测", "面议"])
        for row in range(20, 400):
            sheet.write_blank(row, 1, None, day)
        hidden = book.add_worksheet("旧表")
        hidden.write_row(0, 0, ["企业名称", "需求名称"])
        hidden.hide()
    reading = read_records(path, RecordKind.NEEDS, source="征集")
    located = counted(reading)
    assert [(item.sheet, item.row, item.record.enterprise, item.record.title) for item in located] == [
        ("需求", 5, "岱岳阀门有限公司", "阀门密封"),
        ("需求", 6, "岱岳阀门有限公司", "阀门降噪"),
        ("需求", 10, "汶水公司", "管道检测"),
    ]
    assert [item.record.budget for item in located] == [50, 50, None]
    assert [item.record.received for item in located] == [date(2026, 3, 1), date(2026, 3, 2), None]
    assert [item.record.enterprise_id for item in located] == ["91350100M000100Y43"] * 2 + ["name:汶水公司"]
    assert len({item.record.id for item in located}) == 3
    assert reading.remarks == ("未读取的工作表：说明（未找到表头）、旧表（隐藏）。",)
    assert reading.problems == []


def test_numbers_that_spreadsheets_keep_and_spoil(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["专利名称", "申请号", "公开号", "编号"])
        sheet.write_row(1, 0, ["整数", 2016100000015, "", 7])
        sheet.write_row(2, 0, ["文本", "2016100000015", ""])
        sheet.write_row(3, 0, ["损坏但有公开号", "2.01E+12", "CN105123456B"])
        sheet.write_row(4, 0, ["损坏", 2010000000000, ""])
        sheet.write_row(5, 0, ["校验位不符", "CN201610000001.6", "CN105123457B"])
        sheet.write_row(6, 0, ["校验位不符无他", "CN201610000001.6", ""])
    reading = read_records(path, RecordKind.PATENTS)
    assert [(item.row, item.record.id) for item in counted(reading)] == [
        (2, "CN201610000001"),
        (3, "CN201610000001"),
        (4, "PNCN105123456"),
        (6, "PNCN105123457"),
    ]
    assert [
        (problem.row, problem.column, problem.value, problem.severity) for problem in reading.problems
    ] == [
        (4, "申请号", "2.01E+12", Severity.WARNING),
        (5, "申请号", "2010000000000", Severity.WARNING),
        (5, "申请号", "2010000000000", Severity.REFUSED),
        (6, "申请号", "CN201610000001.6", Severity.WARNING),
        (7, "申请号", "CN201610000001.6", Severity.WARNING),
        (7, "申请号", "CN201610000001.6", Severity.REFUSED),
    ]
    assert "末位应为 5" in reading.problems[3].message


def test_a_damaged_cell_never_costs_the_row(tmp_path):
    path = text_file(
        tmp_path / "a.csv",
        "专利名称,申请号,申请日,法律状态,技术成熟度,转化方式,IPC,专利类型",
        "一种阀门,CN201610000001.5,2016-13-01,甲,乙,丙,丁;F16K1/00,外观设计",
    )
    reading = read_records(path, RecordKind.PATENTS)
    [located] = counted(reading)
    patent = located.record
    assert (patent.filed, patent.status, patent.maturity, patent.modes) == (None, None, None, ())
    assert (patent.ipc, patent.type) == (("F16K 1/00",), PatentType.INVENTION)
    assert {problem.column for problem in reading.problems} == {
        "申请日", "法律状态", "技术成熟度", "转化方式", "IPC", "专利类型",
    }  # fmt: skip
    assert {problem.severity for problem in reading.problems} == {Severity.WARNING}


def test_mapping_and_unknown_columns(tmp_path):
    path = text_file(tmp_path / "a.csv", "甲,申请号,乙", "一种阀门,CN201610000001.5,提要")
    with pytest.raises(InputError, match=r"看到的列：甲、乙。|没有找到"):
        read_records(text_file(tmp_path / "b.csv", "甲,乙", "1,2"), RecordKind.PATENTS)
    reading = read_records(path, RecordKind.PATENTS, mapping={"甲": "title", "丙": "abstract"})
    [located] = counted(reading)
    assert located.record.title == "一种阀门"
    assert reading.sheets[0].unrecognised == ("乙",)
    assert reading.remarks == ("--map 指定的列“丙”不在文件的表头中。",)


def test_jsonl_keeps_own_ids_verbatim(tmp_path):
    lines = [
        {"achievement_id": "00A-x", "title_words": "阀门密封", "ipc": ["F16K1/00", "F16K31/02"]},
        {"achievement_id": "CN102955381B", "title_words": "光刻", "label": None},
        {"id": 17, "title": "整数编号", "assignee": "甲公司", "novel": 1},
        "不是对象",
        {"id": "x", "title": ""},
    ]
    path = text_file(
        tmp_path / "a.jsonl", *(json.dumps(line, ensure_ascii=False) for line in lines), "", "{broken"
    )
    reading = read_records(path, RecordKind.PATENTS, source="库")
    assert [(item.row, item.record.id, item.record.own_id) for item in counted(reading)] == [
        (1, "库:00A-x", "00A-x"),
        (2, "PNCN102955381", "CN102955381B"),
        (3, "库:17", "17"),
    ]
    assert [(problem.row, problem.severity) for problem in reading.problems] == [
        (4, Severity.REFUSED), (5, Severity.REFUSED), (7, Severity.REFUSED),
    ]  # fmt: skip
    assert reading.sheets[0].unrecognised == ("novel",)


def test_beir_folder(tmp_path):
    text_file(
        tmp_path / "corpus.jsonl",
        '{"_id": "d1", "title": "阀门", "text": "一种阀门。", "metadata": {"ipc": "F16K1/00"}}',
        '{"_id": "d2", "title": "", "text": "管道检测。用于化工。"}',
    )
    text_file(tmp_path / "queries.jsonl", '{"_id": "q1", "text": "需要密封的阀门"}')
    patents = [item.record for item in read_records(tmp_path, RecordKind.PATENTS)]
    assert patents == [
        Patent("d1", "阀门", "一种阀门。", ipc=("F16K 1/00",), own_id="d1"),
        Patent("d2", "管道检测", "用于化工。", own_id="d2"),
    ]
    assert [item.record for item in read_records(tmp_path, RecordKind.NEEDS)] == [
        Need("q1", "需要密封的阀门", own_id="q1"),
    ]


def test_a_need_form(tmp_path):
    path = text_file(
        tmp_path / "a.csv",
        "需求编号,需求名称,企业名称,技术领域,需求描述,主要技术指标,预算（万元）,合作方式,有效期,来源,公开范围,技术成熟度要求",
        "N-1,阀门密封,岱岳公司,装备,解决漏气,零泄漏,不超过80万元,联合开发、技术许可,2026年12月,走访,匿名,中试以上",
    )
    [located] = counted(read_records(path, RecordKind.NEEDS, source="征集"))
    need = located.record
    assert (need.id, need.own_id, need.source) == ("征集:N-1", "N-1", "走访")
    assert (need.field, need.indicators, need.budget) == ("装备", "零泄漏", 80)
    assert need.cooperation == ("联合开发", "技术许可")
    assert LicensingMode.ORDINARY_LICENCE in need.modes
    assert LicensingMode.ASSIGNMENT not in need.modes
    assert need.valid_until == date(2026, 12, 31)
    assert need.confidentiality is Confidentiality.ANONYMOUS
    assert need.min_maturity is not None
    assert need.min_maturity.level == 6


def test_needs_are_confidential_unless_stated(tmp_path):
    path = text_file(tmp_path / "a.csv", "需求名称,公开范围", "阀门,", "管道,随便")
    reading = read_records(path, RecordKind.NEEDS)
    assert {item.record.confidentiality for item in counted(reading)} == {Confidentiality.AUTHORITY_ONLY}
    assert [problem.row for problem in reading.problems] == [3]


def test_enterprises(tmp_path):
    path = text_file(
        tmp_path / "a.csv",
        "企业名称,统一社会信用代码,所属地市,企业类型,所属行业,关注领域,合作意向",
        "岱岳公司,91350100M000100Y43,泰安市,高新技术企业、专精特新,通用设备,阀门密封；管道检测,转让",
        "汶水公司,91350100M000100Y44,泰安市,,,新材料、智能制造,",
        ",,,,,孤行,",
    )
    reading = read_records(path, RecordKind.ENTERPRISES)
    first, second = (item.record for item in counted(reading))
    assert (first.id, first.kinds) == ("91350100M000100Y43", ("高新技术企业", "专精特新"))
    assert (first.focus_areas, first.modes) == (("阀门密封", "管道检测"), (LicensingMode.ASSIGNMENT,))
    assert (second.id, second.credit_code) == ("name:汶水公司", "")
    assert second.focus_areas == ("新材料", "智能制造")
    assert [(problem.row, problem.severity) for problem in reading.problems] == [
        (3, Severity.WARNING), (4, Severity.REFUSED),
    ]  # fmt: skip


def test_assessments(tmp_path):
    path = text_file(
        tmp_path / "a.csv",
        "专利号,评价企业,产业化前景,改进意见,技术成熟度,评价日期",
        "ZL201610000001.5,岱岳公司,较好,降低成本,小试,2026-05-01",
        "P-001,岱岳公司,差,,,",
        "201610000001.6,岱岳公司,好,,,",
        "ZL201610000001.5,,好,,,",
    )
    reading = read_records(path, RecordKind.ASSESSMENTS)
    first, second = (item.record for item in counted(reading))
    assert (first.patent_id, first.enterprise_id, first.prospect) == (
        "CN201610000001",
        "name:岱岳公司",
        Prospect.FAIR,
    )
    assert first.maturity is not None
    assert (first.maturity.level, first.maturity.source) == (4, MaturitySource.ENTERPRISE)
    assert first.on == date(2026, 5, 1)
    assert (second.patent_id, second.prospect) == ("P-001", Prospect.POOR)
    assert [(problem.row, problem.column) for problem in reading.problems] == [(4, "专利号"), (5, "评价企业")]
    again = [item.record for item in read_records(path, RecordKind.ASSESSMENTS)]
    assert again == [first, second]


def test_transactions(tmp_path):
    path = text_file(
        tmp_path / "a.csv",
        "专利号,交易类型,许可类型,登记日,转让人,受让人,被许可人,合同金额,许可期限届满日",
        "ZL201610000001.5,转让,,2020-01-02,泰山学院,岱岳公司,,50万元,",
        "ZL201610000001.5,许可,独占许可,2021-01-02,泰山学院,,汶水公司,,2026-01-01",
        "ZL201610000001.5,EE01,,2021-01-03,泰山学院,,汶水公司,,",
        "ZL201610000001.5,CP01,,2021-01-04,,,,,",
        "ZL201610000001.5,CF01,,2021-01-05,,,,,",
        "ZL201610000001.5,,,2021-01-06,泰山学院,岱岳公司,,,",
        "ZL201610000001.5,,,2021-01-07,,,,,",
        "ZL201610000001.5,专利权质押合同登记的注销,,2021-01-08,泰山学院,,,,",
    )
    reading = read_records(path, RecordKind.TRANSACTIONS)
    located = counted(reading)
    assert [(item.row, item.record.kind, item.record.buyer) for item in located] == [
        (2, TransactionKind.ASSIGNMENT, "岱岳公司"),
        (3, TransactionKind.EXCLUSIVE_LICENCE, "汶水公司"),
        (4, TransactionKind.ORDINARY_LICENCE, "汶水公司"),
        (5, TransactionKind.NAME_CHANGE, ""),
        (7, TransactionKind.ASSIGNMENT, "岱岳公司"),
    ]
    assert located[0].record.fee is not None
    assert (located[0].record.fee.amount, located[1].record.until) == (50, date(2026, 1, 1))
    assert [(problem.row, problem.severity) for problem in reading.problems] == [
        (4, Severity.WARNING), (6, Severity.REFUSED), (8, Severity.REFUSED), (9, Severity.REFUSED),
    ]  # fmt: skip


def test_an_english_twin_and_both_publications_share_one_identity(tmp_path):
    path = text_file(
        tmp_path / "a.csv",
        HEADER,
        "一种阀门,CN201610000001.5,",
        "Valve,CN:201610000001:A,",
        "管道,,CN105123456A",
        "管道,,CN105123456B",
    )
    ids = [item.record.id for item in read_records(path, RecordKind.PATENTS)]
    assert ids == ["CN201610000001", "CN201610000001", "PNCN105123456", "PNCN105123456"]


def test_a_status_of_two_columns(tmp_path):
    path = text_file(
        tmp_path / "a.csv",
        "专利名称,公开号,专利有效性,当前法律状态",
        "阀,CN105123456B,有效,甲乙",
        "管,CN105123457B,失效,",
    )
    first, second = (item.record for item in read_records(path, RecordKind.PATENTS))
    assert (first.status, second.status) == (LegalStatus.GRANTED, LegalStatus.DEAD)
