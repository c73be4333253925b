"""The officer's files: every row lands, merges, or is refused with a reason, and what lands is the province."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime

import pytest
from openpyxl import load_workbook

from matcher import usecases
from matcher.importing import read_records
from matcher.importing.report import Severity
from matcher.importing.synonyms import RecordKind
from matcher.landing import Manner
from matcher.sample.province import province
from matcher.sample.workbooks import write_workbooks
from matcher.settings import load_settings
from matcher.workspace import Workspace

HERE = province()
AT = datetime(2026, 6, 30, 9, 0)
FILES = {
    "patents": "专利盘点表.xlsx",
    "enterprises": "企业名录.xlsx",
    "needs": "技术需求征集汇总.xlsx",
    "assessments": "企业评价.xlsx",
    "transactions": "历史交易.csv",
    "holders": "高校院所名录.xlsx",
    "experts": "专家名录.xlsx",
    "services": "服务机构名录.xlsx",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("officer")
    write_workbooks(folder)
    return folder


@pytest.fixture(scope="module")
def imported(folder, tmp_path_factory):
    settings = load_settings(home=tmp_path_factory.mktemp("workspace"))
    with Workspace.open(settings) as workspace:
        reports = {
            kind: usecases.import_file(workspace, kind, folder / name, Manner({}), at=AT).report
            for kind, name in FILES.items()
        }
        yield workspace, reports


def checksums(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_the_same_bytes_every_time(folder, tmp_path):
    command = "import sys; from pathlib import Path; from matcher.sample.workbooks import write_workbooks; write_workbooks(Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    subprocess.run([sys.executable, "-c", command, str(tmp_path)], check=True, env=environment)
    assert checksums(tmp_path) == checksums(folder)
    assert set(checksums(folder)) == set(FILES.values())


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("patents", (174, 168, 3, 3)),
        ("enterprises", (49, 48, 1, 0)),
        ("needs", (74, 72, 1, 1)),
        ("assessments", (119, 116, 1, 2)),
        ("transactions", (116, 113, 1, 2)),
        ("holders", (18, 18, 0, 0)),
        ("experts", (26, 24, 1, 1)),
        ("services", (14, 13, 0, 1)),
    ],
)
def test_every_row_is_accounted_for(imported, kind, counts):
    report = imported[1][kind]
    assert (report.rows_read, report.landed, report.merged, report.refused) == counts


def test_what_is_refused_and_why(imported):
    refused = {
        kind: [problem.message for problem in report.problems if problem.severity is Severity.REFUSED]
        for kind, report in imported[1].items()
    }
    no_number = "没有可用的申请号或公开（公告）号，无法确定是哪一件专利。请补充或更正号码。"
    assert refused["patents"] == [no_number] * 3
    assert refused["enterprises"] == []
    assert refused["needs"] == ["缺少需求名称和需求描述。请至少填写一项后重新导入。"]
    assert [message[:3] for message in refused["assessments"]] == ["申请号", "缺少评"]
    assert refused["experts"] == ["没有单位，未采用。请补充后重新导入。"]
    assert refused["services"] == ["机构类型和产品都没有填写，无法对接。请至少填写一项。"]
    assert [message[:8] for message in refused["transactions"]] == ["“质押登记注销”", "“2.01E+1"]


def test_what_is_warned_of(imported):
    warned = {
        kind: [problem.value for problem in report.problems if problem.severity is Severity.WARNING]
        for kind, report in imported[1].items()
    }
    number, *others = (value for value in warned["patents"] if value != "2.01E+12")
    assert "\ufffd" in number
    assert warned["patents"].count("2.01E+12") == 2
    assert len(others) == 2
    assert others[1] == "技术中心 0000-6000000"
    assert len(warned["enterprises"]) == 1
    assert (warned["needs"], warned["assessments"], warned["transactions"]) == ([], [], [])


def test_unknown_columns_and_sheets_are_named(imported):
    reports = imported[1]
    assert [sheet.unrecognised for sheet in reports["patents"].sheets] == [("入库批次",)]
    assert [sheet.sheet for sheet in reports["needs"].sheets] == ["2025年", "2026年"]
    assert reports["needs"].remarks == ("未读取的工作表：填表说明（未找到表头）。",)
    assert reports["transactions"].encoding == "gb18030"
    assert reports["transactions"].sheets[0].unrecognised == ("经办窗口",)


def test_importing_again_changes_nothing(imported, folder):
    workspace, reports = imported
    before = workspace.store.data_version()
    for kind, name in FILES.items():
        report = usecases.import_file(workspace, kind, folder / name, Manner({}), at=AT).report
        assert (report.landed, report.refused) == (0, reports[kind].refused)
    assert workspace.store.data_version() == before


def test_what_landed_is_the_province(imported):
    """All that the forms have a column for, however it was typed."""
    store = imported[0].store
    stored = {patent.id: patent for patent in store.patents.all()}
    assert len(stored) == len(HERE.patents)
    for patent in HERE.patents:
        found = stored[patent.id]
        same = ("title", "abstract", "first_claim", "type", "status", "status_date", "filed", "published", "granted",
                "holders", "inventors", "ipc", "locarno", "keywords", "industry", "modes", "maturity",
                "evaluation_report", "funded", "project", "college", "implementation", "prospect", "publication_number")  # fmt: skip
        for name in same:
            assert getattr(found, name) == getattr(patent, name), (patent.id, name)
        assert found.application_number == patent.application_number or found.application_number == patent.id
        assert patent.region.endswith(found.region)
        assert (found.fee.amount if found.fee else None) == (patent.fee.amount if patent.fee else None)
        assert {(item.kind, item.until) for item in found.encumbrances} >= {
            (item.kind, item.until) for item in patent.encumbrances[:1]
        }


def test_needs_enterprises_and_history_landed(imported):
    store = imported[0].store
    assert {one.id: one.focus_areas for one in store.enterprises.all()} == {
        one.id: one.focus_areas for one in HERE.enterprises
    }
    needs = {need.id: need for need in store.needs.all()}
    for need in HERE.needs:
        found = needs[need.id]
        for name in ("title", "indicators", "problem", "enterprise_id", "budget", "modes", "cooperation", "received",
                     "valid_until", "confidentiality", "min_maturity", "field"):  # fmt: skip
            assert getattr(found, name) == getattr(need, name), (need.id, name)
    events = {(one.patent_id, one.kind, one.on, one.buyer) for one in store.transactions.all()}
    assert events == {(one.patent_id, one.kind, one.on, one.buyer) for one in HERE.transactions}
    buyers = {one.id for one in HERE.enterprises} & {one.buyer_id for one in store.transactions.all()}
    assert buyers == {one.buyer_id for one in HERE.transactions if one.buyer_id}
    said = {(one.patent_id, one.enterprise_id, one.on, one.prospect) for one in store.assessments.all()}
    assert said == {(one.patent_id, one.enterprise_id, one.on, one.prospect) for one in HERE.assessments}


def test_the_parties_landed_whole(imported):
    store = imported[0].store
    assert {one.id: one for one in store.holders.all()} == {one.id: one for one in HERE.holders}
    assert {one.id: one for one in store.experts.all()} == {one.id: one for one in HERE.experts}
    assert {one.id: one for one in store.services.all()} == {one.id: one for one in HERE.services}
    said = {one.id: (one.kinds, one.department, one.registration) for one in store.enterprises.all()}
    assert said == {one.id: (one.kinds, one.department, one.registration) for one in HERE.enterprises}


def test_the_faults_are_there(folder):
    sheet = load_workbook(folder / FILES["patents"]).active
    assert sheet["A1"].value == "河东省高校院所存量专利盘点表"
    assert "虚构" in sheet["A2"].value
    assert sheet["C4"].value == "专 利 名 称"
    assert {str(area) for area in sheet.merged_cells.ranges} >= {"A1:AK1", "A2:AK2", "A3:R3"}
    numbers = [sheet.cell(row, 4).value for row in range(5, 179)]
    assert numbers.count("2.01E+12") == 2
    assert {type(number) for number in numbers if number is not None} >= {str, int}
    assert {type(sheet.cell(row, 7).value) for row in range(5, 172)} == {str, datetime}
    assert sheet.cell(sheet.max_row, 3).value.startswith("填表人")
    cities = load_workbook(folder / FILES["enterprises"]).active
    assert sum(area.min_col == 2 and area.max_row > area.min_row for area in cities.merged_cells.ranges) == 6
    with pytest.raises(UnicodeDecodeError):
        (folder / FILES["transactions"]).read_text(encoding="utf-8")


def test_a_record_read_alone_is_as_read_with_the_others(folder):
    reading = read_records(folder / FILES["patents"], RecordKind.PATENTS)
    first = next(iter(reading)).record
    known = next(patent for patent in HERE.patents if patent.id == first.id)
    assert replace(first, region="", fee=None, encumbrances=()) == replace(
        known, region="", fee=None, encumbrances=()
    )
