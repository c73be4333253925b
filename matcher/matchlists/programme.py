"""Packing programmes in zero-one variables, solved exactly by HiGHS; equal optima by the order of the variables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from matcher.errors import MatcherError

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_UNIT = 840
"""Prices are kept in 840ths (a multiple of 1 to 8), so that bounds are exact integers."""
_BLOCK = 16
"""Variables whose order one programme decides where every optimum is known to lie on one face."""
_SMALL_BLOCK = 4
"""The same where the value has to stand in the objective as well: HiGHS resolves about 1 in 10^7."""


@dataclass(frozen=True, slots=True)
class Row:
    """Σ x over `members` ≤ `limit`."""

    members: tuple[int, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Programme:
    """maximise Σ values·x over x ∈ {0, 1}, x = 1 where `forced`; values are non-negative integers."""

    values: Sequence[int]
    rows: Sequence[Row]
    forced: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Solved:
    """`chosen` ascending; no solution is worth more than `bound`; `prices` parallel to the rows, 0 where slack."""

    chosen: tuple[int, ...]
    bound: int
    prices: tuple[float, ...]


def solve(programme: Programme) -> Solved:
    """The optimum; of several, the lexicographically smallest set. Variables worth nothing are left out.

    The forced variables alone must satisfy every row.
    """
    problem = _Problem(programme)
    if not problem.size:
        return Solved((), 0, (0.0,) * len(programme.rows))
    chosen, prices = problem.relaxation()
    priced = problem.bound(prices)
    bound = priced // _UNIT
    if chosen is None or problem.value(chosen) < bound:
        chosen, proved = problem.branch()
        bound = min(bound, proved)
    chosen = _first(problem, chosen, prices, priced - problem.value(chosen) * _UNIT)
    slack = problem.limits - problem.matrix @ chosen
    shown = np.where(slack == 0, prices / _UNIT, 0.0)
    return Solved(tuple(np.flatnonzero(chosen).tolist()), bound, tuple(shown.tolist()))


class _Problem:
    """The arrays of a programme."""

    def __init__(self, programme: Programme) -> None:
        self.values: Integers = np.asarray(programme.values, dtype=np.int64)
        self.size = len(self.values)
        self.limits: Integers = np.asarray([row.limit for row in programme.rows], dtype=np.int64)
        columns = [member for row in programme.rows for member in row.members]
        rows = [number for number, row in enumerate(programme.rows) for _ in row.members]
        shape = (len(programme.rows), self.size)
        ones = np.ones(len(rows), dtype=np.int64)
        sparse: Any = csr_array  # its stubs know floating types only
        self.matrix: Any = sparse((ones, (rows, columns)), shape=shape, dtype=np.int64)
        self.lower: Integers = np.zeros(self.size, dtype=np.int64)
        self.lower[sorted(programme.forced)] = 1
        self.upper: Integers = np.where((self.values > 0) | (self.lower == 1), 1, 0)

    def value(self, chosen: Integers) -> int:
        """The worth of a solution."""
        return int(self.values @ chosen)

    def allows(self, chosen: Integers) -> bool:
        """Whether a solution satisfies everything."""
        inside = bool(((chosen >= self.lower) & (chosen <= self.upper)).all())
        return inside and bool((self.matrix @ chosen <= self.limits).all())

    def relaxation(self) -> tuple[Integers | None, Integers]:
        """The optimum of the linear relaxation where it is integral, and the rows' prices in 840ths."""
        minimise: Any = linprog  # its stubs know no arrays of bounds
        found = minimise(
            -self.values.astype(np.float64),
            A_ub=self.matrix.astype(np.float64) if len(self.limits) else None,
            b_ub=self.limits if len(self.limits) else None,
            bounds=np.column_stack([self.lower, self.upper]),
            method="highs",
        )
        _require(found)
        prices = np.maximum(0, np.rint(-found.ineqlin.marginals * _UNIT)).astype(np.int64)
        rounded = np.rint(found.x).astype(np.int64)
        integral = bool((np.abs(found.x - rounded) < 1e-6).all()) and self.allows(rounded)
        return (rounded if integral else None), prices

    def bound(self, prices: Integers) -> int:
        """What no solution exceeds, in 840ths: exact for any non-negative prices."""
        gains = self.gains(prices)
        return int(self.limits @ prices + (gains * np.where(gains > 0, self.upper, self.lower)).sum())

    def gains(self, prices: Integers) -> Integers:
        """What each variable is worth beyond the prices of its rows, in 840ths."""
        gains: Integers = self.values * _UNIT - self.matrix.T @ prices
        return gains

    def branch(self) -> tuple[Integers, int]:
        """An optimum by branch and bound to a gap of 0, and what HiGHS proved no solution to exceed."""
        found = _branch(self.values, self.matrix, self.limits, self.lower, self.upper)
        return _whole(found.x), math.floor(-found.mip_dual_bound + 1e-3)


def _first(problem: _Problem, chosen: Integers, prices: Integers, gap: int) -> Integers:
    """The lexicographically first optimum, walking from another one.

    With prices y, every solution is worth bound − Σ|gain| of the variables against their gain − Σ y·slack. So a
    variable whose gain exceeds the gap stands in every optimum, one below −gap in none; only the others are free.
    """
    gains = problem.gains(prices)
    free = (np.abs(gains) <= gap) & (problem.lower < problem.upper)
    places = np.flatnonzero(free)
    if not len(places):
        return chosen
    chosen = chosen.copy()
    matrix = problem.matrix[:, places]
    rows = np.flatnonzero(matrix.sum(axis=1))
    limits = problem.limits - problem.matrix @ np.where(free, 0, chosen)
    tight = (prices > gap)[rows]
    matrix, limits = matrix[rows], limits[rows]
    count, label = connected_components(matrix.T @ matrix, directed=False)
    for part in range(count):
        inside = np.flatnonzero(label == part)
        touched = np.flatnonzero(matrix[:, inside].sum(axis=1))
        component = _Component(
            values=problem.values[places[inside]],
            matrix=matrix[touched][:, inside],
            limits=limits[touched],
            least=np.where(tight[touched], limits[touched], 0),
            exact=gap == 0,
        )
        chosen[places[inside]] = component.first(chosen[places[inside]])
    return chosen


@dataclass(frozen=True, slots=True)
class _Component:
    """Free variables that share rows; `least` and `limits` bound the rows. `exact`: all its solutions are optimal."""

    values: Integers
    matrix: Any
    limits: Integers
    least: Integers
    exact: bool

    def first(self, chosen: Integers) -> Integers:
        """The lexicographically first optimum, from any."""
        lower, upper = np.zeros_like(chosen), np.ones_like(chosen)
        size = _BLOCK if self.exact else _SMALL_BLOCK
        while len(waiting := np.flatnonzero((lower < upper) & (chosen == 0))):
            # Everything before the first 0 is as early as can be.
            lower[: waiting[0]] = chosen[: waiting[0]]
            upper[: waiting[0]] = chosen[: waiting[0]]
            block = np.flatnonzero(lower < upper)[:size]
            weights = np.zeros_like(self.values) if self.exact else self.values << size
            weights[block] += 1 << np.arange(len(block) - 1, -1, -1)
            chosen = _whole(_branch(weights, self.matrix, self.limits, lower, upper, self.least).x)
            lower[block] = upper[block] = chosen[block]
        return chosen


def _branch(
    values: Integers,
    matrix: Any,  # noqa: ANN401 (scipy's sparse arrays are untyped here)
    limits: Integers,
    lower: Integers,
    upper: Integers,
    least: Integers | None = None,
) -> Any:  # noqa: ANN401
    found = milp(
        -values.astype(np.float64),
        constraints=LinearConstraint(matrix, -np.inf if least is None else least, limits)
        if len(limits)
        else None,
        integrality=np.ones(len(values), dtype=np.int64),
        bounds=Bounds(lower, upper),
        options={"mip_rel_gap": 0},
    )
    _require(found)
    return found


def _whole(solution: NDArray[np.float64]) -> Integers:
    return np.rint(solution).astype(np.int64)


def _require(found: Any) -> None:  # noqa: ANN401 (scipy's result)
    if found.status != 0:
        raise MatcherError(
            f"求解器未能得出结果（{found.message}）。请减少每项需求的候选数后重试。", code="unsolved"
        )
