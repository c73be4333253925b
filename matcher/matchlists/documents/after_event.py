"""会后报告: what came of an event, every number with what it counts; no enterprise is named whose need is not public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from matcher.matchlists.documents.blocks import (
    BLANK,
    Block,
    Document,
    Fact,
    Facts,
    Funnel,
    Grid,
    Heading,
    Paragraph,
    Stage,
)
from matcher.matchlists.documents.briefing import FUNNEL, Briefing, reached
from matcher.matchlists.exports.wording import patent_number
from matcher.outcomes import Outcome, Reason, State

_CLOSED = (State.UNSUITABLE, State.ON_HOLD, State.LAPSED, State.WITHDRAWN)


def after_event(briefing: Briefing) -> Document:
    """The report of one event at the moment it is made."""
    counts = reached(briefing.outcomes, briefing.steps)
    blocks: list[Block] = [
        Heading("一、活动概况"),
        _overview(briefing),
        Heading("二、对接进展"),
        Paragraph(_summary(briefing, counts)),
        Funnel(tuple(Stage(state, counts[state]) for state in FUNNEL)),
        Paragraph("各阶段按“曾经到达或越过该状态的对接条数”累计，括号内为占已推送的比例。", note=True),
        Heading("三、签约情况"),
        *_signed(briefing),
        Heading("四、未成与搁置的原因"),
        *_reasons(briefing.outcomes.values()),
        Heading("五、尚无合适专利的需求"),
        *_unanswered(briefing),
        Heading("六、数据口径"),
        _definitions(briefing, counts),
        Heading("七、问题与建议"),
        Paragraph(BLANK),
    ]
    event = briefing.event
    return Document(
        title=f"{event.name}会后报告",
        header=event.organiser or event.name,
        subtitle=f"数据截至 {briefing.made_at:%Y年%m月%d日}　清单编号 {briefing.version.id}",
        blocks=tuple(blocks),
        made_at=briefing.made_at,
        organiser=event.organiser,
    )


def money_text(outcomes: Iterable[Outcome]) -> str:
    """The sum of the amounts that are known, and how many are not."""
    amounts = [outcome.amount for outcome in outcomes]
    known = [amount for amount in amounts if amount is not None]
    text = f"{sum(known):.10g} 万元"
    return text + (f"（另有 {len(amounts) - len(known)} 项未填金额）" if len(known) < len(amounts) else "")


def _overview(briefing: Briefing) -> Facts:
    event, needs = briefing.event, briefing.match_list.needs
    answered = [item for item in needs if item.matches]
    patents = {match.patent.id for item in needs for match in item.matches}
    holders = {holder for item in needs for match in item.matches for holder in match.patent.holders}
    coming = [reply for reply in briefing.replies if reply.attends]
    schedule = briefing.schedule
    meetings = f"{len(schedule.meetings)} 场" if schedule is not None else BLANK
    return Facts(
        (
            Fact("时间、地点", f"{event.days}　{event.place or BLANK}"),
            Fact("主办单位", event.organiser or BLANK),
            Fact("参会单位", f"{len(coming)} 家（按参会回执）" if briefing.replies else BLANK),
            Fact("对接清单", f"{briefing.version.id}，{sum(len(i.matches) for i in needs)} 条对接"),
            Fact(
                "需求与专利",
                f"需求 {len(needs)} 项，其中 {len(answered)} 项有推荐；专利 {len(patents)} 件，权利人 {len(holders)} 家",
            ),
            Fact("一对一洽谈", meetings),
        )
    )


def _summary(briefing: Briefing, counts: dict[State, int]) -> str:
    now = Counter(outcome.state for outcome in briefing.outcomes.values())
    states = "、".join(f"{state} {now[state]} 条" for state in State if now[state])
    return (
        f"共推送对接 {counts[State.PUSHED]} 条，其中表达过意向的 {counts[State.INTERESTED]} 条，"
        f"进入洽谈的 {counts[State.NEGOTIATING]} 条，签约 {counts[State.SIGNED]} 条。目前状态：{states or '尚无'}。"
    )


def _signed(briefing: Briefing) -> list[Block]:
    signed = [o for o in briefing.outcomes.values() if o.state is State.SIGNED]
    if not signed:
        return [Paragraph("截至本报告日期，尚无签约。")]
    modes = Counter(str(outcome.mode) for outcome in signed)
    by_mode = "、".join(f"{mode} {count} 项" for mode, count in sorted(modes.items()))
    patents = {match.patent.id: match.patent for item in briefing.match_list.needs for match in item.matches}
    rows = []
    for outcome in sorted(signed, key=lambda o: (str(o.effective), o.id)):
        patent = patents.get(outcome.patent_id)
        rows.append(
            (
                outcome.id,
                f"{patent.title}\n{patent_number(patent)}" if patent else outcome.patent_id,
                "、".join(patent.holders) if patent else "",
                briefing.enterprise_name(outcome.need_id),
                str(outcome.mode),
                "未填" if outcome.amount is None else f"{outcome.amount:.10g}",
            )
        )
    columns = ("对接编号", "专利", "权利人", "企业", "方式", "万元")
    return [
        Paragraph(f"签约 {len(signed)} 项（{by_mode}），合同金额合计 {money_text(signed)}。"),
        Grid(columns, (3, 5.4, 3.4, 3.4, 1.8, 1.5), tuple(rows)),
    ]


def _reasons(outcomes: Iterable[Outcome]) -> list[Block]:
    closed = [outcome for outcome in outcomes if outcome.state in _CLOSED]
    if not closed:
        return [Paragraph("截至本报告日期，没有标为不合适、搁置、失效或撤回的对接。")]
    counts = Counter((str(o.state), str(o.reason) if o.reason else "—") for o in closed)
    order = {str(reason): place for place, reason in enumerate(Reason)}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0][0], order.get(item[0][1], 99)))
    rows = tuple(
        (state, reason, str(count), f"{count / len(closed):.1%}") for (state, reason), count in ordered
    )
    return [Grid(("状态", "原因", "条数", "占比"), (3, 6, 2, 2), rows)]


def _unanswered(briefing: Briefing) -> list[Block]:
    empty = [item for item in briefing.match_list.needs if not item.matches]
    if not empty:
        return [Paragraph("清单中的每项需求都有推荐专利。")]
    industries = Counter(
        item.need.industry or (item.enterprise.industry if item.enterprise else "") or "未注明"
        for item in empty
    )
    rows = tuple(
        (industry, str(count)) for industry, count in sorted(industries.items(), key=lambda i: (-i[1], i[0]))
    )
    return [
        Paragraph(f"共 {len(empty)} 项，建议转为联合研发或揭榜攻关需求，按行业分布如下。"),
        Grid(("所属行业", "需求数"), (6, 2), rows),
    ]


def _definitions(briefing: Briefing, counts: dict[State, int]) -> Grid:
    event = briefing.event.id
    made = briefing.made_at.date().isoformat()
    signed = [o for o in briefing.outcomes.values() if o.state is State.SIGNED]
    rows = [
        (f"曾{state}", str(counts[state]), f"活动 {event} 的对接中，历史里有过“{state}”或其后状态的条数")
        for state in FUNNEL
    ]
    rows[0] = ("已推送", str(counts[State.PUSHED]), f"活动 {event} 已发布清单中开始跟踪的对接条数")
    rows.append(
        ("签约金额", money_text(signed), f"活动 {event} 中状态为“已签约”的对接所填金额之和，截至 {made}")
    )
    return Grid(("指标", "数值", "口径"), (3, 4, 10), tuple(rows))
