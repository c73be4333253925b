"""The real `matcher serve` as a process of its own: loads from closed-loop clients, and what its processes hold.

The clients run in this process and share the processor with the server. Figures of the processes come from /proc, so
that they exist on Linux only.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import IO

import orjson

_START_SECONDS = 600
"""A start brings the index up to date and checks its files."""
_END_SECONDS = 40
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_HELD = ("Rss", "Pss", "Private_Clean", "Private_Dirty", "Shared_Clean", "Shared_Dirty")


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of closed-loop clients saw, in seconds; `processor`: the server's, a request."""

    p50: float
    p95: float
    per_second: float
    processor: float


@dataclass(frozen=True, slots=True)
class Held:
    """Memory of one process in bytes. `shared` pages are mapped by others too; `pss` counts these in equal parts."""

    resident: int
    pss: int
    private: int
    shared: int


@dataclass(frozen=True, slots=True)
class Served:
    """A running server of so many workers."""

    port: int
    process: subprocess.Popen[bytes]
    workers: int
    start: float = 0.0
    """Seconds until it was ready."""

    def pids(self) -> list[int]:
        """The processes that answer: the server's own, or its children but for multiprocessing's tracker."""
        pid = self.process.pid
        if self.workers == 1:
            return [pid]
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [
            int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def processor(self) -> float:
        """Seconds that they have worked."""
        fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.pids())
        return sum(int(line[11]) + int(line[12]) for line in fields) / _TICK

    def held(self) -> list[Held]:
        """What each of them holds."""
        return [_held(pid) for pid in self.pids()]

    def ready(self) -> bool:
        """Whether it says so."""
        try:
            return ask(HTTPConnection("127.0.0.1", self.port, timeout=30), "/ready")[0] == 200
        except OSError:
            return False


@contextmanager
def served(home: Path, workers: int) -> Iterator[Served]:
    """The command line's server over a workspace, on a free port, once it is ready; raises SystemExit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
    options = ["--workers", str(workers), "--port", str(port), "--home", str(home)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen([*command, *options], stdout=log, stderr=log) as process,
    ):
        server = Served(port, process, workers)
        try:
            started = time.perf_counter()
            _until(server.ready, process, log)
            yield replace(server, start=time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def closed_loop(
    server: Served,
    address: str,
    headers: dict[str, str],
    bodies: Sequence[dict[str, object] | None],
    clients: int,
) -> Load:
    """So many clients, each on one connection, over the requests in turn; raises SystemExit for any refusal.

    Each sends its next request when it has the answer to the last.
    """

    def client(mine: Sequence[dict[str, object] | None]) -> list[float]:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=300)
        taken = []
        for body in mine:
            sent = None if body is None else orjson.dumps(body)
            started = time.perf_counter()
            status, content = ask(connection, address, headers, sent)
            taken.append(time.perf_counter() - started)
            if status != 200:
                raise SystemExit(content.decode())
        connection.close()
        return taken

    shares = [bodies[number::clients] for number in range(clients)]
    started, before = time.perf_counter(), server.processor()
    with ThreadPoolExecutor(clients) as pool:
        taken = [seconds for share in pool.map(client, shares) for seconds in share]
    seconds, processor = time.perf_counter() - started, server.processor() - before
    percentiles = quantiles(taken, n=20, method="inclusive")
    return Load(percentiles[9], percentiles[18], len(taken) / seconds, processor / len(taken))


def ask(
    connection: HTTPConnection,
    address: str,
    headers: dict[str, str] | None = None,
    sent: bytes | None = None,
) -> tuple[int, bytes]:
    """Status and content of one request; what is sent goes by POST."""
    connection.request("GET" if sent is None else "POST", address, sent, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def _held(pid: int) -> Held:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(size.split()[0]) << 10 for name, _, size in (line.partition(":") for line in lines)}
    resident, pss, *rest = (sizes[name] for name in _HELD)
    return Held(resident, pss, sum(rest[:2]), sum(rest[2:]))


def _until(done: Callable[[], bool], process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    last = time.monotonic() + _START_SECONDS
    while not done():
        if process.poll() is not None or time.monotonic() > last:
            log.seek(0)
            raise SystemExit(f"the server did not start:\n{log.read().decode(errors='replace')}")
        time.sleep(0.2)
