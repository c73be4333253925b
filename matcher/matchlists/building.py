"""An event's list out of its candidate matches: near duplicates folded, rules kept, value maximal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from matcher.errors import InputError
from matcher.events import Entry, Pair, Rules, match_id
from matcher.groups import Group
from matcher.matches import Grade, Match, MatchList, NeedMatches
from matcher.matchlists.baselines import gini
from matcher.matchlists.exports.wording import patent_number
from matcher.matchlists.families import families
from matcher.matchlists.selection import Choice, Selection, select
from matcher.ranking import NEUTRAL

_GRADES = tuple(Grade)
"""Best first."""


@dataclass(frozen=True, slots=True)
class Built:
    """A list with its entries and how it came about; the counts are of pairs."""

    match_list: MatchList
    entries: tuple[Entry, ...]
    selection: Selection
    candidates: int
    folded: int
    """Pairs that stand in another line as 同组专利."""
    excluded: int
    repeated: int
    low: int
    """Pairs below the lowest grade or probability."""
    needs: int
    patents: int
    holders: int
    concentration: float
    """Gini coefficient of the lines per patent group among those listed."""


Members = Callable[[Match], frozenset[Group]]
"""The groups of a match's need and patent."""


def _nowhere(match: Match) -> frozenset[Group]:
    return frozenset()


def build(
    candidates: MatchList,
    rules: Rules,
    event_id: str,
    shown: frozenset[Pair] = frozenset(),
    members: Members = _nowhere,
) -> Built:
    """The list of the event; `shown` are the pairs not to be repeated. Raises InputError where no list is possible.

    `candidates` hold, for each need, more matches than the list may take; `members` is asked where there are quotas.
    """
    matches = {
        Pair(match.need.id, match.patent.id): match for item in candidates.needs for match in item.matches
    }
    groups = families(match.patent for match in matches.values())
    barred, excluded = frozenset(rules.excluded), 0
    repeated = low = 0
    kept: dict[Pair, Match] = {}
    for pair, match in matches.items():
        if pair in barred:
            excluded += 1
        elif pair in shown:
            repeated += 1
        elif _below(match, rules):
            low += 1
        else:
            kept[pair] = match
    calibrated = all(match.probability is not None for match in kept.values())
    heads = _folded(kept, groups, rules, calibrated)
    choices = [_choice(pair, match, groups, calibrated) for pair, match in heads.items()]
    if rules.quotas:
        choices = [replace(choice, members=members(heads[choice.pair])) for choice in choices]
    selection = select(choices, rules)
    chosen = frozenset(selection.pairs)
    entries = tuple(_entry(event_id, pair, kept, groups, rules) for pair in selection.pairs)
    by_pair = {entry.pair: entry for entry in entries}
    listed = tuple(_listed(item, by_pair, matches) for item in candidates.needs)
    lines = Counter(groups[pair.patent_id][0] for pair in chosen)
    return Built(
        match_list=replace(
            candidates, needs=listed, provenance=replace(candidates.provenance, list_k=rules.per_need)
        ),
        entries=entries,
        selection=selection,
        candidates=len(matches),
        folded=len(kept) - len(heads),
        excluded=excluded,
        repeated=repeated,
        low=low,
        needs=len({pair.need_id for pair in chosen}),
        patents=len(lines),
        holders=len({holder for pair in chosen for holder in matches[pair].patent.holders}),
        concentration=gini(lines.values()),
    )


def value(match: Match, calibrated: bool) -> float:
    """What a match is worth to a list, in [0, 1]: its calibrated probability, else its cautious score.

    The cautious score counts every unknown signal as neutral, so that leaving a fact out is worth nothing.
    """
    if calibrated and match.probability is not None:
        return match.probability
    return match.completeness * match.score + (1 - match.completeness) * NEUTRAL


def _below(match: Match, rules: Rules) -> bool:
    if _GRADES.index(match.grade) > _GRADES.index(rules.floor):
        return True
    if rules.min_probability is None:
        return False
    if match.probability is None:
        raise InputError(
            "规则要求最低概率，但本次匹配没有适用的校准，等级不带概率。请取消最低概率，改用等级下限。",
            code="uncalibrated",
        )
    return match.probability < rules.min_probability


def _folded(
    kept: Mapping[Pair, Match], groups: Mapping[str, tuple[str, ...]], rules: Rules, calibrated: bool
) -> dict[Pair, Match]:
    """Of each need's near duplicates the best one, or those that are pinned."""
    pins = frozenset(rules.pinned)
    alike: dict[Pair, list[Pair]] = defaultdict(list)
    for pair in kept:
        alike[Pair(pair.need_id, groups[pair.patent_id][0])].append(pair)
    heads: dict[Pair, Match] = {}
    for pairs in alike.values():
        pinned = [pair for pair in pairs if pair in pins]
        for pair in pinned or [min(pairs, key=lambda pair: (-value(kept[pair], calibrated), pair))]:
            heads[pair] = kept[pair]
    return heads


def _choice(pair: Pair, match: Match, groups: Mapping[str, tuple[str, ...]], calibrated: bool) -> Choice:
    return Choice(pair, value(match, calibrated), groups[pair.patent_id][0], match.patent.holders)


def _entry(
    event_id: str, pair: Pair, kept: Mapping[Pair, Match], groups: Mapping[str, tuple[str, ...]], rules: Rules
) -> Entry:
    """Members of the group that were barred or shown before for this need stay out of its line."""
    members = (Pair(pair.need_id, id_) for id_ in groups[pair.patent_id] if id_ != pair.patent_id)
    family = tuple(member.patent_id for member in members if member in kept and member not in rules.pinned)
    return Entry(match_id(event_id, pair), pair.need_id, pair.patent_id, family, pair in rules.pinned)


def _listed(item: NeedMatches, entries: Mapping[Pair, Entry], matches: Mapping[Pair, Match]) -> NeedMatches:
    """The need with its chosen matches in the order that they had, numbered."""
    chosen = []
    for match in item.matches:
        entry = entries.get(Pair(match.need.id, match.patent.id))
        if entry is not None:
            numbers = tuple(patent_number(matches[pair].patent) for pair in entry.pairs[1:])
            chosen.append(replace(match, id=entry.match_id, family=numbers))
    return replace(item, matches=tuple(chosen))
