"""存量专利盘活进展 over HTTP: the shape of the answer, and how it looks."""

from __future__ import annotations

from pydantic import Field

from api.http.openapi import Example
from api.http.schemas import Document


class RateDocument(Document):
    """A rate as counted."""

    numerator: int
    denominator: int


class RateLineDocument(Document):
    """One rate of one group."""

    dimension: str
    group: str
    indicator: str
    rate: RateDocument


class DealLineDocument(Document):
    """Deals of one kind of one group; `amount` in 万元."""

    dimension: str
    group: str
    kind: str
    deals: int
    amount: float
    unstated: int


class MonthLineDocument(Document):
    """One indicator at the end of a month."""

    month: str
    day: str
    indicator: str
    rate: RateDocument


class MilestoneLineDocument(Document):
    """One holder and one milestone."""

    milestone: str
    due: str
    holder: str
    numerator: int
    denominator: int
    state: str
    short: int


class ProgressDocument(Document):
    """存量专利盘活进展 at the end of a day."""

    as_of: str
    since: str
    rates: list[RateLineDocument]
    deals: list[DealLineDocument]
    months: list[MonthLineDocument]
    participation: list[RateLineDocument] = Field(
        description="企业参与：各类企业的需求提出率、评价参与率、成交率"
    )
    open_licences: int
    milestones: list[MilestoneLineDocument]


_RATE = {"numerator": 320, "denominator": 500}
PROGRESS = Example(
    ProgressDocument,
    {
        "as_of": "2026-06-30",
        "since": "2026-01-01",
        "rates": [{"dimension": "全部", "group": "全部", "indicator": "盘点率", "rate": _RATE}],
        "deals": [
            {
                "dimension": "全部",
                "group": "全部",
                "kind": "普通许可",
                "deals": 6,
                "amount": 240.0,
                "unstated": 1,
            }
        ],
        "months": [{"month": "2026-06", "day": "2026-06-30", "indicator": "盘点率", "rate": _RATE}],
        "participation": [
            {"dimension": "资质类型", "group": "高新技术企业", "indicator": "需求提出率", "rate": _RATE}
        ],
        "open_licences": 12,
        "milestones": [
            {
                "milestone": "完成盘点",
                "due": "2026-12-31",
                "holder": "河东大学",
                **_RATE,
                "state": "进行中",
                "short": 180,
            }
        ],
    },
    "截至一天的进展",
)
