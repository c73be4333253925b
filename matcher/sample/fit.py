"""Who would take up which patent: plain counts of shared pairs of characters, and the industry.

The lexical channel weighs such pairs too: the sample's history shows that a replay works, not how good a channel is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from matcher.domain import Enterprise, Need, Patent

_AT_HOME, _NAMED = 6, 3
"""What being of one industry, and a pair in the title or the keywords, count against a pair in the abstract."""


def bigrams(*texts: str) -> set[str]:
    """Neighbouring characters of each text."""
    return {first + second for text in texts for first, second in pairwise(text)}


class Fit:
    """How well patents suit enterprises by what these say of themselves; `fields` names their industries by id."""

    def __init__(
        self, enterprises: Sequence[Enterprise], needs: Iterable[Need], fields: Mapping[str, str]
    ) -> None:
        titles: dict[str, list[str]] = {enterprise.id: [] for enterprise in enterprises}
        for need in needs:
            titles[need.enterprise_id].append(need.title)
        self._enterprises = enterprises
        self._fields = fields
        self._interests = {one.id: bigrams(*one.focus_areas, *titles[one.id]) for one in enterprises}

    def best(self, patent: Patent, count: int) -> list[Enterprise]:
        """The enterprises that a patent suits best, without its holders."""
        named, said = bigrams(patent.title, *patent.keywords), bigrams(patent.scenario, patent.abstract)
        shared = [
            (self._shared(one.id, named, said) + _AT_HOME * (self._fields[one.id] == patent.industry), one)
            for one in self._enterprises
            if one.name not in patent.holders
        ]
        shared.sort(key=lambda item: (-item[0], item[1].id))
        return [enterprise for _, enterprise in shared[:count]]

    def _shared(self, enterprise_id: str, named: set[str], said: set[str]) -> int:
        interests = self._interests[enterprise_id]
        return _NAMED * len(named & interests) + len((said - named) & interests)
