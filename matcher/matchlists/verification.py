"""核验清单: what has to be looked up before a list may be published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from matcher.domain import Patent
from matcher.matches import Match, MatchList, Verdict
from matcher.matchlists.duties import months_later
from matcher.term import expiry, years_later


class Check(StrEnum):
    """The kinds of things to look up."""

    STATUS_OLD = "法律状态核验已久"
    STATUS_UNDATED = "法律状态核验日期不详"
    FEE_DUE = "年费即将到期"
    EXPIRING = "专利权即将届满"
    GATE = "硬性条件待核实"


@dataclass(frozen=True, slots=True)
class Limits:
    """How old a status may be, and how near a fee or the end of the term."""

    status_days: int = 30
    fee_days: int = 60
    expiry_months: int = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to verify of one patent, with the lines it stands in."""

    check: Check
    patent: Patent
    what: str
    matches: tuple[str, ...]
    """Match ids."""


def verify(match_list: MatchList, as_of: date, limits: Limits | None = None) -> tuple[Finding, ...]:
    """Everything to look up, by patent and kind of check."""
    limits = limits or Limits()
    lines: dict[str, list[Match]] = {}
    for item in match_list.needs:
        for match in item.matches:
            lines.setdefault(match.patent.id, []).append(match)
    found: list[Finding] = []
    for _, matches in sorted(lines.items()):
        ids = tuple(match.id for match in matches)
        patent = matches[0].patent
        found += [Finding(check, patent, what, ids) for check, what in _of_patent(patent, as_of, limits)]
        found += _of_gates(matches)
    return tuple(found)


def _of_patent(patent: Patent, as_of: date, limits: Limits) -> list[tuple[Check, str]]:
    found = []
    if patent.status_date is None:
        found.append((Check.STATUS_UNDATED, "来源未注明何日核验，须在专利登记簿副本或公布公告系统查询"))
    elif (days := (as_of - patent.status_date).days) > limits.status_days:
        found.append((Check.STATUS_OLD, f"核验于 {patent.status_date.isoformat()}，已 {days} 天"))
    fee = next_annual_fee(patent, as_of)
    if fee is not None and fee <= as_of + timedelta(days=limits.fee_days):
        found.append((Check.FEE_DUE, f"下一年度年费应于 {fee.isoformat()} 前缴纳，须核对是否已缴"))
    end = expiry(patent)
    if end is not None and as_of < end <= months_later(as_of, limits.expiry_months):
        found.append((Check.EXPIRING, f"预计 {end.isoformat()} 届满"))
    return found


def _of_gates(matches: list[Match]) -> list[Finding]:
    lines: dict[str, list[str]] = {}
    for match in matches:
        for gate in match.gates:
            if gate.verdict is Verdict.UNKNOWN:
                lines.setdefault(f"{gate.label}：{gate.reason}", []).append(match.id)
    return [Finding(Check.GATE, matches[0].patent, what, tuple(ids)) for what, ids in lines.items()]


def next_annual_fee(patent: Patent, as_of: date) -> date | None:
    """The day by which the next annual fee is due: the corresponding day of the filing day (专利法第43条).

    Fees after the year of grant are paid before the end of the previous patent year. None where the patent is not
    granted, its filing day is unknown, or it ends by then.
    """
    if patent.filed is None or patent.granted is None:
        return None
    due = years_later(patent.filed, as_of.year - patent.filed.year)
    if due < as_of:
        due = years_later(patent.filed, as_of.year - patent.filed.year + 1)
    end = expiry(patent)
    return None if end is not None and due >= end else due
