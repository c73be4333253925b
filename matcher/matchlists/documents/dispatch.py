"""月度信息报送稿 and 典型案例: numbers and facts filled from outcomes, the rest marked as blanks for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from matcher.domain import Confidentiality
from matcher.errors import NotFound
from matcher.events import Event, chinese_day
from matcher.matchlists.documents.after_event import money_text
from matcher.matchlists.documents.blocks import BLANK, Block, Document, Fact, Facts, Grid, Heading, Paragraph
from matcher.matchlists.documents.briefing import Briefing
from matcher.matchlists.documents.handbook import cut
from matcher.matchlists.exports.wording import maturity_text, patent_number
from matcher.outcomes import Outcome, State, Step


@dataclass(frozen=True, slots=True)
class Month:
    """What happened in one month: `first` and `last` day inclusive; `outcomes` are all, by their present state."""

    first: date
    last: date
    events: Sequence[Event]
    outcomes: Sequence[Outcome]
    steps: Sequence[Step]
    organiser: str
    made_at: datetime


def monthly(month: Month) -> Document:
    """月度信息报送稿: one paragraph to send on and the table that proves its numbers."""
    held = [event for event in month.events if month.first <= event.starts <= month.last]
    during = [step for step in month.steps if month.first <= step.at.date() <= month.last]
    new = Counter(step.after for step in during if step.before is not step.after)
    ids = {step.match_id for step in during if step.after is State.SIGNED and step.before is not State.SIGNED}
    signed = [outcome for outcome in month.outcomes if outcome.id in ids]
    when = f"{month.first.year}年{month.first.month}月"
    span = f"{month.first.isoformat()} 至 {month.last.isoformat()}"
    text = (
        f"{when}，{month.organiser or BLANK}组织专利路演、供需对接活动 {len(held)} 场，新推送供需对接 {new[State.PUSHED]} 条，"
        f"新增合作意向 {new[State.INTERESTED]} 条，新进入洽谈 {new[State.NEGOTIATING]} 条，"
        f"新签约 {len(signed)} 项，合同金额 {money_text(signed)}。"
    )
    rows = (
        ("活动场次", str(len(held)), f"举办日期在 {span} 的活动：{'、'.join(e.name for e in held) or '无'}"),
        ("新推送对接", str(new[State.PUSHED]), f"{span} 内状态变为“已推送”的次数"),
        ("新增意向", str(new[State.INTERESTED]), f"{span} 内状态变为“有意向”的次数"),
        ("新进入洽谈", str(new[State.NEGOTIATING]), f"{span} 内状态变为“洽谈中”的次数"),
        ("新签约", str(len(signed)), f"{span} 内状态变为“已签约”的对接"),
        ("合同金额", money_text(signed), "上述签约对接所填金额之和"),
    )
    blocks: list[Block] = [
        Paragraph(text),
        Paragraph(f"主要做法：{BLANK}"),
        Paragraph(f"存在问题和下一步打算：{BLANK}"),
        Heading("附：数据来源", 2),
        Grid(("指标", "数值", "取数口径"), (3, 4, 10), rows),
        Paragraph("报送前请删除本附表，并补填标记为待填的内容。", note=True),
    ]
    return Document(
        title=f"{when}专利转化运用工作信息",
        header=month.organiser or "专利转化运用",
        subtitle=f"（报送稿，{chinese_day(month.made_at.date())}）",
        blocks=tuple(blocks),
        made_at=month.made_at,
        organiser=month.organiser,
    )


def success_story(briefing: Briefing, match_id: str) -> Document:
    """典型案例 of one signed match; raises NotFound where it is not signed, or its enterprise is not to be named."""
    outcome = briefing.outcomes.get(match_id)
    if outcome is None or outcome.state is not State.SIGNED:
        raise NotFound(f"活动 {briefing.event.id} 中没有已签约的对接“{match_id}”。")
    item = next(i for i in briefing.match_list.needs if i.need.id == outcome.need_id)
    if item.need.confidentiality is not Confidentiality.PUBLIC:
        raise NotFound(f"对接 {match_id} 的需求不公开，不能写成典型案例；请先征得企业同意并把需求改为公开。")
    match = next((m for m in item.matches if m.patent.id == outcome.patent_id), None)
    if match is None:
        raise NotFound(f"对接 {match_id} 不在清单 {briefing.version.id} 中。")
    patent, enterprise = match.patent, briefing.enterprise_name(item.need.id)
    facts = (
        Fact("企业", enterprise),
        Fact("需求", item.need.title),
        Fact("专利", f"{patent.title}（{patent_number(patent)}）"),
        Fact("权利人", "、".join(patent.holders)),
        Fact("技术成熟度", maturity_text(patent.maturity)),
        Fact("转化方式", str(outcome.mode)),
        Fact("合同金额", "未填" if outcome.amount is None else f"{outcome.amount:.10g} 万元"),
        Fact("合同生效日", chinese_day(outcome.effective) if outcome.effective else BLANK),
        Fact("对接过程", _course(briefing, match_id)),
    )
    blocks: list[Block] = [
        Facts(facts),
        Heading("一、企业需求", 2),
        Paragraph(cut(item.need.description, 300) or BLANK),
        Heading("二、专利技术", 2),
        Paragraph(cut(patent.abstract, 300) or BLANK),
        Heading("三、对接与服务", 2),
        Paragraph(BLANK),
        Heading("四、实施成效", 2),
        Paragraph(f"产品、产值、就业等成效：{BLANK}"),
        Heading("五、经验做法", 2),
        Paragraph(BLANK),
    ]
    return Document(
        title=f"典型案例：{enterprise}与{patent.holders[0] if patent.holders else BLANK}",
        header=briefing.event.name,
        blocks=tuple(blocks),
        made_at=briefing.made_at,
        organiser=briefing.event.organiser,
    )


def _course(briefing: Briefing, match_id: str) -> str:
    steps = [step for step in briefing.steps if step.match_id == match_id]
    return "\n".join(f"{step.at.date().isoformat()}　{step.after}" for step in steps)
