"""The shapes of the answers, for the interface's description; a test holds real answers against them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Row = dict[str, str | int | float]


class Document(BaseModel):
    """A shape with the stated fields and no others."""

    model_config = ConfigDict(extra="forbid")


class ContributionDocument(Document):
    """One known signal's part of the score: weight × value."""

    signal: str
    label: str
    weight: float
    value: float = Field(ge=0, le=1)
    reason: str


class GateDocument(Document):
    """One 硬性条件: 满足, 不满足 or 待核实, and why."""

    gate: str
    label: str
    verdict: str
    reason: str


class AvailabilityDocument(Document):
    """One 转化方式: 可行, 需征得同意 or 不可行, and why."""

    mode: str
    feasibility: str
    reason: str
    consent_of: str
    basis: str


class MatchDocument(Document):
    """One match; the score is the sum of weight × value. Scores stand in 内部版 only."""

    patent_id: str
    match_id: str | None = Field(None, description="对接编号，活动的清单才有")
    row: Row = Field(description="对接清单的一行，键为列名")
    gates: list[GateDocument]
    availability: list[AvailabilityDocument]
    score: float | None = None
    probability: float | None = None
    completeness: float | None = None
    missing: list[str] = []
    contributions: list[ContributionDocument] = []


class NeedDocument(Document):
    """One need with its matches, best first, and the near misses that a gate keeps out (排除清单)."""

    need_id: str
    row: Row
    matches: list[MatchDocument]
    excluded: list[MatchDocument] = []


class CoverLineDocument(Document):
    """One line of the cover."""

    label: str
    text: str


class ListDocument(Document):
    """对接清单."""

    format: str
    version: int
    preset: str
    provenance: dict[str, Any]
    cover: list[CoverLineDocument]
    needs: list[NeedDocument]


class EventDocument(Document):
    """One event."""

    id: str
    name: str
    starts: str
    ends: str | None
    place: str
    organiser: str


class OneEventDocument(EventDocument):
    """One event; what stands below `organiser` is for those who run events."""

    scope: dict[str, Any] | None = None
    rules: dict[str, Any] | None = None
    changes: list[dict[str, Any]] = []
    version: int | None = None


class VersionDocument(Document):
    """One version of an event's list: 拟稿, 审核, 已发布 or 作废; `checksum` is the SHA-256 of its content."""

    id: str
    event_id: str
    number: int
    state: str
    checksum: str
    published_on: str | None
    made_at: str | None
    version: int
    by: str
    note: str


class OutcomeDocument(Document):
    """What became of one match; `version` counts the changes."""

    id: str
    event_id: str
    need_id: str
    patent_id: str
    list_id: str
    state: str
    version: int
    changed_on: str | None
    reason: str | None
    note: str
    by: str
    mode: str | None
    amount: float | None
    effective: str | None


class OutcomesDocument(Document):
    """One page of outcomes."""

    items: list[OutcomeDocument]
    next: str | None


class StepDocument(Document):
    """One line of a match's history."""

    match_id: str
    version: int
    at: str
    by: str
    before: str | None
    after: str
    reason: str | None
    note: str
    list_id: str
    source: str


class InterestAnswerDocument(Document):
    """One holder's answer."""

    holder: str
    reply: str
    reason: str
    at: str


class InterestDocument(Document):
    """One 我想了解; `enterprise` is its name, or what a holder may know of it before it has agreed.

    `overdue` counts calendar days; `contacts` by name, in the answer for one interest that all holders agreed to.
    """

    id: str
    patent_id: str
    patent: str
    holders: list[str]
    enterprise: str
    need: str
    created: str
    due: str
    overdue: int
    standing: str
    owing: list[str]
    answers: list[InterestAnswerDocument]
    contacts: dict[str, str]


class InterestsDocument(Document):
    """One page of interests, the newest first."""

    items: list[InterestDocument]
    next: str | None


class RecordDocument(BaseModel):
    """One record as its reader may see it: the stated fields, named as in the body that writes them."""

    model_config = ConfigDict(extra="allow")

    id: str


class RecordsDocument(Document):
    """One page of records; `next` is the address of the next page, null on the last."""

    items: list[RecordDocument]
    next: str | None


class JobDocument(Document):
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


class JobsDocument(Document):
    """One page of jobs, the newest first."""

    items: list[JobDocument]
    next: str | None


class HealthDocument(Document):
    """The process runs."""

    status: str


class ReadyDocument(Document):
    """What the service answers from; `trouble` says what to run."""

    ready: bool
    trouble: str
    index: str
    model: str
    patents: int | None = None
    needs: int | None = None
    data: str | None = None


class FieldProblemDocument(Document):
    """What is wrong with one field."""

    path: str
    message: str


class ProblemDocument(Document):
    """A refusal (RFC 9457): `code` is stable, `detail` a Chinese sentence."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblemDocument]
    request_id: str
