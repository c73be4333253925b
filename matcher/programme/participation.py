"""企业参与: of the enterprises on record, how many have raised needs, assessed patents and closed deals, by their groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.domain import Enterprise
from matcher.programme.indicators import Rate, RateLine
from matcher.programme.membership import Registry
from matcher.programme.transfer_list import DEALS
from matcher.store.database import Store

DENOMINATOR = "名录中的企业（名录不分日期，以现有的为准）"
NUMERATORS = {
    "需求提出率": "截至统计日提出过技术需求的",
    "评价参与率": "截至统计日评价过至少一件专利的",
    "成交率": "截至统计日受让、被许可或入股过至少一件专利的",
}
"""Each rate and what its numerator counts."""


@dataclass(frozen=True, slots=True)
class Participant:
    """One enterprise and what it has done by the end of the day; `done` holds names of rates."""

    enterprise: Enterprise
    done: frozenset[str]


def participants(store: Store, as_of: date) -> list[Participant]:
    """Every enterprise on record."""
    acted = {
        "需求提出率": {need.enterprise_id for need in store.needs.all(as_of=as_of)},
        "评价参与率": {said.enterprise_id for said in store.assessments.all(as_of)},
        "成交率": {deal.buyer_id for deal in store.transactions.all(as_of) if deal.kind in DEALS},
    }
    return [
        Participant(one, frozenset(name for name, ids in acted.items() if one.id in ids))
        for one in store.enterprises.all()
    ]


def participation_lines(found: Sequence[Participant], registry: Registry) -> list[RateLine]:
    """Every rate over all, and over each 资质类型, 地市, 归口部门 and 注册状态; who has several counts in each."""
    groups: dict[tuple[str, str], list[Participant]] = {("全部", "全部"): list(found)} if found else {}
    for one in found:
        for group in registry.of_enterprise(one.enterprise):
            groups.setdefault((group.dimension, group.name), []).append(one)
    return [
        RateLine(dimension, name, rate, _rate(groups[dimension, name], rate))
        for dimension, name in sorted(groups, key=lambda key: (key[0] != "全部", key))
        for rate in NUMERATORS
    ]


def _rate(found: Iterable[Participant], name: str) -> Rate:
    within = list(found)
    return Rate(sum(name in one.done for one in within), len(within))
