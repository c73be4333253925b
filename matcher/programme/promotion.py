"""分层推广 and 公开转移转化清单 of a workspace, one function per verb."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matcher.availability import feasibility, in_force, lapsed
from matcher.commissions import Commission, CommissionKind, commission_id
from matcher.domain import LegalStatus, LicensingMode, Need, Patent, ServiceInstitution
from matcher.inventory import Act, Item, Stage
from matcher.matches import Grade, Verdict
from matcher.matching import Progress
from matcher.programme.demand import match_all
from matcher.programme.given import served
from matcher.programme.industries import Tag, need_tags, patent_tags, read_industries
from matcher.programme.patent_facts import Known, facts
from matcher.programme.services import Asking, Offer, Service, offers, read_services
from matcher.programme.tiers import Decision, decide, read_rules
from matcher.programme.transfer_list import TransferLine, transfer_list
from matcher.responses import Response
from matcher.store.database import Store
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Promoted:
    """One patent with its tiers and what stands before an open licence (None while its status is unknown)."""

    patent: Patent
    decisions: tuple[Decision, ...]
    open_licence: str
    tags: tuple[Tag, ...]
    offers: tuple[Offer, ...] = ()
    """Service institutions for the tiers that hold, and the services for which there is none."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """One need with its key industries; none: 未归类."""

    need: Need
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Promotion:
    """The tiers of a day; `pool` says in words which patents were looked at, `demand` whether needs were matched."""

    patents: tuple[Promoted, ...]
    pool: str
    demand: str
    needs: tuple[Tagged, ...]
    """The needs of the day with their key industries."""
    as_of: date


def library(items: Mapping[str, Item]) -> frozenset[str]:
    """The ids of the patents in the screened library (资源库)."""
    return frozenset(id_ for id_, item in items.items() if item.stage is Stage.SCREENED)


def promote(
    workspace: Workspace,
    as_of: date,
    progress: Progress,
    holders: Sequence[str] = (),
    *,
    everything: bool = False,
) -> Promotion:
    """The tiers of the screened library, or of `everything` in force; the demand counts where the index is up to date."""
    store = workspace.store
    items = store.inventory.all()
    screened = library(items)
    everything = everything or not screened
    patents = [
        patent
        for patent in store.patents.all(PatentFilter(holders=tuple(holders)))
        if (everything or patent.id in screened)
        and not lapsed(patent, as_of)
        and patent.status is not LegalStatus.PENDING
    ]
    trouble = workspace.index_trouble() or ("" if store.needs.count() else "没有需求")
    wanting = None if trouble else match_all(workspace, as_of, Grade.RECOMMENDED, progress).wanting()
    known = Known(
        items,
        store.assessments.by_patent((patent.id for patent in patents), as_of),
        wanting,
        read_industries(workspace.settings.home),
        as_of,
    )
    rules = read_rules(workspace.settings.home)
    pool = "全部有效专利" if everything else f"资源库（已入库 {len(screened)} 件）"
    promoted = [
        Promoted(
            one,
            decide(facts(one, known), rules),
            _open_licence(one, as_of),
            patent_tags(one, known.industries),
        )
        for one in patents
    ]
    return Promotion(
        _served(promoted, list(store.services.all()), read_services(workspace.settings.home), as_of),
        pool,
        f"未计需求：{trouble.rstrip('。')}" if trouble else "已计达到推荐等级的需求",
        tuple(Tagged(need, need_tags(need, known.industries)) for need in store.needs.all(as_of=as_of)),
        as_of,
    )


def _served(
    promoted: Sequence[Promoted],
    institutions: Sequence[ServiceInstitution],
    table: Mapping[str, Service],
    as_of: date,
) -> tuple[Promoted, ...]:
    """The patents with their offers; without institutions on record nobody is looked for."""
    if not institutions:
        return tuple(promoted)
    by_patent: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers([_asking(one, as_of) for one in promoted], institutions, table):
        by_patent[offer.patent_id].append(offer)
    return tuple(replace(one, offers=tuple(by_patent[one.patent.id])) for one in promoted)


def _asking(one: Promoted, as_of: date) -> Asking:
    wanted: dict[str, str] = {}
    for decision in one.decisions:
        if decision.verdict is Verdict.SATISFIED:
            for service in decision.services:
                wanted.setdefault(service, decision.tier)
    burdens = tuple(item.kind.value for item in one.patent.encumbrances if in_force(item, as_of))
    industries = tuple(tag.industry for tag in one.tags)
    return Asking(one.patent.id, wanted, industries, burdens, one.patent.region)


def service_id(offer: Offer) -> str:
    """The commission under which an institution is given the patent; "" where there is no institution."""
    if offer.institution is None:
        return ""
    return commission_id(CommissionKind.SERVICE, offer.institution.id, offer.patent_id, offer.service)


def answered(store: Store, found: Promotion) -> dict[str, Response]:
    """What institutions say of the patents found for them, by commission; what was not given to them is not there."""
    wanted = {service_id(offer) for one in found.patents for offer in one.offers}
    given = store.commissions.all(CommissionKind.SERVICE, as_of=found.as_of)
    return served(store, (one for one in given if one.id in wanted), found.as_of)


def commission_services(store: Store, found: Promotion, act: Act) -> int:
    """Give the patents to the institutions that were found; answers how many commissions are new."""
    kind = CommissionKind.SERVICE
    return store.commissions.add(
        Commission(
            service_id(offer),
            kind,
            offer.institution.id,
            offer.patent_id,
            act.at.date(),
            offer.service,
            f"推广层级“{offer.tier}”；{offer.reason}",
            act.by,
        )
        for one in found.patents
        for offer in one.offers
        if offer.institution
    )


def _open_licence(patent: Patent, as_of: date) -> str:
    found = feasibility(patent, LicensingMode.OPEN_LICENCE, as_of)
    return f"{found.feasibility}：{found.reason}（{found.basis}）" if found else "待核实：法律状态不详"


def public_transfers(store: Store, as_of: date, holders: Sequence[str] = ()) -> list[TransferLine]:
    """公开转移转化清单 of a day over the whole base library, 待核实 and 有正当理由 included."""
    patents = list(store.patents.all(PatentFilter(holders=tuple(holders))))
    deals = store.transactions.by_patent((patent.id for patent in patents), as_of)
    return transfer_list(patents, store.inventory.all(), deals, as_of)
