"""A match, its arithmetic and its list: what ranking makes and every door shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from matcher.domain import Enterprise, LicensingMode, Need, Patent


class Grade(StrEnum):
    """推荐等级, best first."""

    STRONG = "强烈推荐"
    RECOMMENDED = "推荐"
    POSSIBLE = "可关注"
    NOT_RECOMMENDED = "不推荐"


class Verdict(StrEnum):
    """A gate's answer; unknown is listed and marked, never counted as satisfied."""

    SATISFIED = "满足"
    VIOLATED = "不满足"
    UNKNOWN = "待核实"


class Feasibility(StrEnum):
    """Whether a patent can be had by a mode today."""

    FEASIBLE = "可行"
    CONSENT = "需征得同意"
    IMPOSSIBLE = "不可行"


@dataclass(frozen=True, slots=True)
class GateResult:
    """One 硬性条件 and why it holds, fails or is unknown."""

    gate: str
    label: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Availability:
    """One mode's feasibility with its reason; `consent_of` names who must agree."""

    mode: LicensingMode
    feasibility: Feasibility
    reason: str
    consent_of: str = ""
    basis: str = ""
    """The statute and article."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One known signal's part of the score: `weight` is renormalised over the known ones, value in [0, 1]."""

    signal: str
    label: str
    weight: float
    value: float
    reason: str


@dataclass(frozen=True, slots=True)
class Match:
    """One need, one patent, and everything that explains their score.

    `score == sum(c.weight * c.value for c in contributions)`, in [0, 1]. `completeness` is the share of the
    weight that is known, in [0, 1].
    """

    need: Need
    patent: Patent
    score: float
    grade: Grade
    contributions: tuple[Contribution, ...]
    missing: tuple[str, ...] = ()
    """Labels of the signals that are unknown (缺失)."""
    completeness: float = 1.0
    gates: tuple[GateResult, ...] = ()
    availability: tuple[Availability, ...] = ()
    id: str = ""
    """Match id, in a list made for an event."""
    family: tuple[str, ...] = ()
    """Numbers of the 同组专利 that this line stands for besides its own."""
    state: str = ""
    """对接状态 with its number of changes when the list was read, such as 已推送（第1次）."""
    probability: float | None = None
    """P(an expert grades the pair ≥ 3), only where a fitting calibration exists (else 未校准)."""

    @property
    def excluded(self) -> bool:
        """Whether a gate is violated."""
        return any(gate.verdict is Verdict.VIOLATED for gate in self.gates)


@dataclass(frozen=True, slots=True)
class NeedMatches:
    """The list of one need: best first; `excluded` are the near misses that a gate keeps out."""

    need: Need
    enterprise: Enterprise | None
    matches: tuple[Match, ...]
    excluded: tuple[Match, ...] = ()
    rerank: str = ""
    """What a cross-encoder did for this list; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a list was made of; printed on its cover. All times are arguments, none is read from a clock."""

    made_at: datetime
    as_of: date
    event: str = ""
    organiser: str = ""
    """编制单位."""
    data_version: str = ""
    model: str = ""
    index: str = ""
    methods: str = ""
    """What the order rests on: channels, reranker, and how often it could not be used; external services by name."""
    settings: str = ""
    patents: int = 0
    needs: int = 0
    floor: Grade = Grade.POSSIBLE
    """Matches below this grade are left out of the list."""
    list_k: int = 10
    list_id: str = ""
    """The version of an event's list, such as HD001-02."""


@dataclass(frozen=True, slots=True)
class MatchList:
    """对接清单: the matches of all needs of one event."""

    provenance: Provenance
    needs: tuple[NeedMatches, ...]
