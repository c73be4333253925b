"""What is needed on the day: 议程, 签到表, 参会回执 and 现场意向登记表."""

from __future__ import annotations

from itertools import groupby

from matcher.domain import Confidentiality
from matcher.matchlists.documents.blocks import BLANK, Block, Document, Fact, Facts, Grid, Heading, Paragraph
from matcher.matchlists.documents.briefing import Briefing
from matcher.matchlists.exports.presets import preset_named
from matcher.matchlists.exports.rows import list_rows
from matcher.matchlists.timetable import HIDDEN

_SPARE = 8
"""Empty lines for those who come unannounced."""


def agenda(briefing: Briefing) -> Document:
    """议程: the parts of the day, the patents that are presented and the meetings, public names only."""
    rows = list_rows(briefing.match_list, preset_named("对外版"))
    presented = [next(group).row for _, group in groupby(rows.by_patent, key=lambda row: row.number)]
    schedule = briefing.schedule
    talks = f"{schedule.slots[0]} 起" if schedule is not None else BLANK
    parts = (
        (BLANK, "签到", "领取路演手册和对接清单", BLANK),
        (BLANK, "开场致辞", BLANK, BLANK),
        (BLANK, "政策与平台介绍", BLANK, BLANK),
        (BLANK, "专利路演", f"{len(presented)} 件专利，名单见后", "各权利人"),
        (talks, "一对一洽谈", _talks(briefing), BLANK),
        (BLANK, "现场意向登记", "填写现场意向登记表，或在对接清单的“对接反馈”表中填写", BLANK),
    )
    blocks: list[Block] = [
        Grid(("时间", "环节", "内容", "负责人"), (2.2, 3, 8, 3), parts),
        Heading("路演专利名单", 2),
        Grid(
            ("序号", "专利名称", "权利人", "所属产业"),
            (1, 8, 5, 3),
            tuple(
                (str(number), row.patent, row.holder, row.industry) for number, row in enumerate(presented, 1)
            ),
        ),
    ]
    if schedule is not None and schedule.meetings:
        meetings = tuple(
            (m.slot, f"{m.table} 号桌", m.enterprise if m.public else HIDDEN, m.holder)
            for m in schedule.meetings
        )
        blocks += [
            Heading("洽谈日程", 2),
            Grid(("时段", "洽谈桌", "企业", "权利人"), (2, 2, 6, 6), meetings),
        ]
    return _document(briefing, "议程", blocks)


def sign_in(briefing: Briefing) -> Document:
    """签到表: who said to come, else the holders and the enterprises with public needs; no needs are named."""
    coming = [(str(reply.kind), reply.party) for reply in briefing.replies if reply.attends]
    names = coming or [("企业", name) for name in enterprises(briefing, public=True)] + [
        ("权利人", name) for name in holders(briefing)
    ]
    rows = [(str(number), kind, party, "", "", "") for number, (kind, party) in enumerate(names, 1)]
    rows += [(str(number), "", "", "", "", "") for number in range(len(rows) + 1, len(rows) + 1 + _SPARE)]
    grid = Grid(
        ("序号", "类别", "单位名称", "姓名", "联系电话", "签名"),
        (1, 1.8, 6, 2.6, 3.4, 2.6),
        tuple(rows),
        0.95,
    )
    note = Paragraph("签到信息仅用于本次活动的组织和联系，由主办单位保管。", note=True)
    return _document(briefing, "签到表", [grid, note])


def reply_form(briefing: Briefing) -> Document:
    """参会回执 on paper; the workbook of the same name can be read back in."""
    event = briefing.event
    facts = (
        "单位类别",
        "单位名称",
        "是否参会",
        "参会人员（姓名、职务）",
        "参会人数",
        "联系电话",
        "可洽谈时段",
        "备注",
    )
    slots = f"可选：{'、'.join(briefing.schedule.slots)}" if briefing.schedule is not None else ""
    answers = {"单位类别": "□ 企业　□ 高校院所　□ 其他单位", "是否参会": "□ 是　□ 否", "可洽谈时段": slots}
    blocks: list[Block] = [
        Facts(
            (Fact("活动编号", event.id), Fact("活动时间", event.days), Fact("活动地点", event.place or BLANK))
        ),
        Facts(tuple(Fact(label, answers.get(label, "\n")) for label in facts)),
        Paragraph(
            f"请于{BLANK}前反馈至{BLANK}，联系人{BLANK}，电话{BLANK}。所填信息仅用于本次活动的组织和联系。"
        ),
    ]
    return _document(briefing, "参会回执", blocks)


def wish_form(briefing: Briefing) -> Document:
    """现场意向登记表 on paper; the workbook of the same name can be read back in."""
    empty = tuple(("",) * 6 for _ in range(10))
    grid = Grid(
        ("企业名称", "专利号或对接编号", "意向方式", "拟合作金额（万元）", "联系人", "备注"),
        (4.5, 4, 2.6, 2.6, 2.4, 4),
        empty,
        1.1,
    )
    modes = Paragraph("意向方式：转让、普通许可、排他许可、独占许可、开放许可、作价入股。", note=True)
    return _document(briefing, "现场意向登记表", [Facts((Fact("活动编号", briefing.event.id),)), grid, modes])


def enterprises(briefing: Briefing, *, public: bool) -> list[str]:
    """Names of the enterprises with a match in the list, by name; `public`: only those with a public need."""
    found = {
        (item.enterprise.name if item.enterprise else "") or item.need.enterprise
        for item in briefing.match_list.needs
        if item.matches and not (public and item.need.confidentiality is not Confidentiality.PUBLIC)
    }
    return sorted(found - {""})


def holders(briefing: Briefing) -> list[str]:
    """First holders of the listed patents that may be shown to everybody, by name."""
    rows = list_rows(briefing.match_list, preset_named("对外版"))
    return sorted({row.match.patent.holders[0] for row in rows.matches if row.match.patent.holders})


def _talks(briefing: Briefing) -> str:
    schedule = briefing.schedule
    if schedule is None:
        return BLANK
    return f"{len(schedule.slots)} 个时段、{schedule.tables} 张洽谈桌，共 {len(schedule.meetings)} 场"


def _document(briefing: Briefing, name: str, blocks: list[Block]) -> Document:
    event = briefing.event
    return Document(
        title=f"{event.name}{name}",
        header=event.organiser or event.name,
        subtitle=f"{event.days}　{event.place}",
        blocks=tuple(blocks),
        made_at=briefing.made_at,
        organiser=event.organiser,
    )
