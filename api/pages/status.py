"""进展: how far the programme is, what the workspace holds, and whether the index is up to date."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access.policy import Extent, Operation, extent
from api.pages.charts import HEIGHT, WIDTH, Bar, across, bars, up
from api.pages.filters import city
from api.pages.posting import RebuildForm
from api.pages.progress import dashboard, months, period_of
from api.pages.rendering import page, see_other
from api.serving import SeeingStatus, caller_of
from matcher.errors import InputError, MatcherError
from matcher.programme.participation import DENOMINATOR, NUMERATORS
from matcher.store.database import Store
from matcher.workspace import Workspace

router = APIRouter(include_in_schema=False)

_GROUPS = 60
"""Cities, holders or colleges on a page."""


@router.get("/status")
def status_page(
    serving: SeeingStatus,
    as_of: Annotated[str, Query(max_length=10)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    by: Annotated[str, Query(max_length=20)] = "",
    indicator: Annotated[str, Query(max_length=40)] = "",
    number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1,
) -> Response:
    """The programme's progress; counts, charts with their tables, the index, the latest jobs."""
    trouble = ""
    try:
        shown = dashboard(serving, period_of(serving, as_of, since), by, indicator)
    except InputError as error:
        trouble = str(error)
        shown = dashboard(serving, period_of(serving, "", ""), "", "")
    workspace = serving.workspace
    store = workspace.store
    counts = (
        ("专利", "件", store.patents.count()),
        ("企业", "家", store.enterprises.count()),
        ("需求", "项", store.needs.count()),
        ("企业评价", "条", store.assessments.count()),
        ("历史交易", "笔", store.transactions.count()),
    )
    return page(
        serving,
        "status.html",
        422 if trouble else 200,
        trouble=trouble,
        shown=shown,
        groups=shown.groups[(number - 1) * _GROUPS : number * _GROUPS],
        number=number,
        pages=max(1, -(-len(shown.groups) // _GROUPS)),
        history=extent(serving.caller, Operation.READ_HISTORY) is Extent.ALL,
        counts=counts,
        charts=_charts(store, store.data_version("patents", "needs")),
        by_month=months(shown.deals),
        counted=NUMERATORS,
        of_all=DENOMINATOR,
        width=WIDTH,
        height=HEIGHT,
        across=across,
        up=up,
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
        "各地区的专利（件）": cities,
        "各地区的需求（项）": homes,
        "专利最多的专利权人（件）": holders,
        "需求的公开范围（项）": confidentiality,
    }
    return {title: bars(counts) for title, counts in counted.items() if counts}


def _index(workspace: Workspace) -> dict[str, str]:
    try:
        return {"version": workspace.index_version(), "trouble": workspace.index_trouble()}
    except MatcherError as error:
        return {"version": "—", "trouble": str(error)}
