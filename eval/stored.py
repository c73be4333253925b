"""Reports as they were stored (`report.as_json`), read back so that two runs can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.comparison import Comparison, compare
from eval.scoring import Scores
from matcher.errors import InputError

Document = Mapping[str, Any]
"""A report as JSON."""


@dataclass(frozen=True, slots=True)
class Between:
    """Two stored reports set against each other: the later minus the earlier, a measure a line, and the needs left out."""

    comparisons: tuple[Comparison, ...]
    only_before: int
    only_after: int


def under_test(document: Document) -> Mapping[str, Any]:
    """The system that a report is about: the last of its runs."""
    found: Mapping[str, Any] = document["runs"][-1]
    return found


def between(before: Document, after: Document, seed: int = 0) -> Between:
    """Compare the systems under test over the needs that both have, by every measure that both have.

    Needs `enterprise@day` of one enterprise are drawn together. Raises InputError where there is no common need.
    """
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
    groups = {need: need.partition("@")[0] for need in common}
    return Between(
        tuple(one for name in measures for one in compare(runs, name, seed, groups=groups)),
        len(first) - len(common),
        len(second) - len(common),
    )
