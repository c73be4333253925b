"""The papers of an event: which there are, what they say, and whom they never name."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from matcher import followups, meetings, paperwork, roadshows
from matcher.domain import LicensingMode
from matcher.errors import InputError, NotFound, NotReady
from matcher.events import Event, ListState, ListVersion, Pair, Participation, Party, match_id
from matcher.matchlists import documents
from matcher.matchlists.documents import pdf_file
from matcher.matchlists.documents.blocks import Document, Facts, Grid, Heading, Paragraph
from matcher.matchlists.lifecycle import Move
from matcher.outcomes import Change, Reason, State
from matcher.workspace import Workspace

DAY = roadshows.Day(date(2026, 9, 1), datetime(2026, 9, 1, 9, 0))
AT = datetime(2026, 10, 21, 18, 0)
MADE = datetime(2026, 11, 5, 9, 0)
N1P1, N1P3, N2P4, N2P5 = (
    match_id("HD001", Pair(*pair)) for pair in (("n1", "p1"), ("n1", "p3"), ("n2", "p4"), ("n2", "p5"))
)
MOTOR, SHIP = "河东电机股份有限公司", "东港船舶修造有限公司"
SECRETS = (SHIP, "东港船舶", "寻求耐海水腐蚀")


@pytest.fixture
def published(workspace: Workspace, event: Event) -> ListVersion:
    version, _ = roadshows.build_list(workspace, event, DAY, "王芳")
    for state, by in ((ListState.REVIEW, "王芳"), (ListState.PUBLISHED, "李强")):
        version = roadshows.move_list(workspace, version, Move(state, by, date(2026, 9, 2)), DAY.made_at)
    return version


@pytest.fixture
def followed(workspace: Workspace, event: Event, published: ListVersion) -> ListVersion:
    """One match signed, one refused, one of a secret need negotiated."""

    def change(id_: str, state: State, **facts: object) -> None:
        followups.change_outcome(workspace, id_, Change(state, "李强", AT, **facts))  # type: ignore[arg-type]

    change(N1P1, State.INTERESTED)
    change(N1P1, State.SIGNED, mode=LicensingMode.ORDINARY_LICENCE, amount=30.0, effective=date(2026, 11, 1))
    change(N1P3, State.UNSUITABLE, reason=Reason.PRICE)
    change(N2P4, State.NEGOTIATING)
    return published


def texts(document: Document) -> str:
    """Everything that is printed."""
    parts: list[str] = [document.title, document.subtitle, document.header]
    for block in document.blocks:
        if isinstance(block, Heading | Paragraph):
            parts.append(block.text)
        elif isinstance(block, Facts):
            parts += [f"{fact.label} {fact.text}" for fact in block.rows]
        elif isinstance(block, Grid):
            parts += [*block.columns, *(cell for row in block.rows for cell in row)]
    return "\n".join(parts)


def grids(document: Document) -> list[Grid]:
    return [block for block in document.blocks if isinstance(block, Grid)]


def test_nothing_handed_out_speaks_of_a_need_that_is_not_public(
    workspace: Workspace, event: Event, followed: ListVersion
) -> None:
    meetings.schedule_event(workspace, event, ("09:00", "09:30", "10:00"), 3)
    briefing = paperwork.brief(workspace, event, MADE)
    for kind in documents.KINDS:
        if kind.pages is None:
            continue
        of = {"企业": MOTOR, "权利人": "河东理工大学", "对接编号": N1P1}.get(kind.of, "")
        text = texts(kind.pages(briefing, of))
        assert not [secret for secret in SECRETS if secret in text], kind.name
    signed = Change(State.SIGNED, "李强", AT, mode=LicensingMode.ASSIGNMENT, effective=date(2026, 11, 2))
    followups.change_outcome(workspace, N2P4, signed)
    briefing = paperwork.brief(workspace, event, MADE)
    assert not [secret for secret in SECRETS if secret in texts(documents.after_event(briefing))]
    with pytest.raises(NotFound, match="需求不公开，不能写成典型案例"):
        documents.kind_named("典型案例").pages(briefing, N2P4)  # type: ignore[misc]


def test_the_handbook_has_a_page_for_each_patent_with_its_facts(
    workspace: Workspace, event: Event, followed: ListVersion
) -> None:
    briefing = paperwork.brief(workspace, event, MADE)
    handbook = documents.kind_named("路演手册").pages(briefing, "")  # type: ignore[misc]
    assert handbook.title == "2026年秋季路演手册"
    pages = [block.text for block in handbook.blocks if isinstance(block, Heading) and block.fresh]
    assert pages == ["1　一种高速永磁电机转子及其散热结构", "2　一种永磁电机转子灌封散热方法"]
    facts = {
        fact.label: fact.text
        for block in handbook.blocks
        if isinstance(block, Facts)
        for fact in block.rows[:9]
    }
    assert facts["预计届满日"] == "2040-01-02"
    assert facts["已有许可与质押"] == "未见登记"
    assert "同组专利 2 件，可作专利组合洽谈：另有 ZL202110000002.1" in texts(handbook)
    assert MOTOR in texts(handbook)


def test_the_report_counts_what_happened(workspace: Workspace, event: Event, followed: ListVersion) -> None:
    briefing = paperwork.brief(workspace, event, MADE)
    report = documents.kind_named("会后报告").pages(briefing, "")  # type: ignore[misc]
    text = texts(report)
    assert "共推送对接 4 条，其中表达过意向的 2 条，进入洽谈的 2 条，签约 1 条。" in text
    assert "目前状态：已推送 1 条、洽谈中 1 条、已签约 1 条、不合适 1 条。" in text
    signed, reasons, definitions = grids(report)
    assert signed.rows == (
        (
            N1P1,
            "一种高速永磁电机转子及其散热结构\nZL202110000001.0",
            "河东理工大学",
            MOTOR,
            "普通许可",
            "30",
        ),
    )
    assert reasons.rows == (("不合适", "价格分歧", "1", "100.0%"),)
    assert [row[1] for row in definitions.rows] == ["4", "2", "2", "2", "1", "30 万元"]


def test_a_month_is_counted_by_its_steps(workspace: Workspace, event: Event, followed: ListVersion) -> None:
    october = texts(paperwork.monthly_report(workspace, "2026-10", MADE))
    assert (
        "2026年10月，河东省知识产权局组织专利路演、供需对接活动 1 场，新推送供需对接 0 条，新增合作意向 1 条，"
        "新进入洽谈 1 条，新签约 1 项，合同金额 30 万元。"
    ) in october
    september = texts(paperwork.monthly_report(workspace, "2026-09", MADE))
    assert "活动 0 场，新推送供需对接 4 条" in september
    assert "【待填】" in september
    with pytest.raises(InputError, match="请写成 2026-11"):
        paperwork.monthly_report(workspace, "2026-13", MADE)


def test_forms_are_written_filled_in_and_read_back(
    workspace: Workspace, event: Event, published: ListVersion, tmp_path: Path
) -> None:
    briefing = paperwork.brief(workspace, event, MADE)
    reply, wish = tmp_path / "参会回执.xlsx", tmp_path / "现场意向登记表.xlsx"
    documents.write(briefing, documents.kind_named("参会回执"), reply)
    documents.write(briefing, documents.kind_named("现场意向登记表"), wish)
    for file, answers in (
        (reply, {"单位类别": "企业", "单位名称": MOTOR, "是否参会": "是", "参会人数": 2}),
        (wish, {"企业名称": MOTOR, "专利号": "ZL202110000003.2", "意向方式": "普通许可"}),
    ):
        book = load_workbook(file)
        sheet = book.worksheets[0]
        titles = {sheet.cell(3, column).value: column for column in range(1, sheet.max_column + 1)}
        for title, value in answers.items():
            sheet.cell(4, titles[title]).value = value
        book.save(file)
        report = followups.import_forms(workspace, file, AT)
        assert (report.landed, report.refused) == (1, 0), file.name
        assert followups.import_forms(workspace, file, AT).landed == 0
    assert [p.party for p in followups.participants(workspace, event)] == [MOTOR]
    assert workspace.store.outcomes.many([N1P3])[N1P3].state is State.INTERESTED


def test_who_is_invited_is_internal_and_complete(
    workspace: Workspace, event: Event, published: ListVersion, tmp_path: Path
) -> None:
    workspace.store.roadshows.put_participations(
        [Participation("r1", event.id, Party.ENTERPRISE, MOTOR, attends=True)]
    )
    briefing = paperwork.brief(workspace, event, MADE)
    documents.write(briefing, documents.kind_named("邀请名单"), tmp_path / "邀请名单.xlsx")
    rows = list(load_workbook(tmp_path / "邀请名单.xlsx").worksheets[0].iter_rows(values_only=True))
    assert [row[1:5] for row in rows[3:]] == [
        ("企业", SHIP, None, "2 条"),
        ("企业", MOTOR, "张工 0000-1", "2 条"),
        ("权利人", "河东理工大学", "科技处", "2 条"),
        ("权利人", "东港大学", "科技处", "1 条"),
        ("权利人", "北岸研究所", "科技处", "1 条"),
    ]
    sign_in = documents.kind_named("签到表").pages(briefing, "")  # type: ignore[misc]
    assert [row[2] for row in grids(sign_in)[0].rows if row[2]] == [MOTOR]


def test_all_papers_in_their_places(
    workspace: Workspace, event: Event, followed: ListVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_file, "SERIF", ())
    monkeypatch.setattr(pdf_file, "SANS", ())
    written = paperwork.write_all(paperwork.brief(workspace, event, MADE), tmp_path)
    assert "fonts-noto-cjk" in written.refused
    assert [str(file.relative_to(tmp_path)) for file in written.files] == [
        "路演手册.docx",
        "议程.docx",
        "签到表.docx",
        "签到表.xlsx",
        "参会回执.docx",
        "参会回执.xlsx",
        "现场意向登记表.docx",
        "现场意向登记表.xlsx",
        "内部/邀请名单.xlsx",
        f"企业手册/{SHIP}.docx",
        f"企业手册/{MOTOR}.docx",
        "高校手册/北岸研究所.docx",
        "高校手册/河东理工大学.docx",
        "内部/会后报告.docx",
        f"典型案例/{N1P1}.docx",
    ]
    assert all(file.stat().st_size for file in written.files)
    assert docx.Document(str(tmp_path / "路演手册.docx")).core_properties.title == "2026年秋季路演手册"


def test_what_cannot_be_written(workspace: Workspace, event: Event, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        paperwork.brief(workspace, event, MADE)
    roadshows.build_list(workspace, event, DAY)
    with pytest.raises(NotReady, match="还没有已发布的清单"):
        paperwork.brief(workspace, event, MADE)
    with pytest.raises(InputError, match="没有名为“通知”的会务文件"):
        documents.kind_named("通知")


def test_formats_and_parties_are_checked(
    workspace: Workspace, event: Event, published: ListVersion, tmp_path: Path
) -> None:
    briefing = paperwork.brief(workspace, event, MADE)
    with pytest.raises(InputError, match="路演手册没有“xlsx”格式。可选：docx、pdf。"):
        documents.write(briefing, documents.kind_named("路演手册"), tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="企业手册须写明企业"):
        documents.write(briefing, documents.kind_named("企业手册"), tmp_path / "a.docx")
    with pytest.raises(NotFound, match="没有企业“无名公司”的需求"):
        documents.write(briefing, documents.kind_named("企业手册"), tmp_path / "a.docx", "无名公司")
    assert list(tmp_path.glob("*.docx")) == []
