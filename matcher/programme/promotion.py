"""分层推广 and 公开转移转化清单 of a workspace, one function per verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.availability import feasibility, lapsed
from matcher.domain import LegalStatus, LicensingMode, Need, Patent
from matcher.inventory import Item, Stage
from matcher.matches import Grade
from matcher.matching import Progress
from matcher.programme.demand import match_all
from matcher.programme.industries import Tag, need_tags, patent_tags, read_industries
from matcher.programme.patent_facts import Known, facts
from matcher.programme.tiers import Decision, decide, read_rules
from matcher.programme.transfer_list import TransferLine, transfer_list
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
    return Promotion(
        tuple(
            Promoted(
                one,
                decide(facts(one, known), rules),
                _open_licence(one, as_of),
                patent_tags(one, known.industries),
            )
            for one in patents
        ),
        pool,
        f"未计需求：{trouble.rstrip('。')}" if trouble else "已计达到推荐等级的需求",
        tuple(Tagged(need, need_tags(need, known.industries)) for need in store.needs.all(as_of=as_of)),
    )


def _open_licence(patent: Patent, as_of: date) -> str:
    found = feasibility(patent, LicensingMode.OPEN_LICENCE, as_of)
    return f"{found.feasibility}：{found.reason}（{found.basis}）" if found else "待核实：法律状态不详"


def public_transfers(store: Store, as_of: date, holders: Sequence[str] = ()) -> list[TransferLine]:
    """公开转移转化清单 of a day over the whole base library, 待核实 and 有正当理由 included."""
    patents = list(store.patents.all(PatentFilter(holders=tuple(holders))))
    deals = store.transactions.by_patent((patent.id for patent in patents), as_of)
    return transfer_list(patents, store.inventory.all(), deals, as_of)
