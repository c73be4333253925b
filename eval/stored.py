"""Reports as they were stored (`report.as_json`), read back so that two runs can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.comparison import Comparison, compare
from eval.scoring import Scores
from eval.variation import Difference, differing
from matcher.errors import InputError

Document = Mapping[str, Any]
"""A report as JSON, with the settings of its run and, where experts judged, each need's enterprise."""
_EXAMPLES = re.compile("（例如[^）]*）")
"""Ids of enterprises and records in a report's remarks."""
_BY_NEED = frozenset({"per_need", "unanswered", "short", "table"})
"""Parts of runs and comparisons that go by need."""
_ENTERPRISES = "enterprises"
"""The part that says whose each need is, where a need's name does not."""


@dataclass(frozen=True, slots=True)
class Between:
    """Two stored reports set against each other: the later minus the earlier, a measure a line, the needs left out,
    and the settings in which the runs differ."""

    comparisons: tuple[Comparison, ...]
    only_before: int
    only_after: int
    settings: tuple[Difference, ...] = ()


def stored(report: dict[str, object], settings: Mapping[str, Any], groups: Mapping[str, str]) -> Document:
    """A report to keep: `settings` of its run (`variation.stated`), `groups` each need's enterprise."""
    return {**report, "settings": settings, _ENTERPRISES: groups}


def under_test(document: Document) -> Mapping[str, Any]:
    """The system that a report is about: the last of its runs."""
    found: Mapping[str, Any] = document["runs"][-1]
    return found


def unnamed(document: Document) -> Document:
    """The report without the ids of enterprises and records, for readers who may not know them."""
    parts = {
        name: [{key: value for key, value in each.items() if key not in _BY_NEED} for each in document[name]]
        for name in ("runs", "comparisons")
    }
    observations = [_EXAMPLES.sub("", one) for one in document["observations"]]
    kept = {name: value for name, value in document.items() if name != _ENTERPRISES}
    return {**kept, **parts, "observations": observations}


def between(before: Document, after: Document, seed: int = 0) -> Between:
    """Compare the systems under test over the needs that both have, by every measure that both have.

    Needs of one enterprise are drawn together. Raises InputError for runs that were proven in different ways, and where
    there is no common need.
    """
    _require_alike(before, after)
    first, second = under_test(before)["per_need"], under_test(after)["per_need"]
    common = tuple(sorted(first.keys() & second.keys()))
    if not common:
        raise InputError(
            "两次评估没有共同的需求（时点不同），无法比较。请用同样的起止日期和间隔评估。",
            code="no_common_need",
        )
    measures = [name for name in first[common[0]] if name in second[common[0]]]
    runs = [
        Scores(name, common, {each: np.array([table[need][each] for need in common]) for each in measures})
        for name, table in (("前一次", first), ("后一次", second))
    ]
    named = after.get(_ENTERPRISES) or {}
    groups = {need: named.get(need, need.partition("@")[0]) for need in common}
    return Between(
        tuple(one for name in measures for one in compare(runs, name, seed, groups=groups)),
        len(first) - len(common),
        len(second) - len(common),
        differing(before.get("settings"), after.get("settings")),
    )


def _require_alike(before: Document, after: Document) -> None:
    """Reports of the same title (a replay, or one judgement set) in the same mode."""
    ways = [(one.get("title"), (one.get("scheme") or {}).get("mode")) for one in (before, after)]
    if ways[0] != ways[1]:
        raise InputError(
            f"两次评估的检验方式不同（{ways[0][0]} 与 {ways[1][0]}），无法比较。请选择同一标注集、同一排序范围的两次，"
            "或两次历史回放。",
            code="not_alike",
        )
