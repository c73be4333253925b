"""进展 of a workspace on a day: rates, deals, months and milestones, each number with the rows that it counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from matcher.availability import in_force
from matcher.commissions import CommissionKind
from matcher.domain import EncumbranceKind, LegalStatus, Patent, Transaction, TransactionKind
from matcher.groups import UNSTATED, Dimension
from matcher.programme.indicators import Indicator, Rate, RateLine, indicators, rate, rate_lines
from matcher.programme.membership import Registry
from matcher.programme.milestones import MilestoneLine, milestone_lines, read_milestones
from matcher.programme.participation import Participant, participants, participation_lines
from matcher.programme.standing import Day, Standing, standings
from matcher.programme.transfer_list import DEALS
from matcher.store.database import Store
from matcher.store.past import as_known
from matcher.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Deal:
    """One transaction that is counted, with whose patent it was."""

    transaction: Transaction
    holder: str
    title: str
    groups: tuple[tuple[str, str], ...] = ()
    """(dimension, name) of the buyer and of the patent."""

    @property
    def amount(self) -> float | None:
        """万元 as stated."""
        return self.transaction.fee.amount if self.transaction.fee else None


@dataclass(frozen=True, slots=True)
class DealLine:
    """Deals of one kind of one group: how many, their stated amounts in 万元, how many state none."""

    dimension: str
    group: str
    kind: TransactionKind
    deals: int
    amount: float
    unstated: int


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One indicator at the end of a month, or of the day where the month is not over."""

    month: str
    day: date
    indicator: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Progress:
    """All of it; deals are those from `since` to `as_of`, both included."""

    as_of: date
    since: date
    table: tuple[Indicator, ...]
    found: tuple[Standing, ...]
    rates: tuple[RateLine, ...]
    deals: tuple[Deal, ...]
    deal_lines: tuple[DealLine, ...]
    open_licences: tuple[Patent, ...]
    """Patents under an open licence on the day."""
    months: tuple[MonthLine, ...]
    milestones: tuple[MilestoneLine, ...]
    participants: tuple[Participant, ...]
    participation: tuple[RateLine, ...]
    unknown_then: int
    """Patents whose legal status was verified after the day only: it counts as unknown, and they as in force."""


def progress(workspace: Workspace, as_of: date, since: date | None = None) -> Progress:
    """Progress at the end of a day; deals are counted from `since`, by default from the first day of the year.

    Grants, legal states, burdens, inventory, assessments and deals count as of the day; what records do not date
    (实施状态, 学院, 名录) counts as it is now, and the report says so.
    """
    store = workspace.store
    since = since or date(as_of.year, 1, 1)
    table = read_milestones(workspace.settings.home)
    patents = list(store.patents.all())
    registry = Registry.of(workspace.store, workspace.settings.home)
    industries = {patent.id: registry.industries_of(patent) for patent in patents}

    def standing_at(day: date) -> list[Standing]:
        then = (as_known(patent, None, day) for patent in patents)
        return standings(then, registry.holders, _day(store, day), industries)

    found = standing_at(as_of)
    rates = indicators(table.cutoff)
    taking_part = participants(store, as_of)
    deals = _deals(store, patents, registry, since, as_of)
    return Progress(
        as_of,
        since,
        rates,
        tuple(found),
        tuple(rate_lines(found, rates)),
        tuple(deals),
        tuple(_deal_lines(deals)),
        tuple(one.patent for one in found if one.counted and _open(one.patent, as_of)),
        tuple(
            MonthLine(f"{day:%Y-%m}", day, one.name, rate(one, at))
            for day in month_ends(since, as_of)
            for at in [standing_at(day)]
            for one in rates[:3]
        ),
        tuple(milestone_lines(table, found, as_of)),
        tuple(taking_part),
        tuple(participation_lines(taking_part, registry)),
        sum(one.status_date is not None and one.status_date > as_of for one in patents),
    )


def _day(store: Store, day: date) -> Day:
    assessed = frozenset(each.patent_id for each in store.assessments.all(day))
    dealt = frozenset(each.patent_id for each in store.transactions.all(day) if each.kind in DEALS)
    given = store.commissions.all(CommissionKind.ASSESSMENT, as_of=day)
    assigned = frozenset(one.patent_id for one in given)
    return Day(
        day, store.inventory.stages_at(day), store.inventory.first_assessed(), assessed, dealt, assigned
    )


def month_ends(since: date, as_of: date) -> list[date]:
    """The last day of every month from `since`, and `as_of` for the month that is not over."""
    found = []
    day = since
    while day <= as_of:
        next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(min(next_month - timedelta(days=1), as_of))
        day = next_month
    return found


def _open(patent: Patent, as_of: date) -> bool:
    declared = any(
        item.kind is EncumbranceKind.OPEN_LICENCE and in_force(item, as_of) for item in patent.encumbrances
    )
    return declared or patent.status is LegalStatus.OPEN_LICENCE


def _deals(
    store: Store, patents: Sequence[Patent], registry: Registry, since: date, as_of: date
) -> list[Deal]:
    by_id = {patent.id: patent for patent in patents}
    found = [
        _deal(each, by_id.get(each.patent_id), registry)
        for each in store.transactions.all(as_of)
        if each.kind in DEALS and each.on is not None and since <= each.on <= as_of
    ]
    return sorted(found, key=lambda deal: (deal.transaction.on or since, deal.transaction.id))


def _deal(each: Transaction, patent: Patent | None, registry: Registry) -> Deal:
    buyer = registry.of_enterprise(registry.enterprises.get(each.buyer_id), each.region)
    members = [group for group in buyer if group.dimension is not Dimension.REGISTRATION]
    groups = [(f"受让方{group.dimension.removeprefix('企业')}", group.name) for group in sorted(members)]
    groups += [("重点产业", name) for name in (registry.industries_of(patent) if patent else ())]
    return Deal(each, each.seller or UNSTATED, patent.title if patent else "", tuple(groups))


def _deal_lines(deals: Iterable[Deal]) -> list[DealLine]:
    groups: dict[tuple[str, str], list[Deal]] = defaultdict(list)
    for deal in deals:
        for dimension, group in (
            ("全部", "全部"),
            ("月份", f"{deal.transaction.on:%Y-%m}"),
            ("出让方", deal.holder),
            *deal.groups,
        ):
            groups[dimension, group].append(deal)
    lines = []
    for (dimension, group), mine in sorted(groups.items()):
        counts = Counter(deal.transaction.kind for deal in mine)
        for kind in TransactionKind:
            if counts[kind]:
                amounts = [deal.amount for deal in mine if deal.transaction.kind is kind]
                stated = [amount for amount in amounts if amount is not None]
                lines.append(
                    DealLine(
                        dimension,
                        group,
                        kind,
                        len(amounts),
                        round(sum(stated), 4),
                        len(amounts) - len(stated),
                    )
                )
    return lines
