"""The shapes of the answers, for the interface's description; a test holds real answers against them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Row = dict[str, str | int | float]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContributionDocument(_Document):
    """One known signal's part of the score: weight × value."""

    signal: str
    label: str
    weight: float
    value: float = Field(ge=0, le=1)
    reason: str


class GateDocument(_Document):
    """One 硬性条件: 满足, 不满足 or 待核实, and why."""

    gate: str
    label: str
    verdict: str
    reason: str


class AvailabilityDocument(_Document):
    """One 转化方式: 可行, 需征得同意 or 不可行, and why."""

    mode: str
    feasibility: str
    reason: str
    consent_of: str
    basis: str


class MatchDocument(_Document):
    """One match; the score is the sum of weight × value. Scores stand in 内部版 only."""

    patent_id: str
    row: Row = Field(description="对接清单的一行，键为列名")
    gates: list[GateDocument]
    availability: list[AvailabilityDocument]
    score: float | None = None
    probability: float | None = None
    completeness: float | None = None
    missing: list[str] = []
    contributions: list[ContributionDocument] = []


class NeedDocument(_Document):
    """One need with its matches, best first, and the near misses that a gate keeps out (排除清单)."""

    need_id: str
    row: Row
    matches: list[MatchDocument]
    excluded: list[MatchDocument] = []


class CoverLineDocument(_Document):
    """One line of the cover."""

    label: str
    text: str


class ListDocument(_Document):
    """对接清单."""

    format: str
    version: int
    preset: str
    provenance: dict[str, Any]
    cover: list[CoverLineDocument]
    needs: list[NeedDocument]


class EventDocument(_Document):
    """One event."""

    id: str
    name: str
    starts: str
    ends: str | None
    place: str
    organiser: str


class RecordDocument(BaseModel):
    """One record as its reader may see it: the stated fields, named as in the body that writes them."""

    model_config = ConfigDict(extra="allow")

    id: str


class RecordsDocument(_Document):
    """One page of records; `next` is the address of the next page, null on the last."""

    items: list[RecordDocument]
    next: str | None


class JobDocument(_Document):
    """One background job: 等待中, 进行中, 已完成, 失败 or 已取消; `progress` in [0, 1]."""

    id: str
    kind: str
    label: str
    title: str
    by: str
    state: str
    progress: float
    message: str
    attempts: int
    created: str
    finished: str | None
    result: dict[str, Any] | None


class JobsDocument(_Document):
    """One page of jobs, the newest first."""

    items: list[JobDocument]
    next: str | None


class HealthDocument(_Document):
    """The process runs."""

    status: str


class ReadyDocument(_Document):
    """What the service answers from; `trouble` says what to run."""

    ready: bool
    trouble: str
    index: str
    model: str
    patents: int | None = None
    needs: int | None = None
    data: str | None = None


class FieldProblemDocument(_Document):
    """What is wrong with one field."""

    path: str
    message: str


class ProblemDocument(_Document):
    """A refusal (RFC 9457): `code` is stable, `detail` a Chinese sentence."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblemDocument]
    request_id: str
