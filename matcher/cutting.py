"""The texts of a collection cut into words by processes beside this one, while it reads, embeds and counts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from indexes.cutting import Cut
from matcher.errors import MatcherError

WORTH = 20_000
"""Texts from which a process pays for its start."""
_MOST = 4
"""Processes that keep up with one that reads: it reads as fast as two of them cut."""
_BLOCK = 4_096
"""Texts that are cut at once."""


class Cutting:
    """Cuts normalised texts in the order in which they come."""

    def __init__(self, pool: ProcessPoolExecutor | None) -> None:
        self._pool = pool
        self._texts: list[str] = []
        self._parts: list[Future[Cut] | Cut] = []

    def add(self, text: str) -> None:
        """Another one; what the processes have not taken up waits here, as the text itself."""
        self._texts.append(text)
        if len(self._texts) == _BLOCK:
            self._hand_over()

    def done(self) -> Cut:
        """All of them, as one process cuts them."""
        self._hand_over()
        return Cut.joined(part.result() if isinstance(part, Future) else part for part in self._parts)

    def _hand_over(self) -> None:
        texts, self._texts = self._texts, []
        self._parts.append(Cut.of(texts) if self._pool is None else self._pool.submit(Cut.of, texts))


@contextmanager
def cutting(texts: int) -> Iterator[Cutting]:
    """For about so many texts; raises MatcherError where a process is killed."""
    others = min(_MOST, (os.cpu_count() or 1) - 1)
    if texts < WORTH or not others:
        yield Cutting(None)
        return
    # The pool itself bounds what has been sent: one block a process, and one more.
    with ProcessPoolExecutor(others, get_context("spawn"), _left_to_the_caller) as pool:
        try:
            yield Cutting(pool)
        except BrokenProcessPool as error:
            raise MatcherError(
                "建立索引时，切词的一个子进程意外终止（可能是内存不足），原有的索引不变。请重新运行 matcher index，"
                "已计算的文本向量不会重算。",
                code="interrupted",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _left_to_the_caller() -> None:
    """Ctrl-C reaches every process of a terminal; the caller ends these."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
