"""What a ranking signal is: it reads one need and one candidate, and says how well they fit and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from matcher.availability import Condition, available, conditions
from matcher.domain import Assessment, Enterprise, Need, Patent
from matcher.matches import Availability
from matcher.related import RelatedTerms
from matcher.signals.reliability import Reliability
from matcher.term import expiry


@dataclass(frozen=True, slots=True)
class Evidence:
    """What in the texts speaks for a pair: the shared terms, and the patent's best sentence."""

    terms: tuple[str, ...] = ()
    """Weightiest first."""
    sentence: str = ""
    place: str = ""
    """Where the sentence stands, such as 摘要第2句."""
    related: tuple[RelatedTerms, ...] = ()
    """Different words of like meaning, the nearest first."""
    unmentioned: tuple[str, ...] = ()
    """What the need's title asks for and the patent does not mention, the rarest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patent with its text values: fixed maps to [0, 1]; None where the channel knows nothing."""

    patent: Patent
    semantic: float | None = None
    lexical: float | None = None
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class PatentFacts:
    """What follows from a patent and the day alone, worked out once."""

    patent: Patent
    expiry: date | None
    availability: tuple[Availability, ...]
    """Empty while the legal status is unknown."""
    declared_open: bool
    lapsed: bool
    """Whether the right is known not to stand."""


def patent_facts(patent: Patent, as_of: date) -> PatentFacts:
    """Term and availability of a patent on one day."""
    holding = conditions(patent, as_of)
    holds = {held.condition for held in holding}
    return PatentFacts(
        patent,
        expiry(patent),
        available(patent, holding),
        declared_open=Condition.OPEN in holds,
        lapsed=Condition.DEAD in holds,
    )


def _no_evidence(need: Need, patent: Patent) -> Evidence:
    return Evidence()


def _unprepared(need: Need, patents: Sequence[Patent]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Context:
    """What signals and gates may know besides the pair, as of one day."""

    as_of: date
    enterprises: Mapping[str, Enterprise] = field(default_factory=dict)
    """By id."""
    assessments: Mapping[str, tuple[Assessment, ...]] = field(default_factory=dict)
    """By patent id."""
    evidence: Callable[[Need, Patent], Evidence] = _no_evidence
    """Asked only for pairs that are shown."""
    expect: Callable[[Need, Sequence[Patent]], None] = _unprepared
    """Told which evidence of a need will be asked for, so that it can be looked up together."""
    half_life: float = 730
    """Days after which an assessment counts half."""
    _facts: dict[str, PatentFacts] = field(default_factory=dict, repr=False, compare=False)
    _reliability: list[Reliability] = field(default_factory=list, repr=False, compare=False)

    def reliability(self) -> Reliability:
        """How far each enterprise's assessments have agreed with others' by the day, worked out on first use."""
        if not self._reliability:
            until = {
                id_: [item for item in items if item.on is None or item.on <= self.as_of]
                for id_, items in self.assessments.items()
            }
            self._reliability.append(Reliability.of(until))
        return self._reliability[0]

    def facts(self, patent: Patent) -> PatentFacts:
        """Term and availability of a patent, remembered: signals and gates ask for it in turn."""
        known = self._facts.get(patent.id)
        if known is None or known.patent is not patent:
            known = patent_facts(patent, self.as_of)
            self._facts[patent.id] = known
        return known

    def enterprise(self, need: Need) -> Enterprise | None:
        """The enterprise that has the need, where it is on record."""
        return self.enterprises.get(need.enterprise_id)


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a pair fits by one signal: `value` in [0, 1]; the reason is worded only when it is shown."""

    value: float
    explain: Callable[[], str]

    @property
    def reason(self) -> str:
        """The reason in Chinese; it quotes facts, never the value."""
        return self.explain()


class Signal(Protocol):
    """One ranking signal; see `table.py` for all of them.

    `read` returns None where a fact that it needs is unknown: never a guess, and never a neutral value.
    """

    @property
    def name(self) -> str:
        """Key in `RankingSettings.weights`."""

    @property
    def label(self) -> str:
        """What people see."""

    @property
    def default_weight(self) -> float:
        """Weight where the settings name none; those of all signals add up to 1."""

    @property
    def textual(self) -> bool:
        """Whether it reads the texts themselves: a grade has to be carried by these."""

    def concerns(self, need: Need, context: Context) -> bool:
        """Whether any patent can have a reading under this need; False only where `read` returns None for every one."""

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """The fit of this pair, or None."""
