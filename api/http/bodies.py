"""Records as programs write them: one model a kind, for creating, replacing and changing alike.

Fields are named as in answers. What a record must have, and what its values mean, the importer decides.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from api.http.questions import Day
from matcher.domain import (
    Confidentiality,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    MaturitySource,
    PatentType,
    Prospect,
)

_NO_NUL = r"^[^\x00]*$"
"""Not every database takes that character."""
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
"""On one line: no page has an address with a line break in it."""
Line = Annotated[StrictStr, Field(max_length=500, pattern=_PRINTABLE)]
LongText = Annotated[StrictStr, Field(max_length=20_000, pattern=_NO_NUL)]
Lines = Annotated[list[Line], Field(max_length=100)]
Modes = Annotated[list[LicensingMode], Field(max_length=7)]
OptionalDay = Day | None


class RecordBody(BaseModel):
    """Fields that are left out stay as they are (PATCH) or are not stated (POST, PUT); null is not stated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def line(self) -> dict[str, object]:
        """The stated fields as a line of a file has them; None where a field is to be emptied."""
        return self.model_dump(mode="json", exclude_unset=True)


class NeedBody(RecordBody):
    """技术需求."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "海水淡化反渗透膜的抗污染改性",
                    "description": "现用膜三个月后通量下降四成，希望清洗周期延长到半年。",
                    "enterprise": "云州净源水务有限公司",
                    "budget": 120,
                    "modes": ["普通许可"],
                    "min_maturity": "中试",
                    "confidentiality": "匿名",
                }
            ]
        }
    )

    own_id: Line | None = Field(None, description="来源系统中的编号；不写则自动编号，之后不能修改")
    title: Line | None = None
    description: LongText | None = None
    indicators: LongText | None = None
    problem: LongText | None = None
    enterprise: Line | None = None
    credit_code: Line | None = Field(None, description="企业的统一社会信用代码")
    field: Line | None = None
    industry: Line | None = None
    ipc: Lines | None = None
    region: Line | None = None
    budget: Annotated[float, Field(ge=0, le=1e9, strict=True)] | None = Field(None, description="万元")
    modes: Modes | None = None
    cooperation: Lines | None = None
    min_maturity: Line | None = Field(None, description="如 中试、TRL 6")
    received: OptionalDay = None
    valid_until: OptionalDay = None
    confidentiality: Confidentiality | None = Field(None, description="默认仅主管部门")


class PatentBody(RecordBody):
    """专利."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "modes": ["普通许可", "开放许可"],
                    "fee": "50万元",
                    "payment": "一次总付",
                    "maturity": "中试",
                }
            ]
        }
    )

    title: Line | None = None
    abstract: LongText | None = None
    first_claim: LongText | None = None
    application_number: Line | None = None
    publication_number: Line | None = None
    type: PatentType | None = None
    status: LegalStatus | None = None
    status_date: OptionalDay = None
    filed: OptionalDay = None
    published: OptionalDay = None
    granted: OptionalDay = None
    holders: Lines | None = None
    inventors: Lines | None = None
    ipc: Lines | None = None
    locarno: Line | None = None
    region: Line | None = None
    industry: Line | None = None
    keywords: Lines | None = None
    maturity: Line | None = None
    maturity_source: MaturitySource | None = None
    modes: Modes | None = None
    fee: Line | None = Field(None, description="如 50万元")
    payment: Line | None = Field(None, description="如 一次总付")
    evaluation_report: StrictBool | None = None
    funded: StrictBool | None = None
    implementation: ImplementationStatus | None = None
    scenario: LongText | None = None
    prospect: Prospect | None = None
    contact: Line | None = None
    college: Line | None = None
    project: Line | None = None


class EnterpriseBody(RecordBody):
    """企业."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "云州净源水务有限公司", "region": "河东省云州市", "focus_areas": ["海水淡化"]}
            ]
        }
    )

    name: Line | None = None
    credit_code: Line | None = None
    region: Line | None = None
    kinds: Lines | None = None
    industry: Line | None = None
    focus_areas: Lines | None = None
    modes: Modes | None = None
    contact: Line | None = None
    department: Line | None = None
    registration: Line | None = None


class AssessmentBody(RecordBody):
    """企业评价."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"prospect": "较好", "improvement": "降低成本", "cooperation": "联合开发"}]
        }
    )

    enterprise: Line | None = Field(None, description="企业的密钥不用填写")
    credit_code: Line | None = None
    prospect: Prospect | None = None
    improvement: LongText | None = None
    cooperation: Line | None = None
    maturity: Line | None = None
    on: OptionalDay = Field(None, description="默认今天")
    assessor: Line | None = None
