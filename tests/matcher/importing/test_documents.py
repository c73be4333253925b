"""Needs in Word: labels beside and above values, merged cells, boxes, several needs in a file, lists, hostile files."""

import zipfile
from datetime import date, datetime

import pytest
from docx import Document
from docx.oxml import parse_xml

from matcher.domain import Confidentiality, LicensingMode
from matcher.errors import InputError
from matcher.importing import RecordKind, read_records
from matcher.importing.headers import Recogniser
from matcher.importing.labelled import ticked
from matcher.landing import Manner, land_file
from matcher.matchlists.need_form import LINES, write_need_form
from matcher.settings import FileLimits
from matcher.store.database import Store

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def table(document, rows):
    """A table of texts; None joins a cell to the one on its left, True to the one above."""
    made = document.add_table(rows=len(rows), cols=len(rows[0]))
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            cell = made.cell(number, place)
            if text is None:
                made.cell(number, place - 1).merge(cell)
            elif text is True:
                made.cell(number - 1, place).merge(cell)
            else:
                cell.text = text
    return made


def saved(tmp_path, *tables):
    document = Document()
    document.add_paragraph("企业技术需求征集表")
    for rows in tables:
        table(document, rows)
        document.add_paragraph("")
    document.save(tmp_path / "表.docx")
    return tmp_path / "表.docx"


def read(path):
    reading = read_records(path, RecordKind.NEEDS)
    needs = [item.record for item in reading]
    assert [problem.message for problem in reading.problems] == []
    return needs


HEAD = [
    ["企业信息", "企业名称", "岱岳阀门有限公司", "所属行业", "通用设备制造业"],
    [True, "联系人", "", "联系电话", "0000-1234567"],
    [True, "所在地区", "泰安市", "统一社会信用代码", ""],
]
ONE = [
    ["需求信息", "技术需求名称", "高温阀门密封", None, None],
    [True, "需求描述（现状、用途）", "现用石墨密封\n寿命不足一年", None, None],
    [True, "主要技术指标", "550℃ 泄漏率≤0.1%", None, None],
    [True, "合作方式", "☑联合开发 □委托研发 ☑技术许可 □其他：", None, None],
    [True, "预算（万元）", "50", "有效期", "2027-06-30"],
    [True, "是否公开", "公开（√） 匿名（ ） 不公开（ ）", None, None],
]


def test_the_usual_form_with_merged_cells_and_boxes(tmp_path):
    (need,) = read(saved(tmp_path, HEAD + ONE))
    assert (need.title, need.description) == ("高温阀门密封", "现用石墨密封\n寿命不足一年")
    assert (need.enterprise, need.industry, need.region) == ("岱岳阀门有限公司", "通用设备制造业", "泰安市")
    assert (need.indicators, need.budget) == ("550℃ 泄漏率≤0.1%", 50.0)
    assert need.cooperation == ("联合开发", "技术许可")
    assert need.valid_until == date(2027, 6, 30)
    assert need.confidentiality is Confidentiality.PUBLIC


def test_an_empty_value_does_not_take_the_next_label(tmp_path):
    (need,) = read(
        saved(tmp_path, [["企业名称", "", "联系人", "王工"], ["需求名称", "阀门", "技术领域", ""]])
    )
    assert (need.enterprise, need.title, need.field) == ("", "阀门", "")


def test_several_needs_below_one_head(tmp_path):
    second = [
        ["需求信息", "技术需求名称", "低温阀门", None, None],
        [True, "需求描述", "液氢工况", None, None],
    ]
    needs = read(saved(tmp_path, HEAD + ONE + second))
    assert [(need.title, need.enterprise, need.region, need.budget) for need in needs] == [
        ("高温阀门密封", "岱岳阀门有限公司", "泰安市", 50.0),
        ("低温阀门", "岱岳阀门有限公司", "泰安市", None),
    ]


def test_several_forms_in_one_file(tmp_path):
    other = [["企业名称", "汶水公司"], ["需求名称", "低温阀门"]]
    alone = [["需求名称", "阀门铸造"], ["需求内容", "砂眼多"]]
    needs = read(saved(tmp_path, HEAD, ONE, other, alone))
    assert [(need.title, need.enterprise, need.industry) for need in needs] == [
        ("高温阀门密封", "岱岳阀门有限公司", "通用设备制造业"),
        ("低温阀门", "汶水公司", ""),
        ("阀门铸造", "汶水公司", ""),
    ]


def test_a_value_below_its_label_and_labels_inside_a_cell(tmp_path):
    below = [["需求描述（不少于100字）", None], ["阀门在高温下\n泄漏", None]]
    inside = [["需求名称：高温阀门\n技术指标：550℃\n寿命两年", None]]
    (need,) = read(saved(tmp_path, inside + below))
    assert (need.title, need.indicators, need.description) == (
        "高温阀门",
        "550℃\n寿命两年",
        "阀门在高温下\n泄漏",
    )


def test_a_list_in_word_is_read_by_its_header(tmp_path):
    rows = [
        ["序号", "企业名称", "需求名称", "需求描述"],
        ["1", "岱岳公司", "高温阀门", "泄漏"],
        ["2", True, "低温阀门", "开裂"],
        ["3", "汶水公司", "铸造", "砂眼"],
    ]
    assert [(need.enterprise, need.title) for need in read(saved(tmp_path, rows))] == [
        ("岱岳公司", "高温阀门"),
        ("岱岳公司", "低温阀门"),
        ("汶水公司", "铸造"),
    ]


def test_boxes_of_word_itself(tmp_path):
    """Wingdings symbols, legacy form fields and content controls."""
    path = saved(tmp_path, [["需求名称", "阀门"], ["合作方式", ""], ["可接受的转化方式", ""]])
    document = Document(path)
    symbols = document.tables[0].cell(1, 1).paragraphs[0]._p
    for code, text in (("F0FE", "联合开发"), ("F0A8", "委托研发"), ("F052", "技术服务")):
        symbols.append(parse_xml(f'<w:r xmlns:w="{W}"><w:sym w:font="Wingdings" w:char="{code}"/></w:r>'))
        symbols.append(parse_xml(f'<w:r xmlns:w="{W}"><w:t>{text}</w:t></w:r>'))
    fields = document.tables[0].cell(2, 1).paragraphs[0]._p
    for state, text in (("<w:checked/>", "转让"), ('<w:default w:val="0"/>', "普通许可")):
        box = f'<w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>{state}</w:checkBox></w:ffData></w:fldChar>'
        fields.append(parse_xml(f'<w:r xmlns:w="{W}">{box}</w:r>'))
        fields.append(
            parse_xml(
                f'<w:sdt xmlns:w="{W}"><w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt>'
            )
        )
    document.save(path)
    (need,) = read(path)
    assert need.cooperation == ("联合开发", "技术服务")
    assert need.modes == (LicensingMode.ASSIGNMENT,)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("☑转让 □许可", "转让"),
        ("■转让　☐许可　■入股", "转让；入股"),
        ("□√转让 □许可", "转让"),
        ("转让（√）、许可（ ）", "转让"),
        ("转让☑ 许可□", "转让"),
        ("□转让 □许可", ""),
        ("联合开发", "联合开发"),
        ("口径√2倍", "口径√2倍"),
        ("温度（ ）待定", "温度（ ）待定"),
    ],
)
def test_ticks(text, chosen):
    assert ticked(text) == chosen


def test_our_own_form_is_recognised_label_by_label(tmp_path):
    write_need_form(tmp_path / "a.docx")
    write_need_form(tmp_path / "b.docx")
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    known = Recogniser(RecordKind.NEEDS, {})
    labels = [line.label for line in LINES]
    fields = [known.field(label) or known.field(label.split("（")[0]) for label in labels]
    assert all(fields)
    assert len(set(fields)) == len(labels)
    with pytest.raises(InputError, match="没有找到技术需求表的表头"):
        read(tmp_path / "a.docx")


def test_an_empty_form_asks_for_nothing_and_a_word_file_is_no_patent_list(tmp_path):
    path = saved(tmp_path, HEAD)
    with pytest.raises(InputError, match="没有找到技术需求表的表头"):
        read(path)
    with pytest.raises(InputError, match="是 Word 文档，不是表格"):
        read_records(path, RecordKind.PATENTS)


def hostile(path, document, **parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (f'<w:document xmlns:w="{W}"/>', "已损坏或不完整"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "含有实体定义"),
        ("0" * 40_000_000, "压缩比异常"),
    ],
)
def test_hostile_documents(document, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read(hostile(tmp_path / "坏.docx", document))


def test_a_document_that_unpacks_to_too_much(tmp_path):
    limits = FileLimits(unpacked_bytes=1_000_000)
    with pytest.raises(InputError, match="解压后超过上限（1000000 字节）"):
        list(read_records(hostile(tmp_path / "坏.docx", "0" * 2_000_000), RecordKind.NEEDS, limits=limits))


def test_a_cell_may_claim_any_width(tmp_path):
    path = saved(tmp_path, [["需求名称", "阀门"], ["需求内容", "泄漏"]])
    document = Document(path)
    document.tables[0].cell(0, 1)._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:gridSpan xmlns:w="{W}" w:val="999999999"/>')
    )
    document.save(path)
    assert [need.title for need in read(path)] == ["阀门"]


def test_a_folder_lands_as_one_report(tmp_path):
    folder = tmp_path / "征集"
    (folder / "市一").mkdir(parents=True)
    saved(folder / "市一", HEAD + ONE)
    write_need_form(folder / "空表.docx")
    (folder / "旧.doc").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") * 40
    )
    (folder / "需求.csv").write_text("需求名称,企业名称\n低温阀门,汶水公司\n", encoding="utf-8")
    with Store.open(tmp_path / "matcher.db") as store:
        limits, at = FileLimits(), datetime(2026, 3, 1)
        found = land_file(store, folder, RecordKind.NEEDS, Manner({}), limits, at, lambda *_: None)
        report = found.report
        assert (report.rows_read, report.landed, report.file) == (2, 2, "征集（2 个文件）")
        assert sorted(need.title for need in store.needs.all()) == ["低温阀门", "高温阀门密封"]
        assert [remark.split("：")[0] for remark in report.remarks] == ["旧.doc 未读取", "空表.docx 未读取"]
        assert "另存为 .docx 或 .xlsx" in report.remarks[0]
        again = land_file(store, folder, RecordKind.NEEDS, Manner({}), limits, at, lambda *_: None)
        assert (again.report.landed, again.report.merged) == (0, 2)


def prose(tmp_path, *paragraphs):
    """A document of paragraphs; a tuple is (text, underlined text)."""
    document = Document()
    for paragraph in paragraphs:
        made = document.add_paragraph()
        for number, text in enumerate(paragraph if isinstance(paragraph, tuple) else (paragraph,)):
            made.add_run(text).underline = number % 2 == 1
    document.save(tmp_path / "正文.docx")
    return tmp_path / "正文.docx"


def test_a_form_without_a_table(tmp_path):
    path = prose(
        tmp_path,
        "企业技术需求征集表",
        "一、企业名称：岱岳阀门有限公司　　所在地区：泰安市",
        ("统一社会信用代码", "  "),
        ("二、技术需求名称", " 高温阀门密封 "),
        "三、需求描述（现状、用途）：",
        "现用石墨密封，寿命不足一年。",
        "用途：高温蒸汽管道。",
        "主要技术指标：550℃\t预算（万元）：50",
        "合作方式：☑联合开发 □委托研发 ☑技术许可",
        "有效期：2027-06-30",
    )
    (need,) = read(path)
    assert (need.title, need.enterprise, need.region) == ("高温阀门密封", "岱岳阀门有限公司", "泰安市")
    assert need.description == "现用石墨密封，寿命不足一年。\n用途：高温蒸汽管道。"
    assert (need.indicators, need.budget, need.valid_until) == ("550℃", 50.0, date(2027, 6, 30))
    assert need.cooperation == ("联合开发", "技术许可")


def test_several_needs_in_prose_share_the_head_and_stand_beside_tables(tmp_path):
    document = Document()
    for text in ("企业名称：岱岳公司", "需求名称：高温阀门", "需求内容：泄漏", "需求名称：低温阀门"):
        document.add_paragraph(text)
    table(document, [["需求名称", "阀门铸造"], ["需求内容", "砂眼"]])
    document.add_paragraph("需求名称：阀门喷涂____________")
    document.save(tmp_path / "合.docx")
    assert [(need.title, need.enterprise) for need in read(tmp_path / "合.docx")] == [
        ("高温阀门", "岱岳公司"),
        ("低温阀门", "岱岳公司"),
        ("阀门铸造", "岱岳公司"),
        ("阀门喷涂", "岱岳公司"),
    ]


def test_what_is_not_understood_is_told_with_its_place_and_no_contact_slips_in(tmp_path):
    path = prose(
        tmp_path,
        "各有关企业：请如实填写。",
        "",
        "需求名称：高温阀门    联系人：王工 0000-1234567",
        "需求描述：现用石墨密封。",
        "联系电话：0000-7654321",
        "技术领域：阀门",
        "我公司成立于一九九八年。",
    )
    reading = read_records(path, RecordKind.NEEDS)
    (need,) = [item.record for item in reading]
    assert (need.title, need.description, need.field) == ("高温阀门", "现用石墨密封。", "阀门")
    assert [(one.sheet, one.row, one.value) for one in reading.problems] == [
        ("正文", 1, "各有关企业：请如实填写。"),
        ("正文", 3, "联系人：王工 0000-1234567"),
        ("正文", 5, "联系电话：0000-7654321"),
        ("正文", 7, "我公司成立于一九九八年。"),
    ]
    assert reading.problems[0].message == (
        "这一段没有认出栏目，未读取。请写成“栏目：内容”，栏目用征集表上的名称。"
    )


def test_a_letter_is_no_form(tmp_path):
    with pytest.raises(InputError, match="没有找到技术需求表的表头。看到的列：关于开会的通知、请准时参加。"):
        read(prose(tmp_path, "关于开会的通知", "请准时参加。"))
