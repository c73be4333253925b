"""What a database that others run must do to hold our vectors: keep them by key, and find near ones among the wanted.

A vector is float32 (dimension,), or a document's words as `Sparse`; what is said of one holds for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexes.contract import IndexUnusable

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

Keys = NDArray[np.int64]
Parts = NDArray[np.int32]
"""Which part (such as a region) each vector belongs to; engines may keep the vectors of a part together."""

ATTEMPTS, FIRST_WAIT, LONGEST_WAIT = 5, 0.2, 5.0
"""Of one request: a few seconds, enough for a connection that broke or a node that is being replaced."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """The numbers of a vector that are not 0. dimensions: uint32, ascending; values: float32; both (n,)."""

    dimensions: NDArray[np.uint32]
    values: NDArray[np.float32]


class EngineGone(IndexUnusable):
    """An engine does not answer, whatever has been tried; what was asked can be asked again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which vectors may be found: those of `parts` (None: of all), of these only `keys`, or all but `keys`."""

    parts: tuple[int, ...] | None
    keys: Keys
    only: bool


@dataclass(frozen=True, slots=True)
class Near:
    """What an engine found for one query, best first: int64 keys and float scores (inner products), both (n,)."""

    keys: Keys
    scores: NDArray[np.float64]


class Engine(Protocol):
    """Vectors of one kind by key. Vectors come back bit for bit; scores need only be right to rounding."""

    name: str
    """Such as Milvus, for sentences."""
    holds: str
    """What the vectors are, for sentences: 向量 or 用词."""
    place: str
    """Where the vectors are, without secrets."""
    exact: bool
    """Whether `nearest` looks at every wanted vector."""
    most: int
    """The most that one search may return."""
    listable: int
    """The most keys that one search may name."""

    def create(self) -> None:
        """Make room for the vectors, where there is none yet."""
        ...

    def keys(self) -> Keys:
        """All keys that are held, in any order; none where there is no room yet."""
        ...

    def count(self) -> int:
        """How many vectors are held."""
        ...

    def add(self, keys: Keys, parts: Parts, vectors: Any) -> None:  # noqa: ANN401
        """Hold one vector a key: of shape (keys, dimension), or as many Sparse; those that are held already stay one."""
        ...

    def settle(self) -> None:
        """Make what was added findable, for every reader."""
        ...

    def remove(self, keys: Keys) -> None:
        """Hold them no longer."""
        ...

    def version(self) -> str:
        """Of the engine's program."""
        ...

    def fetch(self, keys: Keys) -> dict[int, Any]:
        """The vectors of those keys that are held."""
        ...

    def nearest(self, queries: Any, limit: int, wanted: Wanted) -> list[Near]:  # noqa: ANN401
        """The `limit` best of the wanted vectors for each query; of sparse ones only those that share a dimension."""
        ...


def blocks(keys: Keys, size: int) -> Iterator[Keys]:
    """Neighbouring runs of at most so many."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def patiently(
    work: Callable[[], T],
    faults: Sequence[type[Exception]],
    engine: Engine,
    again: Callable[[], None] = lambda: None,
) -> T:
    """The answer of `work`, tried again after one of `faults`, with growing waits; `again` reconnects before that.

    Raises EngineGone with what to do once the attempts are used up.
    """

    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

    def reconnect(_: RetryCallState) -> None:
        again()

    try:
        for attempt in Retrying(
            retry=retry_if_exception_type(tuple(faults)),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(FIRST_WAIT, LONGEST_WAIT),
            before_sleep=reconnect,
            reraise=True,
        ):
            with attempt:
                return work()
    except tuple(faults) as error:
        reason = (str(error) or type(error).__name__).strip().splitlines()[0][:200]
        raise EngineGone(
            f"外部索引 {engine.name}（{engine.place}）没有应答（已尝试 {ATTEMPTS} 次：{reason}）。请检查引擎是否在运行、"
            "地址和网络是否正确；恢复后重新运行同一命令，已完成的部分已保存，会从中断处继续。"
        ) from error
    raise AssertionError("unreachable")
