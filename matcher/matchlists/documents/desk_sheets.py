"""The workbooks of the day: 签到表, 邀请名单 (internal), and the blank forms that can be read back in."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from matcher.domain import LicensingMode
from matcher.events import Party
from matcher.matchlists.documents.blocks import Grid
from matcher.matchlists.documents.briefing import Briefing
from matcher.matchlists.documents.on_site import sign_in
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page, Report

_LINES = 30
_MODES = tuple(mode for mode in LicensingMode if mode is not LicensingMode.OWN_USE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a form: what is known, and room for the rest."""

    number: int
    event: str = ""
    kind: str = ""
    party: str = ""
    contact: str = ""
    matches: str = ""
    to_fill: str = ""


_NUMBER = Column("序号", "number", 6, Setting.CENTRE)
_EVENT = Column("活动编号", "event", 10, Setting.CENTRE)


def _fill(title: str, width: float, choices: tuple[str, ...] = ()) -> Column:
    return Column(title, "to_fill", width, Setting.ENTRY, choices)


_SIGN_IN = (
    _NUMBER,
    Column("类别", "kind", 10, Setting.CENTRE),
    Column("单位名称", "party", 36),
    _fill("姓名", 14),
    _fill("联系电话", 18),
    _fill("签名", 18),
)
_REPLY = (
    _EVENT,
    _fill("单位类别", 12, tuple(Party)),
    _fill("单位名称", 32),
    _fill("是否参会", 10, ("是", "否")),
    _fill("参会人员（姓名、职务）", 28),
    _fill("参会人数", 10),
    _fill("联系电话", 18),
    _fill("可洽谈时段", 24),
    _fill("备注", 24),
)
_WISH = (
    _EVENT,
    _fill("企业名称", 32),
    _fill("专利号", 20),
    _fill("对接编号", 14),
    _fill("意向方式", 12, _MODES),
    _fill("拟合作金额（万元）", 12),
    _fill("意向说明", 32),
    _fill("联系人", 12),
    _fill("登记日期", 12),
)
_INVITED = (
    _NUMBER,
    Column("类别", "kind", 10, Setting.CENTRE),
    Column("单位名称", "party", 36),
    Column("联系方式", "contact", 30),
    Column("清单中的对接", "matches", 14, Setting.CENTRE),
    _fill("是否已邀请", 12, ("是", "否")),
    _fill("回复", 20),
)


def sign_in_sheet(briefing: Briefing) -> Report:
    """签到表 with the same lines as on paper."""
    (grid,) = (block for block in sign_in(briefing).blocks if isinstance(block, Grid))
    lines = [Line(int(number), kind=kind, party=party) for number, kind, party, *_ in grid.rows]
    return _report(briefing, "签到表", _SIGN_IN, lines, "签到信息仅用于本次活动的组织和联系")


def reply_sheet(briefing: Briefing) -> Report:
    """参会回执 to be filled in by those invited; it names nobody."""
    slots = "、".join(briefing.schedule.slots) if briefing.schedule is not None else ""
    note = f"{briefing.event.days}　{briefing.event.place}" + (f"　可洽谈时段：{slots}" if slots else "")
    lines = [Line(number, briefing.event.id) for number in range(1, 6)]
    return _report(briefing, "参会回执", _REPLY, lines, note)


def wish_sheet(briefing: Briefing) -> Report:
    """现场意向登记表; it names nobody."""
    lines = [Line(number, briefing.event.id) for number in range(1, _LINES + 1)]
    return _report(briefing, "现场意向登记表", _WISH, lines, "填专利号或对接编号之一即可")


def invitations(briefing: Briefing) -> Report:
    """邀请名单 with contacts and all names: for the organiser only."""
    enterprises: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    contacts: dict[str, dict[str, None]] = defaultdict(dict)
    for item in briefing.match_list.needs:
        name = (item.enterprise.name if item.enterprise else "") or item.need.enterprise
        for match in item.matches:
            holder = match.patent.holders[0] if match.patent.holders else ""
            enterprises[name] += 1
            holders[holder] += 1
            contacts[holder][match.patent.contact] = None
        if item.enterprise is not None:
            contacts[name][item.enterprise.contact] = None
    lines: list[Line] = []
    for kind, counts in (("企业", enterprises), ("权利人", holders)):
        for party in sorted(counts, key=lambda party: (-counts[party], party)):
            if party:
                known = "；".join(filter(None, contacts[party]))
                lines.append(Line(len(lines) + 1, "", kind, party, known, f"{counts[party]} 条"))
    return _report(briefing, "邀请名单", _INVITED, lines, "内部使用：含未公开的企业名称和联系方式，请勿外传")


def _report(
    briefing: Briefing, name: str, columns: tuple[Column, ...], lines: list[Line], note: str
) -> Report:
    title = f"{briefing.event.name}{name}"
    return Report(title, (Page(name, columns, lines, note),), briefing.made_at, briefing.event.organiser)
