"""风险提示: what to look into before anybody signs, read from a match and the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from matcher.availability import Condition, conditions, in_force
from matcher.domain import EncumbranceKind, Patent, PatentType
from matcher.matches import Match, Verdict
from matcher.signals.table import adverse
from matcher.term import expiry, years_later
from matcher.text import garbled

STALE_DAYS = 180
"""A legal status that was seen longer ago is to be looked up again."""
_OF_CONDITION = {
    Condition.PRESERVED: "专利权处于人民法院保全期间，不能办理转让登记，许可合同不予备案",
    Condition.PLEDGED: "专利权已质押，转让、许可须经质权人{}同意",
    Condition.EXCLUSIVE: "已有独占许可{}，不能再许可他人",
    Condition.SOLE: "已有排他许可{}，不能再许可他人",
    Condition.LICENSED: "已有备案的实施许可，许可类型须核实",
    Condition.JOINT: "共有专利，除普通许可外须全体共有人同意",
    Condition.CONTESTED: "无效宣告程序中，权利可能被宣告无效",
    Condition.NARROWED: "已被宣告部分无效，须核对维持有效的权利要求",
}
_OWN_LICENCES = frozenset(EncumbranceKind) - {EncumbranceKind.PLEDGE, EncumbranceKind.PRESERVATION}


def risks(match: Match, as_of: date) -> tuple[str, ...]:
    """Everything worth a warning on this day: law first, then time, what does not fit, then the data."""
    patent = match.patent
    return (
        *(f"{gate.label}待核实：{gate.reason}" for gate in match.gates if gate.verdict is Verdict.UNKNOWN),
        *_licensed_already(match, as_of),
        *_legal(patent, as_of),
        *_timely(match, as_of),
        *_adverse(match),
        *_doubtful(patent),
    )


def _licensed_already(match: Match, as_of: date) -> Iterator[str]:
    """A licence of the enterprise's own: the match is no news to it."""
    enterprise = match.need.enterprise.strip()
    for item in match.patent.encumbrances:
        if enterprise and item.kind in _OWN_LICENCES and item.party == enterprise and in_force(item, as_of):
            until = f"，至 {item.until.isoformat()} 届满" if item.until else ""
            yield f"本企业已取得该专利的{item.kind}{until}，请先核对原合同"


def _legal(patent: Patent, as_of: date) -> Iterator[str]:
    for held in conditions(patent, as_of):
        if held.condition in _OF_CONDITION:
            yield _OF_CONDITION[held.condition].format(f"（{held.party}）" if held.party else "")
    if patent.type in (PatentType.UTILITY_MODEL, PatentType.DESIGN) and not patent.evaluation_report:
        known = "无" if patent.evaluation_report is False else "未见"
        yield f"{patent.type}未经实质审查，{known}专利权评价报告，权利稳定性须评估"


def _timely(match: Match, as_of: date) -> Iterator[str]:
    patent, until = match.patent, match.need.valid_until
    end = expiry(patent)
    if end is not None and as_of < end <= years_later(as_of, 1):
        yield f"专利权将于 {end.isoformat()} 届满，不足 12 个月"
    if patent.status is not None and patent.status_date is None:
        yield "法律状态核验日期不详，签约前须核验"
    elif patent.status_date is not None and (as_of - patent.status_date).days > STALE_DAYS:
        yield f"法律状态核验于 {patent.status_date.isoformat()}，已超过 {STALE_DAYS} 天，签约前须核验"
    if until is not None and until < as_of:
        yield f"需求已于 {until.isoformat()} 过有效期，须向企业确认"


def _adverse(match: Match) -> Iterator[str]:
    """Circumstances that do not fit; an open question about the modes has said so already."""
    asked = any(gate.gate == "obtainable" and gate.verdict is Verdict.UNKNOWN for gate in match.gates)
    for part in match.contributions:
        if part.reason and adverse(part) and not (asked and part.signal == "modes"):
            yield part.reason


def _doubtful(patent: Patent) -> Iterator[str]:
    for name, text in (("名称", patent.title), ("摘要", patent.abstract)):
        if place := garbled(text):
            yield f"{name}疑似乱码（“{place}”），须核对原文"
