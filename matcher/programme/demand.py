"""Who needs what: the matches of all needs, turned round to the patents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher import batch
from matcher.domain import Need
from matcher.matches import Grade, Match, NeedMatches
from matcher.matching import Progress
from matcher.ranking import ListRules
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace

_DEEP = 50
"""Matches of each need that are counted."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The matches of every need of a day, at the grade asked for or better."""

    needs: tuple[NeedMatches, ...]

    def by_patent(self) -> dict[str, list[Match]]:
        """Patent id → its matches, the best first."""
        found: dict[str, list[Match]] = defaultdict(list)
        for item in self.needs:
            for match in item.matches:
                found[match.patent.id].append(match)
        for matches in found.values():
            matches.sort(key=lambda match: (-match.score, match.need.id))
        return dict(found)

    def wanting(self) -> dict[str, frozenset[str]]:
        """Patent id → the enterprises that need it."""
        return {
            id_: frozenset(enterprise_of(match.need) for match in matches)
            for id_, matches in self.by_patent().items()
        }


def enterprise_of(need: Need) -> str:
    """Who needs it: the enterprise's id or name, else the need itself."""
    return need.enterprise_id or need.enterprise or need.id


def match_all(
    workspace: Workspace, as_of: date, floor: Grade, progress: Progress, patents: PatentFilter | None = None
) -> Demand:
    """All needs of a day against the patents; raises NotReady where the index has to be built first."""
    needs: Sequence[Need] = list(workspace.store.needs.all(as_of=as_of))
    matching = workspace.matching()
    allowed = workspace.allowed(matching.collection, patents or PatentFilter(), as_of)
    asked = batch.Asked(as_of, ListRules(list_k=_DEEP, floor=floor), allowed)
    return Demand(tuple(batch.match_all(workspace, needs, asked, progress)))
