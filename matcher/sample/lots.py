"""Draws that depend on a name alone: the same name draws the same, whatever else there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Lots:
    """A bag of lots; only `Random.random` is used, whose sequence Python keeps from version to version."""

    def __init__(self, name: str) -> None:
        self._random = Random(f"河东省 {name}")

    def share(self, probability: float) -> bool:
        """True in this share of all draws."""
        return self._random.random() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.between(0, len(items) - 1)]

    def day(self, first: date, last: date) -> date:
        """A day, both ends included."""
        return first + timedelta(days=self.between(0, (last - first).days))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All items in an order of chance."""
        return [
            item for _, _, item in sorted((self._random.random(), n, item) for n, item in enumerate(items))
        ]
