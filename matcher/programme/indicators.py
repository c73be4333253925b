"""The rates of the programme, each with its numerator and denominator in words; counted over patents on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.domain import ImplementationStatus
from matcher.groups import UNSTATED
from matcher.inventory import Stage
from matcher.programme.standing import Standing

_I = ImplementationStatus
_USED = frozenset({_I.OWN_USE, _I.LICENSED, _I.ASSIGNED, _I.INVESTED, _I.INDUSTRIALISED})
CUTOFF = date(2023, 12, 31)
"""Grants up to this day are the stock that the programme inventories; later ones are counted apart."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A rate: of the patents `within` the denominator, the share that `counts`."""

    name: str
    numerator: str
    denominator: str
    within: Callable[[Standing], bool]
    counts: Callable[[Standing], bool]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as counted; `value` None where the denominator is 0."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """numerator ÷ denominator."""
        return self.numerator / self.denominator if self.denominator else None


def indicators(cutoff: date = CUTOFF) -> tuple[Indicator, ...]:
    """All rates, in the order shown."""
    in_force = "统计日有效的授权专利"

    def stock(one: Standing) -> bool:
        return one.counted and one.patent.granted is not None and one.patent.granted <= cutoff

    def later(one: Standing) -> bool:
        return one.counted and one.patent.granted is not None and one.patent.granted > cutoff

    return (
        Indicator(
            "盘点率",
            "分母中已盘点的：发明人已自评、集中评价中、已入资源库、暂不入库，以及自评后转化的",
            f"{cutoff} 及以前授权、统计日有效的专利",
            stock,
            lambda one: one.done,
        ),
        Indicator(
            "盘点率（其后授权）", "同上", f"{cutoff} 以后授权、统计日有效的专利", later, lambda one: one.done
        ),
        Indicator(
            "入库率",
            "分母中已入资源库的",
            "统计日有效、已盘点的专利",
            lambda one: one.counted and one.done,
            lambda one: one.stage is Stage.SCREENED,
        ),
        Indicator(
            "专家分派率",
            "分母中已分派给至少一位专家评价的",
            "统计日有效、已入资源库的专利",
            lambda one: one.counted and one.stage is Stage.SCREENED,
            lambda one: one.assigned,
        ),
        Indicator(
            "企业评价率",
            "分母中至少有一家企业评价的",
            "统计日有效、已入资源库的专利",
            lambda one: one.counted and one.stage is Stage.SCREENED,
            lambda one: one.assessed,
        ),
        Indicator(
            "实施率",
            "分母中自行实施、许可实施、已转让、作价入股、已产业化的，以及有转让、许可、作价入股交易的；其余只计入分母",
            in_force,
            lambda one: one.counted,
            lambda one: one.patent.implementation in _USED or one.dealt,
        ),
        Indicator(
            "产业化率",
            "分母中已产业化的；实施状态不详的只计入分母",
            in_force,
            lambda one: one.counted,
            lambda one: one.patent.implementation is _I.INDUSTRIALISED,
        ),
    )


def rate(indicator: Indicator, found: Iterable[Standing]) -> Rate:
    """The rate over some patents."""
    within = [one for one in found if indicator.within(one)]
    return Rate(sum(indicator.counts(one) for one in within), len(within))


@dataclass(frozen=True, slots=True)
class Dimension:
    """By what patents are grouped; one may stand in several groups."""

    name: str
    of: Callable[[Standing], tuple[str, ...]]


DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("全部", lambda one: ("全部",)),
    Dimension("地市", lambda one: (one.city,)),
    Dimension("主管部门", lambda one: (one.department,)),
    Dimension("单位类型", lambda one: (one.kind or UNSTATED,)),
    Dimension("专利权人", lambda one: (one.holder,)),
    Dimension("学院", lambda one: (f"{one.holder} {one.college}",)),
    Dimension("重点产业", lambda one: one.industries),
)


@dataclass(frozen=True, slots=True)
class RateLine:
    """One rate of one group."""

    dimension: str
    group: str
    indicator: str
    rate: Rate


def rate_lines(found: Sequence[Standing], table: Sequence[Indicator]) -> list[RateLine]:
    """Every rate of every group that has patents in its denominator, by dimension, group and indicator."""
    lines = []
    for dimension in DIMENSIONS:
        groups: dict[str, list[Standing]] = {}
        for one in found:
            for group in dimension.of(one):
                groups.setdefault(group, []).append(one)
        for group in sorted(groups):
            for indicator in table:
                counted = rate(indicator, groups[group])
                if counted.denominator:
                    lines.append(RateLine(dimension.name, group, indicator.name, counted))
    return lines
