"""What the product does for an event, one short function per verb; the command line and HTTP call these alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from indexes.contract import Mask
from matcher import usecases
from matcher.batch import Asked, match_all
from matcher.domain import Patent
from matcher.errors import NotFound
from matcher.events import Event, ListState, ListVersion, Pair, Rules, Scope
from matcher.matches import Grade, MatchList, NeedMatches
from matcher.matching import Matching, Progress
from matcher.matchlists.building import Built, build
from matcher.matchlists.differences import Difference, differences, only_new
from matcher.matchlists.duties import months_later
from matcher.matchlists.lifecycle import Move, moved
from matcher.matchlists.pools import Pool, keep
from matcher.matchlists.verification import Finding, Limits, verify
from matcher.outcomes import Outcome, Step
from matcher.programme.membership import Registry, needs_of_groups, rows_of_groups
from matcher.programme.pool import pooled
from matcher.ranking import ListRules
from matcher.store.filters import NeedFilter, PatentFilter
from matcher.store.roadshows import ListMove
from matcher.workspace import Workspace


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Day:
    """The day whose state counts, and the moment printed on what is made."""

    as_of: date
    made_at: datetime


def event_named(workspace: Workspace, text: str) -> Event:
    """The event of an id or name; raises NotFound."""
    event = workspace.store.roadshows.find(text)
    if event is None:
        raise NotFound(
            f"没有编号或名称为“{text}”的活动。用 matcher event list 查看，或用 matcher event new 新建。"
        )
    return event


def list_named(workspace: Workspace, text: str) -> ListVersion:
    """A list by its id (HD001-02), or an event's newest by the event's id or name; raises NotFound."""
    version = workspace.store.roadshows.list_version(text)
    if version is not None:
        return version
    event = workspace.store.roadshows.find(text)
    versions = workspace.store.roadshows.lists(event.id) if event is not None else []
    if not versions:
        raise NotFound(
            f"没有编号为“{text}”的清单。请用 matcher event list 查看，或用 matcher event build 编制。"
        )
    return versions[-1]


def candidates(workspace: Workspace, event: Event, day: Day, progress: Progress = _silent) -> MatchList:
    """Every match of the event that a list may be chosen from: each need's best that are 可关注 or better.

    Where the rules ask for less than 可关注, so do the candidates; a higher floor narrows the choice alone.
    """
    scope, rules = event.scope, event.rules
    wanted = NeedFilter(ids=scope.need_ids, regions=scope.need_regions, enterprises=scope.enterprises)
    needs = list(workspace.store.needs.all(wanted, None if wanted.ids else day.as_of))
    needs = needs_of_groups(workspace, needs, scope.groups)
    if not needs:
        raise NotFound(
            f"截至 {day.as_of} 没有符合活动“{event.name}”范围的需求。请先导入需求，或放宽活动范围。"
        )
    matching = workspace.matching()
    floor = _lowest(rules)
    taken, allowed = ListRules(rules.candidates, floor), _allowed(workspace, matching, scope, day.as_of)
    found = match_all(workspace, needs, Asked(day.as_of, taken, allowed), progress)
    request = usecases.ListRequest(
        day.as_of, day.made_at, event.name, event.organiser, rules.candidates, rules.floor
    )
    return usecases.match_list_of(found, matching, request, workspace.store.data_version())


def draw_up(workspace: Workspace, event: Event, pool: MatchList) -> Built:
    """The event's list out of its candidates and pins, not stored; raises InputError where the rules allow none."""
    months = event.rules.no_repeat_months
    pool = replace(pool, needs=tuple(_with_pins(workspace, item, event, pool) for item in pool.needs))
    shown: frozenset[Pair] = frozenset()
    if months:
        since = months_later(pool.provenance.as_of, -months)
        shown = workspace.store.roadshows.shown_since(since, besides=event.id)
    if not event.rules.quotas:
        return build(pool, event.rules, event.id, shown)
    registry = Registry.of(workspace.store, workspace.settings.home)
    registry.check(quota.group for quota in event.rules.quotas)
    return build(
        pool,
        event.rules,
        event.id,
        shown,
        lambda match: registry.of_need(match.need) | registry.of_patent(match.patent),
    )


def build_list(
    workspace: Workspace,
    event: Event,
    day: Day,
    by: str = "",
    progress: Progress = _silent,
    *,
    request: str = "",
) -> tuple[ListVersion, Built]:
    """A new version of the event's list, stored as 拟稿; of one `request` there is one, however often it is tried."""
    pool = candidates(workspace, event, day, progress)
    built = draw_up(workspace, event, pool)
    draft = ListVersion("", event.id, 0, ListState.DRAFT, "", made_at=day.made_at, by=by, request=request)
    version = workspace.store.roadshows.add_list(draft, built.match_list, built.entries)
    keep(workspace.settings.home, Pool(version.id, event.scope, pool))
    return version, built


def move_list(workspace: Workspace, version: ListVersion, move: Move, at: datetime) -> ListVersion:
    """A list in its next state; once published its matches are followed, and an older published one is void."""
    roadshows = workspace.store.roadshows
    after = moved(version, move)
    if move.state is not ListState.PUBLISHED:
        roadshows.advance_lists([ListMove(version, after)])
        return after
    roadshows.snapshot(version)  # what is published must be what was signed off
    moves = [ListMove(version, after)]
    for older in roadshows.lists(version.event_id):
        if older.state is ListState.PUBLISHED and older.id != version.id:
            replaced = Move(ListState.VOID, move.by, move.on, f"由 {version.id} 取代")
            moves.append(ListMove(older, moved(older, replaced)))
    outcomes = _followed(workspace, after, move.by, at)
    steps = [Step(o.id, 1, at, move.by, None, o.state, list_id=after.id, note="清单发布") for o in outcomes]
    roadshows.advance_lists(moves, outcomes, steps)
    return after


def shown_list(workspace: Workspace, version: ListVersion) -> MatchList:
    """The list as it was made, each line with its present state."""
    match_list = workspace.store.roadshows.snapshot(version)
    outcomes = workspace.store.outcomes.many(
        [match.id for item in match_list.needs for match in item.matches]
    )
    needs = [
        replace(
            item,
            matches=tuple(replace(match, state=_worded(outcomes.get(match.id))) for match in item.matches),
        )
        for item in match_list.needs
    ]
    return replace(match_list, needs=tuple(needs))


def compare(
    workspace: Workspace, old: ListVersion, new: ListVersion | None, day: Day, progress: Progress = _silent
) -> tuple[Difference, ...]:
    """差异清单 between two versions, or (without `new`) between one and what the data of the day would make of it."""
    before = workspace.store.roadshows.snapshot(old)
    if new is not None:
        return differences(before, workspace.store.roadshows.snapshot(new))
    event = event_named(workspace, old.event_id)
    pool = candidates(workspace, event, day, progress)
    return differences(before, draw_up(workspace, event, pool).match_list, event.rules, pool)


def new_since(workspace: Workspace, match_list: MatchList, list_id: str) -> MatchList:
    """Only what an earlier list did not show for a need."""
    version = list_named(workspace, list_id)
    return only_new(match_list, workspace.store.roadshows.snapshot(version))


def check_list(
    workspace: Workspace, version: ListVersion, as_of: date, limits: Limits | None = None
) -> tuple[Finding, ...]:
    """核验清单 of a list, by the patents as they are stored now."""
    match_list = workspace.store.roadshows.snapshot(version)
    ids = {match.patent.id for item in match_list.needs for match in item.matches}
    now = workspace.store.patents.many(ids)
    needs = [
        replace(
            item,
            matches=tuple(
                replace(match, patent=now.get(match.patent.id, match.patent)) for match in item.matches
            ),
        )
        for item in match_list.needs
    ]
    return verify(replace(match_list, needs=tuple(needs)), as_of, limits)


def _followed(workspace: Workspace, version: ListVersion, by: str, at: datetime) -> list[Outcome]:
    """The outcomes with which a list's matches begin."""
    return [
        Outcome(
            entry.match_id,
            version.event_id,
            entry.need_id,
            entry.patent_id,
            version.id,
            changed_on=at.date(),
            by=by,
        )
        for entry in workspace.store.roadshows.entries(version.id)
    ]


def _worded(outcome: Outcome | None) -> str:
    return "" if outcome is None else f"{outcome.state}（第{outcome.version}次）"


def _allowed(workspace: Workspace, matching: Matching, scope: Scope, as_of: date) -> Mask:
    """The rows of the collection that the event is about."""
    chosen = PatentFilter(
        regions=scope.regions,
        holders=scope.holders,
        types=scope.types,
        ipc=scope.ipc,
        modes=scope.modes,
    )
    mask = workspace.allowed(matching.collection, pooled(workspace.store, chosen, base=scope.base), as_of)
    mask = rows_of_groups(workspace, matching.collection.ids, mask, scope.groups)
    if not scope.industries and scope.min_maturity is None:
        return mask
    ids = matching.collection.ids
    patents = workspace.store.patents.many(id_ for id_, kept in zip(ids, mask, strict=True) if kept)
    return np.fromiter(
        (id_ in patents and _suits(patents[id_], scope) for id_ in ids), dtype=np.bool_, count=len(ids)
    )


def _suits(patent: Patent, scope: Scope) -> bool:
    if scope.industries and not any(industry in patent.industry for industry in scope.industries):
        return False
    if scope.min_maturity is None or patent.maturity is None:
        return True
    return patent.maturity.level >= scope.min_maturity


def _lowest(rules: Rules) -> Grade:
    """The floor of the candidates."""
    return max(rules.floor, Grade.POSSIBLE, key=tuple(Grade).index)


def _with_pins(workspace: Workspace, item: NeedMatches, event: Event, pool: MatchList) -> NeedMatches:
    """The need's matches with those that are pinned and were not among its best."""
    known = {match.patent.id for match in item.matches}
    missing = [
        pair.patent_id
        for pair in event.rules.pinned
        if pair.need_id == item.need.id and pair.patent_id not in known
    ]
    if not missing:
        return item
    matching, patents = workspace.matching(), workspace.store.patents.many(missing)
    context, rules = workspace.context(pool.provenance.as_of), ListRules(1, _lowest(event.rules))
    (asked,) = matching.ask([item.need])
    pinned = [matching.pair(asked, patent, context, rules) for patent in patents.values()]
    matches = (*item.matches, *(match for found in pinned for match in found.matches))
    ordered = sorted(matches, key=lambda match: (-match.score, -match.completeness, match.patent.id))
    near = {match.patent.id: match for match in item.excluded}
    near |= {match.patent.id: match for found in pinned for match in found.excluded}
    return replace(item, matches=tuple(ordered), excluded=tuple(near.values()))
