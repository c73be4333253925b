"""Times work in a process of its own, so that each figure has its own peak of memory, and prints it beside a baseline.

Ratios are of processor time, all threads and children together: on a shared machine wall time says who else was busy.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work took; `peak` is filled in by `measure`."""

    seconds: float
    """By the clock on the wall."""
    processor: float
    """Seconds of all threads and children."""
    peak: int = 0
    """Bytes that the process held at most, with its largest child, if it had any."""
    answer: Any = None

    def per(self, parts: float) -> Cost:
        """The time of one of so many parts."""
        return replace(self, seconds=self.seconds / parts, processor=self.processor / parts)


def measure(work: Callable[..., Any], *arguments: object) -> Cost:
    """Run `work`, a function of a module, in a fresh process; it may answer a Cost of its own."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, work, arguments))
    process.start()
    sender.close()
    try:
        cost: Cost = receiver.recv()
    except EOFError:
        raise SystemExit(f"{work.__module__}.{work.__name__} ended without an answer") from None
    finally:
        process.join()
    return cost


def clocked(work: Callable[..., Any], *arguments: object) -> Cost:
    """Time `work` here."""
    wall, processor = time.perf_counter(), _processor()
    answer = work(*arguments)
    return Cost(time.perf_counter() - wall, _processor() - processor, answer=answer)


def report(name: str, cost: Cost, beside: Cost | None = None) -> None:
    """One line; `beside` is the baseline of the same run."""
    memory = f"{cost.peak / _MIB:,.0f} MiB" if cost.peak else ""
    ratio = "" if beside is None else f"{cost.processor / beside.processor:.2f} ×"
    print(
        f"{name:64s}{_time(cost.seconds):>12s}{_time(cost.processor):>12s}{memory:>12s}{ratio:>10s}",
        flush=True,
    )


def heading(text: str) -> None:
    """The title of a group of lines."""
    print(f"\n{text:64s}{'wall':>12s}{'processor':>12s}{'peak':>12s}{'ratio':>10s}", flush=True)


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _run(sender: Any, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:  # noqa: ANN401
    cost = clocked(work, *arguments)
    if isinstance(cost.answer, Cost):
        cost = cost.answer
    sender.send(replace(cost, peak=_peak()))


def _peak() -> int:
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + children
    # ru_maxrss would count what the parent held before this process became another program.
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 + children
