"""订单式研发线索: needs that no patent answers, put together by subject, with who comes nearest and what nobody covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.commonness import document_share
from indexes.tokens import is_han, runs, words
from matcher.domain import Need, Patent
from matcher.matches import Grade, Match, NeedMatches
from matcher.matching import Matching
from matcher.programme.demand import enterprise_of
from matcher.programme.diagnosis import text_of
from matcher.text import normalise, sentences

ALIKE = 0.5
"""Mean cosine from which needs are put together: on the sample it joins what is of one subject and no more."""
NEAREST = 3
"""Patents whose texts count as covering a part of a need."""
_COMMON_PATENTS = 0.05
_COMMON_NEEDS = 0.05
"""Shares of patents and of needs from which a word says nothing."""
_SHOWN_WORDS = 8
_GOOD = frozenset({Grade.STRONG, Grade.RECOMMENDED})


@dataclass(frozen=True, slots=True)
class Lead:
    """One unmet need: the nearest patents, best first, the words and sentences that none of the first few covers."""

    need: Need
    nearest: tuple[Match, ...]
    words: tuple[str, ...]
    uncovered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Leads of one subject; `name` is the title nearest to all, `budget` 万元 of those that state one."""

    number: int
    name: str
    leads: tuple[Lead, ...]
    enterprises: int
    budget: float

    @property
    def needs(self) -> int:
        """How many needs."""
        return len(self.leads)


def is_unmet(item: NeedMatches) -> bool:
    """Whether no patent reaches 推荐."""
    return not any(match.grade in _GOOD for match in item.matches)


def leads(matching: Matching, items: Sequence[NeedMatches]) -> list[Lead]:
    """The unmet needs among some, in their order; how common a word is comes from all of them and the patents."""
    counts = Counter(word for item in items for word in set(_words(text_of(item.need))))

    def common(word: str) -> bool:
        often = counts[word] > max(2, _COMMON_NEEDS * len(items))
        return often or document_share(matching.collection.words, word) > _COMMON_PATENTS

    found = []
    for item in items:
        if is_unmet(item):
            texts = [normalise(_patent_text(match.patent)) for match in item.matches[:NEAREST]]
            missing = tuple(
                word
                for word in _words(text_of(item.need))
                if not common(word) and not any(word in text for text in texts)
            )
            parts = tuple(uncovered_sentences(item.need, missing))
            found.append(Lead(item.need, item.matches, missing[:_SHOWN_WORDS], parts))
    return found


def uncovered_sentences(need: Need, missing: Sequence[str]) -> Iterable[str]:
    """The sentences in which a word stands that no near patent has, in order."""
    for sentence in sentences(text_of(need)):
        plain = normalise(sentence)
        if any(word in plain for word in missing):
            yield sentence.strip()


def clusters(found: Sequence[Lead], vectors: NDArray[np.float32], threshold: float = ALIKE) -> list[Cluster]:
    """Leads put together by average linkage of their vectors, shape (leads, dimension), rows in their order.

    Ranked by demand: distinct enterprises, then stated budget, then needs, then the first need's id.
    """
    if not found:
        return []
    labels = _labels(vectors, threshold)
    groups: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        groups.setdefault(label, []).append(place)
    made = [_cluster([found[place] for place in places], vectors[places]) for places in groups.values()]
    made.sort(key=lambda one: (-one.enterprises, -one.budget, -one.needs, one.leads[0].need.id))
    return [
        Cluster(number, one.name, one.leads, one.enterprises, one.budget)
        for number, one in enumerate(made, 1)
    ]


def _labels(vectors: NDArray[np.float32], threshold: float) -> list[int]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(vectors) == 1:
        return [1]
    cosines = np.asarray(_unit(vectors) @ _unit(vectors).T, dtype=np.float64)
    distances = np.clip(1 - cosines, 0, 2)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform((distances + distances.T) / 2, checks=False), "average")
    return [int(label) for label in fcluster(tree, 1 - threshold, "distance")]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _cluster(members: Sequence[Lead], vectors: NDArray[np.float32]) -> Cluster:
    unit = _unit(vectors)
    middle = int(np.argmax(unit @ unit.mean(axis=0)))
    enterprises = len({enterprise_of(lead.need) for lead in members})
    budget = sum(lead.need.budget or 0.0 for lead in members)
    return Cluster(0, members[middle].need.title, tuple(members), enterprises, budget)


def _words(text: str) -> list[str]:
    """The distinct Han words of two characters or more, in order."""
    found = (word for run in runs(normalise(text)) if is_han(run) for word in words(run))
    return list(dict.fromkeys(word for word in found if len(word) > 1))


def _patent_text(patent: Patent) -> str:
    return "\n".join((patent.title, patent.abstract, patent.first_claim, patent.scenario, *patent.keywords))
