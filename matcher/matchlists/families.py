"""Folds near duplicates: patents that one holder would offer together stand in a list as one (同组专利).

Two patents of a common holder belong together where they were filed on the same day with the same title (发明 and
实用新型 of one day, 专利法第9条; divisional applications keep the filing day of their parent, 专利法实施细则第49条) or with
almost the same text, or where they share two inventors and almost the same text (same-team variants).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from matcher.domain import Patent
from matcher.text import normalise

SIMILAR = 0.75
"""Dice coefficient of the two texts' character bigrams from which they are almost the same."""
_CROWD = 200
"""Patents of one day or team within which every two are compared; larger crowds only by title."""


def families(patents: Iterable[Patent]) -> dict[str, tuple[str, ...]]:
    """Every patent's group: the ids of its members, itself included, ascending. Groups are disjoint."""
    known = {patent.id: patent for patent in patents}
    leader = {id_: id_ for id_ in known}
    grams: dict[str, frozenset[str]] = {}

    def root(id_: str) -> str:
        while leader[id_] != id_:
            leader[id_] = leader[leader[id_]]
            id_ = leader[id_]
        return id_

    for first, second in _suspects(known):
        if root(first) != root(second) and _alike(known[first], known[second], grams):
            low, high = sorted((root(first), root(second)))
            leader[high] = low
    groups: dict[str, list[str]] = defaultdict(list)
    for id_ in sorted(known):
        groups[root(id_)].append(id_)
    return {id_: tuple(groups[root(id_)]) for id_ in known}


def _suspects(known: Mapping[str, Patent]) -> Iterator[tuple[str, str]]:
    """Pairs of a common holder that share a filing day or two inventors."""
    crowds: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for id_, patent in sorted(known.items()):
        for holder in patent.holders:
            if patent.filed is not None:
                crowds[holder, patent.filed].append(id_)
                crowds[holder, patent.filed, _title(patent)].append(id_)
            for team in combinations(sorted(set(patent.inventors))[:12], 2):
                crowds[holder, team].append(id_)
    for key, crowd in crowds.items():
        if len(crowd) <= _CROWD or len(key) == 3:
            yield from combinations(crowd, 2)


def _alike(first: Patent, second: Patent, grams: dict[str, frozenset[str]]) -> bool:
    same_day = first.filed is not None and first.filed == second.filed
    if same_day and _title(first) == _title(second):
        return True
    if not same_day and len(set(first.inventors) & set(second.inventors)) < 2:
        return False
    if not (first.abstract and second.abstract):
        return False  # a few words of a title are too little to tell variants from neighbours
    return _dice(_grams(first, grams), _grams(second, grams)) >= SIMILAR


def _title(patent: Patent) -> str:
    return normalise(patent.title)


def _grams(patent: Patent, known: dict[str, frozenset[str]]) -> frozenset[str]:
    found = known.get(patent.id)
    if found is None:
        text = "".join(normalise(f"{patent.title}{patent.abstract}").split())
        found = known[patent.id] = frozenset(text[place : place + 2] for place in range(len(text) - 1))
    return found


def _dice(first: frozenset[str], second: frozenset[str]) -> float:
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 0.0
