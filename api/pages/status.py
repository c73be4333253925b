"""进展: what the workspace holds, by region, and whether the index is up to date."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from fastapi import APIRouter, Response

from api.pages.filters import city
from api.pages.posting import RebuildForm
from api.pages.rendering import page, see_other
from api.serving import SeeingStatus, caller_of
from matcher.errors import MatcherError
from matcher.store.database import Store
from matcher.workspace import Workspace

router = APIRouter(include_in_schema=False)

_BARS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; `share` of the longest, in [0, 1], None for what is lumped together."""

    label: str
    count: int
    share: float | None


@router.get("/status")
def status_page(serving: SeeingStatus) -> Response:
    """Counts, charts with their tables, the index, the latest jobs."""
    workspace = serving.workspace
    store = workspace.store
    counts = {
        "专利": store.patents.count(),
        "企业": store.enterprises.count(),
        "需求": store.needs.count(),
        "企业评价": store.assessments.count(),
        "历史交易": store.transactions.count(),
    }
    return page(
        serving,
        "status.html",
        counts=counts,
        charts=_charts(store, store.data_version("patents", "needs")),
        index=_index(workspace),
        data=store.data_version(),
        jobs=serving.services.worker.jobs.recent(5),
    )


@router.post("/index")
def rebuild(serving: RebuildForm) -> Response:
    """Queue a build of the index."""
    job = serving.services.worker.build_index(caller_of(serving).actor)
    serving.note("重建索引")
    return see_other(f"/jobs/{job.id}")


@lru_cache(1)
def _charts(store: Store, version: str) -> dict[str, list[Bar]]:
    """The charts of one state of the records, counted once: at a province's size that takes seconds."""
    cities: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    for patent in store.patents.all():
        cities[city(patent.region)] += 1
        holders.update(patent.holders[:1])
    homes: Counter[str] = Counter()
    confidentiality: Counter[str] = Counter()
    for need in store.needs.all():
        homes[city(need.region)] += 1
        confidentiality[str(need.confidentiality)] += 1
    counted = {
        "各地区的专利": cities,
        "各地区的需求": homes,
        "专利权人（件数最多的）": holders,
        "需求的公开范围": confidentiality,
    }
    return {title: _bars(counts) for title, counts in counted.items() if counts}


def _bars(counts: Counter[str]) -> list[Bar]:
    """The most frequent values, the others together as 其他."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    longest = max(counts.values())
    bars = [Bar(label or "未注明", count, count / longest) for label, count in ordered[:_BARS]]
    rest = sum(count for _, count in ordered[_BARS:])
    return [*bars, Bar("其他", rest, None)] if rest else bars


def _index(workspace: Workspace) -> dict[str, str]:
    try:
        return {"version": workspace.index_version(), "trouble": workspace.index_trouble()}
    except MatcherError as error:
        return {"version": "—", "trouble": str(error)}
