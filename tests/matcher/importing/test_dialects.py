"""One small file as each export writes it → the same patent."""

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from matcher.domain import (
    Encumbrance,
    EncumbranceKind,
    FeeKind,
    FeeTerms,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    MaturityScale,
    PatentType,
    Prospect,
)
from matcher.importing import RecordKind, read_records


def workbook(path: Path, *rows: list[object]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_urls": True}) as book:
        sheet = book.add_worksheet("专利")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    return path


def one(path: Path):
    reading = read_records(path, RecordKind.PATENTS)
    [located] = reading
    assert (reading.rows_read, reading.refused, reading.problems) == (1, 0, [])
    assert [sheet.unrecognised for sheet in reading.sheets] == [()]
    return located.record


def test_incopat(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [
            "序号", "标题 (中文)", "摘要 (中文)", "申请人", "公开(公告)号", "公开(公告)日", "申请号", "申请日", "发明人", "IPC主分类号",
            "IPC", "首项权利要求", "标准化当前权利人", "专利有效性", "当前法律状态", "许可类型", "被许可人", "合享价值度",
        ],
        [
            1, "一种阀门", "本发明公开了一种阀门。", "泰山学院; 岱岳阀门有限公司", "CN105123456B", "20180605", "CN201610000001.5", "20160101",
            "张三; 李四", "F16K1/00", "F16K1/00; F16K31/02", "1.一种阀门，其特征在于", "泰山学院", "有效", "授权; 许可", "独占许可", "汶水公司", 8,
        ],
    )  # fmt: skip
    patent = one(path)
    assert (patent.id, patent.title) == ("CN201610000001", "一种阀门")
    assert (patent.publication_number, patent.granted, patent.published) == (
        "CN105123456B",
        date(2018, 6, 5),
        None,
    )
    assert (patent.holders, patent.inventors) == (("泰山学院",), ("张三", "李四"))
    assert patent.ipc == ("F16K 1/00", "F16K 31/02")
    assert patent.status is LegalStatus.LICENCE_RECORDED
    assert patent.encumbrances == (Encumbrance(EncumbranceKind.EXCLUSIVE_LICENCE, "汶水公司"),)
    assert patent.first_claim == "1.一种阀门，其特征在于"


def test_patsnap(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [
            "公开(公告)号", "标题", "标题(译)(简体中文)", "摘要", "摘要(译)(简体中文)", "[标]当前申请(专利权)人", "发明人", "申请号", "申请日", "公开(公告)日",
            "IPC主分类号", "IPC分类号", "简单法律状态", "法律状态/事件", "[标]技术功效短语", "[标]技术问题短语",
        ],
        [
            "http://example.org/CN105123456A", "Valve", "一种阀门", "A valve.", "本发明公开了一种阀门。", "西门子股份公司 | SMITH & CO., LTD.",
            "Smith, John | 张三", "CN201610000001.5", "2016-01-01", "2016-06-01", "F16K1/00", "F16K1/00 | F16K31/02", "审中", "实质审查",
            "提高密封性 | 降低成本", "漏气",
        ],
    )  # fmt: skip
    with xlsxwriter.Workbook(str(path)) as book:  # a number cell that is a hyperlink, as the export has it
        sheet = book.add_worksheet()
        for column, value in enumerate(
            [
                "公开(公告)号", "标题", "标题(译)(简体中文)", "摘要", "摘要(译)(简体中文)", "[标]当前申请(专利权)人", "发明人", "申请号", "申请日",
                "公开(公告)日", "IPC主分类号", "IPC分类号", "简单法律状态", "法律状态/事件", "[标]技术功效短语",
            ]
        ):  # fmt: skip
            sheet.write(0, column, value)
        sheet.write_url(1, 0, "http://example.org/x", string="CN105123456A")
        for column, value in enumerate(
            [
                "Valve", "一种阀门", "A valve.", "本发明公开了一种阀门。", "西门子股份公司 | SMITH & CO., LTD.", "Smith, John | 张三",
                "CN201610000001.5", "2016-01-01", "2016-06-01", "F16K1/00", "F16K1/00 | F16K31/02", "审中", "实质审查", "提高密封性 | 降低成本",
            ],
            start=1,
        ):  # fmt: skip
            sheet.write(1, column, value)
    patent = one(path)
    assert (patent.title, patent.abstract) == ("一种阀门", "本发明公开了一种阀门。")
    assert patent.holders == ("西门子股份公司", "SMITH & CO., LTD.")
    assert patent.inventors == ("Smith, John", "张三")
    assert (patent.publication_number, patent.published, patent.granted) == (
        "CN105123456A",
        date(2016, 6, 1),
        None,
    )
    assert patent.keywords == ("提高密封性", "降低成本")
    assert patent.status is LegalStatus.PENDING


def test_cnipa_and_wanfang(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "名称,申请号,申请日,公开（公告）号,公开（公告）日,申请（专利权）人,发明（设计）人,主分类号,分类号,主权项,国省代码,摘要\n"
        "一种阀门,CN201620000006.3,2016.01.04,CN205123456U,2016.07.09,泰山学院,张三;李四,F16K1/00(2006.01)I,"
        "F16K1/00(2006.01)I;F16K31/02(2006.01)I,1.一种阀门,山东;37,本实用新型公开了一种阀门。\n",
        encoding="gb18030",
    )
    patent = one(path)
    assert (patent.id, patent.type) == ("CN201620000006", PatentType.UTILITY_MODEL)
    assert (patent.granted, patent.region) == (date(2016, 7, 9), "山东")
    assert patent.ipc == ("F16K 1/00", "F16K 31/02")


def test_cnopendata_and_kexintong(tmp_path):
    first = tmp_path / "a.csv"
    first.write_text(
        "专利名称,专利类型,申请号,授权公告号,授权公告日,申请人,主权项内容,被引证次数\n"
        "一种阀门,发明授权,2016100000015,CN105123456B,2018-06-05,泰山学院,1.一种阀门,3\n",
        encoding="utf-8-sig",
    )
    patent = one(first)
    assert (patent.id, patent.type, patent.granted) == (
        "CN201610000001",
        PatentType.INVENTION,
        date(2018, 6, 5),
    )
    second = workbook(
        tmp_path / "b.xlsx",
        ["专利名称", "专利授权号", "专利权人", "技术领域"],
        ["一种阀门", "ZL201610000001.5", "泰山学院", "装备制造"],
    )
    patent = one(second)
    assert (patent.id, patent.publication_number, patent.industry) == ("CN201610000001", "", "装备制造")


def test_google_patents(tmp_path):
    path = tmp_path / "gp.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["search URL:", "https://patents.google.com/?q=valve"])
        writer.writerow(
            [
                "id",
                "title",
                "assignee",
                "inventor/author",
                "priority date",
                "filing/creation date",
                "publication date",
                "grant date",
                "result link",
            ]
        )
        writer.writerow(
            [
                "CN-105123456-B",
                "一种阀门",
                "泰山学院, 岱岳阀门有限公司",
                "张三",
                "2016-01-01",
                "2016-01-01",
                "2018-06-05",
                "2018-06-05",
                "https://x",
            ]
        )
    patent = one(path)
    assert (patent.id, patent.own_id, patent.type) == (
        "PNCN105123456",
        "CN-105123456-B",
        PatentType.INVENTION,
    )
    assert patent.holders == ("泰山学院", "岱岳阀门有限公司")
    assert (patent.filed, patent.granted) == (date(2016, 1, 1), date(2018, 6, 5))


def test_inventory_of_existing_patents(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        ["高校和科研机构存量专利盘点表"],
        [
            "序号", "*专利号\n（必填）", "*专利名称", "专利权人", "是否属于财政资助科研项目形成专利", "专利实施状态", "转化意愿（可接受的转化方式）",
            "技术成熟度", "专利自评", "应用场景（产业化前景）", "权利人联系部门", "专利权评价报告",
            "所属学院", "财政资助项目编号",
        ],
        [
            1, 2016100000015, "一种阀门", "泰山学院；岱岳研究院", "是", "未实施", "普通许可、转让", "中试", "较好", "用于化工管道。",
            "科技处", "无", "机械工程学院", "2014GGX103001",
        ],
    )  # fmt: skip
    patent = one(path)
    assert patent.application_number == "CN201610000001.5"
    assert (patent.funded, patent.implementation) == (True, ImplementationStatus.NOT_IMPLEMENTED)
    assert patent.modes == (LicensingMode.ORDINARY_LICENCE, LicensingMode.ASSIGNMENT)
    assert patent.maturity is not None
    assert (patent.maturity.level, patent.maturity.scale) == (6, MaturityScale.STAGE)
    assert (patent.prospect, patent.scenario) == (Prospect.FAIR, "用于化工管道。")
    assert (patent.contact, patent.evaluation_report) == ("科技处", False)
    assert (patent.college, patent.project) == ("机械工程学院", "2014GGX103001")


def test_open_licence_listing(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        ["专利号", "专利名称", "专利权人", "是否开放许可", "许可期限", "许可使用费（元）", "支付方式"],
        ["ZL201610000001.5", "一种阀门", "泰山学院", "是", "2024-01-01至2027年12月31日", "50000", "一次总付"],
    )
    patent = one(path)
    assert patent.encumbrances == (Encumbrance(EncumbranceKind.OPEN_LICENCE, until=date(2027, 12, 31)),)
    assert patent.fee == FeeTerms(FeeKind.LUMP_SUM, 5.0, "50000；一次总付")


def test_designs_carry_their_class_in_the_ipc_column(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", ["专利名称", "公开号", "主分类号"], ["阀门", "CN301234567", "23-01-C0293"]
    )
    patent = one(path)
    assert (patent.ipc, patent.locarno, patent.type) == ((), "23-01-C0293", PatentType.DESIGN)


def test_addresses_give_a_region(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "专利名称,公开号,地址\n阀门,CN105123456A,271000山东省泰安市岱岳区某路1号\n", encoding="utf-8"
    )
    assert one(path).region == "山东省泰安市"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("泰山学院;岱岳公司;", ("泰山学院", "岱岳公司")),
        ("泰山学院；岱岳公司", ("泰山学院", "岱岳公司")),
        ("A.尚;??S.彭", ("A.尚", "S.彭")),
        ("Smith & Co., Ltd.", ("Smith & Co., Ltd.",)),
        ("Smith, John | Doe, Jane", ("Smith, John", "Doe, Jane")),
        ("泰山学院,岱岳公司", ("泰山学院", "岱岳公司")),
        ("霍公司(中国,上海)", ("霍公司(中国,上海)",)),
        ("张三 李四 王小五", ("张三", "李四", "王小五")),
        ("泰山 Tech 公司", ("泰山 Tech 公司",)),
        ("张三、李四\n王五", ("张三", "李四", "王五")),
    ],
)
def test_names(text, names):
    from matcher.importing.cells import split_names

    assert split_names(text) == names
