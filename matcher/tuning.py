"""What other rules would make of an event's list, before anything is stored: what comes in, what falls out, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.errors import NotReady
from matcher.events import Event, ListVersion, Pair
from matcher.matches import MatchList, NeedMatches
from matcher.matchlists.building import Built, value
from matcher.matchlists.differences import Difference, differences
from matcher.matchlists.pools import Pool, kept
from matcher.roadshows import draw_up
from matcher.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Preview:
    """The list that the event's rules would make now, beside the version that is there; values in the same unit."""

    version: ListVersion
    before: MatchList
    built: Built
    changes: tuple[Difference, ...]
    value_before: float
    pool: MatchList

    def candidates_of(self, need_id: str) -> NeedMatches | None:
        """Every match of a need that could be listed, best first, with what a gate keeps out."""
        return next((item for item in self.pool.needs if item.need.id == need_id), None)

    @property
    def listed(self) -> frozenset[Pair]:
        """The pairs of the list as it would be."""
        return frozenset(self.built.selection.pairs)


def preview(workspace: Workspace, event: Event, version: ListVersion) -> Preview:
    """Choose again, out of the candidates of `version`, by the event's rules as they are given.

    Raises NotReady where the candidates are not at hand or the scope has changed since, InputError where the rules
    allow no list.
    """
    pool = _pool(workspace, event, version)
    built = draw_up(workspace, event, pool.candidates)
    before = workspace.store.roadshows.snapshot(version)
    return Preview(
        version,
        before,
        built,
        differences(before, built.match_list, event.rules, pool.candidates),
        _worth(before, pool.candidates),
        pool.candidates,
    )


def _pool(workspace: Workspace, event: Event, version: ListVersion) -> Pool:
    found = kept(workspace.settings.home, version.id)
    if found is None:
        raise NotReady(
            f"清单 {version.id} 的候选不在本机。请重新编制一版清单，再调整。", code="no_candidates"
        )
    if found.scope != event.scope:
        raise NotReady(
            f"编制清单 {version.id} 后，活动范围已修改。请重新编制一版清单，再调整。", code="scope_changed"
        )
    return found


def _worth(listed: MatchList, pool: MatchList) -> float:
    """What a list is worth, measured as its candidates are."""
    calibrated = all(match.probability is not None for item in pool.needs for match in item.matches)
    return round(sum(value(match, calibrated) for item in listed.needs for match in item.matches), 6)
