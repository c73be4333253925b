"""Evaluation over HTTP: the shapes of its answers, and how they look."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from api.http.openapi import Example
from api.http.schemas import Document


class EvaluationChoicesDocument(Document):
    """What `POST /evaluations` may name; `settings` as they are now."""

    judgements: list[str]
    models: list[str]
    settings: dict[str, Any]


class JudgementsDocument(Document):
    """A judgement set that was taken in; `open` pairs had been left without a level."""

    name: str
    needs: int
    pairs: int
    open: int


class SettingDifferenceDocument(Document):
    """One setting in which two runs differ."""

    setting: str
    before: str
    after: str


class LeftOutDocument(Document):
    """Needs that only one of two runs has."""

    before: int
    after: int


class EvaluationComparisonDocument(Document):
    """Two runs: where their settings differ, and the later minus the earlier, a measure an item."""

    settings: list[SettingDifferenceDocument]
    left_out: LeftOutDocument
    comparisons: list[dict[str, Any]]


class EvaluationDocument(BaseModel):
    """A report as `matcher eval … --json` prints it; `settings` are those of the run."""

    model_config = ConfigDict(extra="allow")

    title: str
    stamp: dict[str, Any]
    scheme: dict[str, Any]
    runs: list[dict[str, Any]]
    comparisons: list[dict[str, Any]]


_SETTINGS = {
    "model": "patent-need-static-zh",
    "candidates": 200,
    "weights": {"semantic": 0.4, "lexical": 0.3},
}
CHOICES = Example(
    EvaluationChoicesDocument,
    {
        "judgements": ["企业评价", "对接结果", "专家评审2026.tsv"],
        "models": ["patent-need-static-zh"],
        "settings": _SETTINGS,
    },
    "可以选择的标注集、模型，和现用设置",
)
JUDGEMENTS = Example(
    JudgementsDocument,
    {"name": "专家评审2026.tsv", "needs": 40, "pairs": 612, "open": 3},
    "收下的标注集",
)
_GAIN = {"mean": 0.012, "low": -0.004, "high": 0.027}
COMPARISON = Example(
    EvaluationComparisonDocument,
    {
        "settings": [{"setting": "每个通道的召回候选数", "before": "200", "after": "50"}],
        "left_out": {"before": 0, "after": 0},
        "comparisons": [
            {
                "measure": "ndcg@10",
                "baseline_mean": 0.653,
                "mean": 0.665,
                "difference": _GAIN,
                "needs": 116,
                "groups": 98,
            }
        ],
    },
    "后一次减前一次",
)
EVALUATION = Example(
    EvaluationDocument,
    {
        "title": "历史回放",
        "stamp": {"data": "工作区（0c5d8a6b7e1f2a34）", "seed": 0, "as_of": "2026-06-30"},
        "scheme": {"mode": "full", "measures": ["hit@10"]},
        "runs": [
            {"run": "full", "needs": 60, "measures": {"hit@10": {"mean": 0.31, "low": 0.2, "high": 0.42}}}
        ],
        "comparisons": [],
        "settings": _SETTINGS,
    },
    "评估报告",
)
