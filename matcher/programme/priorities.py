"""Work led by demand: which patents to inventory first, and which in-force patents nobody has asked for.

The advice on fees is advice: it names its reasons, and the decision stays with the holder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matcher.availability import feasibility
from matcher.domain import LegalStatus, LicensingMode, Patent, Prospect, Transaction
from matcher.inventory import Item, Stage
from matcher.matches import Feasibility, Match
from matcher.programme.demand import enterprise_of
from matcher.programme.industries import Tag
from matcher.programme.patent_facts import prospect
from matcher.programme.splitting import to_inventory
from matcher.programme.transfer_list import DEALS
from matcher.term import expiry, years_later

_SHORT = 2
"""Years of remaining term below which a fee buys little."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of the demand for one patent."""

    matches: Sequence[Match] = ()
    """Needs at 推荐 or better, the best first."""
    favourable: int = 0
    """Enterprises that assessed it 好 or 较好."""
    deals: Sequence[Transaction] = ()
    tags: Sequence[Tag] = ()

    @property
    def enterprises(self) -> int:
        """Distinct enterprises that need it."""
        return len({enterprise_of(match.need) for match in self.matches})

    @property
    def dealt(self) -> bool:
        """Whether it has been sold or licensed before."""
        return any(deal.kind in DEALS for deal in self.deals)


@dataclass(frozen=True, slots=True)
class Priority:
    """One patent still to be inventoried; `years` of remaining term, None where unknown."""

    patent: Patent
    needs: int
    enterprises: int
    industries: tuple[str, ...]
    years: float | None
    reason: str


def priorities(
    patents: Sequence[Patent], items: Mapping[str, Item], wanted: Mapping[str, Wanted], as_of: date
) -> list[Priority]:
    """What is still to be inventoried: more enterprises first, then more needs, key industries, longer term, id."""
    found = [
        _priority(patent, wanted.get(patent.id) or Wanted(), as_of)
        for patent in patents
        if to_inventory(patent, items.get(patent.id) or Item(patent.id), as_of)
    ]
    return sorted(
        found,
        key=lambda one: (
            -one.enterprises,
            -one.needs,
            not one.industries,
            -(one.years or 0.0),
            one.patent.id,
        ),
    )


def _priority(patent: Patent, demand: Wanted, as_of: date) -> Priority:
    years = remaining(patent, as_of)
    parts = (
        [f"{demand.enterprises} 家企业的 {len(demand.matches)} 项需求达到推荐"]
        if demand.matches
        else ["暂无达到推荐的需求"]
    )
    if demand.tags:
        parts.append("；".join(f"{tag.industry}（{tag.evidence}）" for tag in demand.tags))
    parts.append("剩余保护期不详" if years is None else f"剩余保护期 {years:.1f} 年")
    industries = tuple(tag.industry for tag in demand.tags)
    return Priority(patent, len(demand.matches), demand.enterprises, industries, years, "；".join(parts))


def remaining(patent: Patent, as_of: date) -> float | None:
    """Years of term left on a day; None where type or filing date is unknown."""
    end = expiry(patent)
    return None if end is None else max(0.0, (end - as_of).days / 365.25)


class Advice(StrEnum):
    """What is suggested before the next annual fee."""

    KEEP = "建议维持"
    OPEN = "建议开放许可"
    DROP = "建议评估放弃"


@dataclass(frozen=True, slots=True)
class FeeAdvice:
    """One patent, its next annual fee's day (None: filing date unknown), the advice and why."""

    patent: Patent
    due: date | None
    advice: Advice
    reason: str


def fee_advice(
    patents: Sequence[Patent], items: Mapping[str, Item], wanted: Mapping[str, Wanted], as_of: date
) -> list[FeeAdvice]:
    """Every granted patent in force, by the day of its next annual fee."""
    found = [
        _advice(patent, items.get(patent.id) or Item(patent.id), wanted.get(patent.id) or Wanted(), as_of)
        for patent in patents
        if patent.status is not LegalStatus.PENDING
    ]
    return sorted(found, key=lambda one: (one.due or date.max, one.patent.id))


def next_fee(patent: Patent, as_of: date) -> date | None:
    """The day by which the next annual fee is due, on or after a day; None where it is unknown or there is none.

    A year of a patent begins on the corresponding day of its filing, and the fee of the next one is due before it
    (专利法实施细则: 上一年度期满前缴纳); the last year has no next one.
    """
    end = expiry(patent)
    if patent.filed is None or end is None:
        return None
    years = max(1, as_of.year - patent.filed.year)
    due = years_later(patent.filed, years)
    if due < as_of:
        due = years_later(patent.filed, years + 1)
    return due if due < end else None


def _advice(patent: Patent, item: Item, demand: Wanted, as_of: date) -> FeeAdvice:
    due = next_fee(patent, as_of)
    if demand.matches or demand.favourable or demand.dealt:
        parts = [
            f"{len(demand.matches)} 项需求达到推荐" if demand.matches else "",
            f"{demand.favourable} 家企业评价好或较好" if demand.favourable else "",
            "已有转化交易" if demand.dealt else "",
        ]
        return FeeAdvice(patent, due, Advice.KEEP, "、".join(filter(None, parts)))
    years = remaining(patent, as_of)
    seen = prospect(patent, item)
    if item.stage is Stage.HELD or seen == Prospect.POOR.value:
        why = f"暂不入库：{item.reason}" if item.stage is Stage.HELD else "产业化前景为差"
        return FeeAdvice(patent, due, Advice.DROP, f"无需求；{why}")
    if years is not None and years < _SHORT:
        return FeeAdvice(patent, due, Advice.DROP, f"无需求；剩余保护期仅 {years:.1f} 年")
    if seen is None:
        return FeeAdvice(patent, due, Advice.KEEP, "无需求，但尚无产业化前景评价，建议先完成自评再定")
    found = feasibility(patent, LicensingMode.OPEN_LICENCE, as_of)
    if found is None or found.feasibility is Feasibility.IMPOSSIBLE:
        why = found.reason if found else "法律状态不详"
        return FeeAdvice(patent, due, Advice.KEEP, f"无需求；产业化前景{seen}；不能开放许可（{why}）")
    return FeeAdvice(patent, due, Advice.OPEN, f"无需求；产业化前景{seen}；开放许可：{found.reason}")
