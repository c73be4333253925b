"""Order, grades and explanations of one need's candidates: pure functions of the pair and the context.

Score. With w_i the weights of the signals that count and K those that are known for a pair,

    score = Σ_{i ∈ K} w_i / Σ_{j ∈ K} w_j · value_i          completeness = Σ_{i ∈ K} w_i / Σ_i w_i

It orders the list (ties: completeness, then patent id), and where only the texts are known it is their weighted
mean. A missing fact contributes nothing, so that leaving out a middling fact may raise the score of a good match.
Grades must not reward that. They are read from the cautious score, in which what is unknown counts as neutral:

    cautious = Σ_i w_i / Σ_j w_j · (value_i if i ∈ K else ½)

Deleting a fact of value ½ or more never raises it; with everything known it is the score. And the texts have to
carry the grade themselves: their own weighted mean must reach the grade's text threshold, so that no number of
fitting circumstances recommends a patent on another subject. Text signals that are unknown are renormalised in
both figures: a need without a vector is graded by its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from math import fsum
from operator import mul

import numpy as np
from numpy.typing import NDArray

from matcher.domain import Need
from matcher.gates import gates, violated
from matcher.matches import Contribution, Grade, Match, NeedMatches
from matcher.ranker import Calibration
from matcher.settings import RankingSettings
from matcher.signals.contract import Candidate, Context, Reading
from matcher.signals.table import SIGNALS, Weighted, weighted

_ROUNDING = 1e-9
"""More than what sums of a few products can be off."""
Values = NDArray[np.float64]
NEUTRAL = 0.5
"""What an unknown fact counts as in the cautious score."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its arithmetic, not yet worded. `readings` run parallel to the scale's signals."""

    candidate: Candidate
    readings: tuple[Reading | None, ...]
    score: float
    completeness: float
    grade: Grade


@dataclass(frozen=True, slots=True)
class Promising:
    """Candidates that may reach a grade, the highest bound first, equal ones as they came; both of shape (n,)."""

    places: NDArray[np.int64]
    bounds: Values
    """The highest scores that any facts could make of their texts."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A candidate with its bound."""

    candidate: Candidate
    bound: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Renormalised weights for one pattern of known signals."""

    known: tuple[float, ...]
    """Per signal, 0 where unknown; they add up to 1."""
    cautious: tuple[float, ...]
    """Per signal, where unknown facts keep their weight; with `neutral` they add up to 1."""
    neutral: float
    """The weight of the facts that are unknown, in the cautious score."""
    text: tuple[float, ...]
    """Per text signal, 0 where unknown."""
    completeness: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The signals that count with their weights, and the thresholds of the grades."""

    settings: RankingSettings
    signals: tuple[Weighted, ...]
    _shares: dict[tuple[bool, ...], Shares] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, settings: RankingSettings) -> Scale:
        """The scale of these settings; raises SettingsError where a weight is impossible."""
        return cls(settings, weighted(settings.weights))

    def facts(self, need: Need, context: Context) -> float:
        """The weight of all signals that read no text and can be known under this need."""
        return fsum(
            item.weight
            for item in self.signals
            if not item.signal.textual and item.signal.concerns(need, context)
        )

    def shares(self, known: tuple[bool, ...]) -> Shares:
        """The renormalised weights where just these signals are known."""
        found = self._shares.get(known)
        if found is None:
            found = self._shares[known] = _shares(self.signals, known)
        return found

    def read(self, need: Need, candidate: Candidate, context: Context) -> Scored:
        """The arithmetic of one pair."""
        readings = tuple([item.signal.read(need, candidate, context) for item in self.signals])
        shares = self.shares(tuple([reading is not None for reading in readings]))
        values = [0.0 if reading is None else reading.value for reading in readings]
        return Scored(
            candidate=candidate,
            readings=readings,
            score=_total(shares.known, values),
            completeness=shares.completeness,
            grade=self.grade(
                fsum((_total(shares.cautious, values), NEUTRAL * shares.neutral)), _total(shares.text, values)
            ),
        )

    def promising(self, texts: Mapping[str, Values], facts: float, floor: Grade) -> Promising:
        """Of candidates with text values by signal, shape (candidates,), NaN unknown; `facts` is the weight of what
        else can be known."""
        weights, parts = np.zeros(1), np.zeros(1)
        for item in self.signals:
            if (values := texts.get(item.signal.name)) is not None:
                weights = weights + item.weight * ~np.isnan(values)
                parts = parts + item.weight * np.nan_to_num(values)
        stated, known = np.where(weights > 0, weights, 1.0), weights > 0
        bounds = np.where(known, (parts + facts) / (stated + facts) + _ROUNDING, 1.0)
        places = np.flatnonzero(parts / stated >= self.least_text(floor))
        places = places[np.argsort(-bounds[places], kind="stable")]
        return Promising(places, bounds[places])

    def least_text(self, floor: Grade) -> float:
        """A value of the texts below which no facts reach the grade."""
        settings = self.settings
        thresholds = (settings.text_strong, settings.text_recommended, settings.text_possible, 0.0)
        return min(thresholds[: _GRADES.index(floor) + 1]) - _ROUNDING

    def grade(self, cautious: float, text: float) -> Grade:
        """The best grade whose two thresholds are both reached; the last bits of a sum decide nothing."""
        settings, cautious, text = self.settings, round(cautious, 9), round(text, 9)
        if cautious >= settings.strong and text >= settings.text_strong:
            return Grade.STRONG
        if cautious >= settings.recommended and text >= settings.text_recommended:
            return Grade.RECOMMENDED
        if cautious >= settings.possible and text >= settings.text_possible:
            return Grade.POSSIBLE
        return Grade.NOT_RECOMMENDED


def score(need: Need, candidates: Iterable[Candidate], context: Context, scale: Scale) -> list[Scored]:
    """The arithmetic of every candidate, best first; no reasons are worded and no gate is asked."""
    return sorted((scale.read(need, candidate, context) for candidate in candidates), key=_best_first)


def explain(need: Need, scored: Scored, context: Context, scale: Scale) -> Match:
    """The match with its gates, modes and reasons; its score is the sum of its parts to the last bit."""
    shares = scale.shares(tuple(reading is not None for reading in scored.readings))
    parts: list[Contribution] = []
    missing: list[str] = []
    for item, reading, weight in zip(scale.signals, scored.readings, shares.known, strict=True):
        if reading is None:
            missing.append(item.signal.label)
        else:
            signal = item.signal
            parts.append(Contribution(signal.name, signal.label, weight, reading.value, reading.reason))
    patent = scored.candidate.patent
    return Match(
        need=need,
        patent=patent,
        score=scored.score,
        grade=scored.grade,
        contributions=tuple(parts),
        missing=tuple(missing),
        completeness=scored.completeness,
        gates=gates(need, patent, context),
        availability=context.facts(patent).availability,
    )


_TEXTUAL = frozenset(signal.name for signal in SIGNALS if signal.textual)


def text_value(match: Match) -> float | None:
    """The weighted mean of a match's text signals, in [0, 1]; None where none is known."""
    parts = [part for part in match.contributions if part.signal in _TEXTUAL]
    total = fsum(part.weight for part in parts)
    return fsum(part.weight * part.value for part in parts) / total if total else None


def calibrated(listed: NeedMatches, calibration: Calibration) -> NeedMatches:
    """The list with the probability behind each grade: that an expert finds the subject fair or strong (≥ 3)."""

    def said(match: Match) -> Match:
        value = text_value(match)
        if value is None:
            return match
        return replace(match, probability=float(calibration.probability(np.array(value))))

    matches, excluded = (tuple(map(said, part)) for part in (listed.matches, listed.excluded))
    return replace(listed, matches=matches, excluded=excluded)


def rank(
    need: Need, candidates: Iterable[Candidate], context: Context, settings: RankingSettings
) -> list[Match]:
    """Every candidate as an explained match, best first; excluded ones stay in place, marked by their gates."""
    scale = Scale.of(settings)
    return [explain(need, item, context, scale) for item in score(need, candidates, context, scale)]


@dataclass(frozen=True, slots=True)
class ListRules:
    """What a list takes in: how many, down to which grade, and how many near misses it shows."""

    list_k: int = 10
    floor: Grade = Grade.POSSIBLE
    near_misses: int = 5


def shortlist(
    need: Need,
    candidates: Iterable[Candidate],
    context: Context,
    settings: RankingSettings,
    rules: ListRules | None = None,
) -> NeedMatches:
    """The best matches that no gate excludes, and the near misses that one does; both may be empty.

    A near miss is an excluded patent of a listed grade that stood before the last one listed. Reasons are worded for
    these only, and what cannot come into the list whatever its facts is not even read: the result is that of `rank`.
    """
    rules, scale, candidates = rules or ListRules(), Scale.of(settings), list(candidates)
    readings = {
        item.signal.name: [item.signal.read(need, one, context) for one in candidates]
        for item in scale.signals
        if item.signal.textual
    }
    texts = {
        name: np.array([np.nan if one is None else one.value for one in found])
        for name, found in readings.items()
    }
    found = scale.promising(texts, scale.facts(need, context), rules.floor)
    bounded = map(Bounded, (candidates[place] for place in found.places), found.bounds.tolist())
    return shortlist_in_order(need, bounded, context, scale, rules)


def shortlist_in_order(
    need: Need, candidates: Iterable[Bounded], context: Context, scale: Scale, rules: ListRules
) -> NeedMatches:
    """The same of candidates whose bounds fall: no more of them are taken than can come into the list."""
    shown = _shown(_contenders(need, candidates, context, scale, rules), rules)
    context.expect(need, [item.candidate.patent for item in shown])
    matches = [explain(need, item, context, scale) for item in shown]
    listed = tuple(match for match in matches if not match.excluded)
    excluded = tuple(match for match in matches if match.excluded)
    return NeedMatches(need, context.enterprise(need), listed, excluded)


@dataclass(frozen=True, slots=True)
class _Contender:
    scored: Scored
    barred: bool
    """Whether a gate keeps it out."""


def _shown(contenders: Iterable[_Contender], rules: ListRules) -> list[Scored]:
    """Those that are listed, and the near misses among them; order kept."""
    shown: list[Scored] = []
    listed = 0
    for item in contenders:
        if listed >= rules.list_k:
            break
        if not item.barred:
            listed += 1
        elif len(shown) - listed >= rules.near_misses:
            continue
        shown.append(item.scored)
    return shown


def _contenders(
    need: Need, candidates: Iterable[Bounded], context: Context, scale: Scale, rules: ListRules
) -> list[_Contender]:
    """Everything of a listed grade that may stand among the first `list_k`, best first.

    Candidates are read in the order of their bounds until no other can pass the last one listed.
    """
    found: list[_Contender] = []
    listed: list[float] = []
    for item in candidates:
        if len(listed) >= rules.list_k and item.bound < listed[0]:
            break
        scored = scale.read(need, item.candidate, context)
        if not _reaches(scored.grade, rules.floor):
            continue
        barred = violated(need, item.candidate.patent, context)
        found.append(_Contender(scored, barred))
        if not barred:
            heappush(listed, scored.score)
            if len(listed) > rules.list_k:
                heappop(listed)
    return sorted(found, key=lambda item: _best_first(item.scored))


_GRADES = tuple(Grade)


def _best_first(item: Scored) -> tuple[float, float, str]:
    return -item.score, -item.completeness, item.candidate.patent.id


def _reaches(grade: Grade, floor: Grade) -> bool:
    return _GRADES.index(grade) <= _GRADES.index(floor)


def _total(weights: Sequence[float], values: Sequence[float]) -> float:
    return fsum(map(mul, weights, values))


def _shares(signals: Sequence[Weighted], known: Sequence[bool]) -> Shares:
    weights = [item.weight for item in signals]
    textual = [item.signal.textual for item in signals]
    everything = fsum(weights)
    text_total = fsum(w for w, t in zip(weights, textual, strict=True) if t)
    here = [w if k else 0.0 for w, k in zip(weights, known, strict=True)]
    total = fsum(here)
    text_here = [w if t else 0.0 for w, t in zip(here, textual, strict=True)]
    text_known = fsum(text_here)
    # Text weight that is unknown goes to the text signal that is known; other facts keep theirs and count as neutral.
    stretch = text_total / text_known if text_known else 0.0
    cautious = [(w * stretch if t else w) / everything for w, t in zip(here, textual, strict=True)]
    unknown_facts = fsum(w for w, t, k in zip(weights, textual, known, strict=True) if not t and not k)
    return Shares(
        known=tuple(w / total for w in here) if total else tuple(here),
        cautious=tuple(cautious),
        neutral=unknown_facts / everything,
        text=tuple(w / text_known for w in text_here) if text_known else tuple(text_here),
        completeness=total / everything,
    )
