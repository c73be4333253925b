"""Searches over HTTP, 1 and 16 clients, beside the engine alone and the bare framework on the same machine.

    python -m benchmarks.serving [--patents 20000]

A real uvicorn with one worker in a process of its own; the clients run here and share the processor with it. Each
client sends its next request when it has the answer to the last. The engine alone is `match_text` in this process, the
bare framework is `GET /health` behind the same layers.
"""

from __future__ import annotations

import gzip
import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles

import orjson

from benchmarks.measuring import clocked
from benchmarks.province import AS_OF, NOW, indexed, opened
from benchmarks.sizes import sizes
from benchmarks.synthetic import needs

_REQUESTS = 48
_K = 20
_SEED = 11
_FILTERS = ({}, {"holder": ["第1大学", "第2大学", "第3大学"]}, {"type": ["发明专利"]})
"""No filter, one patent in a hundred, most patents: in turn."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of closed-loop clients saw; seconds."""

    p50: float
    p95: float
    per_second: float


def main() -> None:
    """Print all."""
    asked = sizes(__doc__)
    home = indexed(asked)
    bodies = [
        {"text": f"{need.title}\n{need.description}", "k": _K, "as_of": AS_OF.isoformat(), **_FILTERS[n % 3]}
        for n, need in enumerate(needs(_REQUESTS, _SEED))
    ]
    parts = parts_of(home, bodies)
    engine = parts.engine
    cores = os.cpu_count() or 1
    print(
        f"Searches of {asked.patents:,} patents, {_K} matches each, {cores} cores, one worker, clients on the same machine"
    )
    print(f"{'':44s}{'p50':>12s}{'p95':>12s}{'per second':>12s}{'p95 / aim':>12s}")
    print(f"{'engine alone, processor time of one search':44s}{engine * 1000:9.1f} ms")
    print(f"{'its answer: worded, written, packed':44s}{parts.answer * 1000:9.1f} ms")
    with served(home) as (port, key):
        for clients in (1, 16):
            load = closed_loop(port, key, "/health", [None] * 400, clients)
            print_line(f"bare framework, {clients} clients", load, None)
        closed_loop(port, key, "/api/v1/search", bodies[:8], 4)
        for clients in (1, 16):
            load = closed_loop(port, key, "/api/v1/search", bodies, clients)
            print_line(f"search, {clients} clients", load, 1.5 * max(1.0, clients / cores) * engine)


def print_line(name: str, load: Load, aim: float | None) -> None:
    """One row; the aim is 1.5 × (clients / cores) × the engine's processor time."""
    ratio = f"{load.p95 / aim:10.2f} ×" if aim else ""
    print(
        f"{name:44s}{load.p50 * 1000:9.1f} ms{load.p95 * 1000:9.1f} ms{load.per_second:12.1f}{ratio}",
        flush=True,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """Mean processor seconds of one search: the engine's, and what its answer takes to be worded, written and packed."""

    engine: float
    answer: float


def parts_of(home: Path, bodies: list[dict[str, object]]) -> Parts:
    """In this process, no server around it."""
    from api.access.audiences import of_search
    from api.access.roles import Caller, Role
    from api.http.questions import SearchBody
    from api.serving import list_answer
    from matcher import usecases
    from matcher.matches import MatchList

    asked = [SearchBody.model_validate(body) for body in bodies]
    request = usecases.ListRequest(AS_OF, NOW, k=_K)
    audience = of_search(Caller("基准测试", Role.BUREAU))
    with opened(home) as workspace:

        def search(bodies: list[SearchBody]) -> list[MatchList]:
            return [usecases.match_text(workspace, body.text, request, body.patents()) for body in bodies]

        def answer(found: list[MatchList]) -> None:
            for one in found:
                gzip.compress(bytes(list_answer(one, audience).body), 2)

        search(asked[:6])
        engine = clocked(search, asked)
        return Parts(engine.processor / len(asked), clocked(answer, engine.answer).processor / len(asked))


@contextmanager
def served(home: Path) -> Iterator[tuple[int, str]]:
    """A server of its own on a free port, and a key for it."""
    from api.access.keys import KeyRequest
    from api.access.roles import Role
    from api.access.sign_in import Access
    from api.store.database import open_service
    from matcher.settings import Settings

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(home, port))
    process.start()
    try:
        _until(lambda: _answers(port), seconds=120)
        access = Access(open_service(Settings(home=home)))
        yield port, access.new_key("基准测试", KeyRequest("基准测试", Role.BUREAU, ("search",), days=1), NOW)
    finally:
        process.terminate()
        process.join()


def closed_loop(
    port: int, key: str, address: str, bodies: list[dict[str, object]] | list[None], clients: int
) -> Load:
    """So many clients, each on one connection, over the requests in turn; raises SystemExit for any refusal."""

    def client(mine: list[dict[str, object] | None]) -> list[float]:
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        taken = []
        for body in mine:
            sent = None if body is None else orjson.dumps(body)
            started = time.perf_counter()
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            connection.request("GET" if sent is None else "POST", address, sent, headers)
            answer = connection.getresponse()
            content = answer.read()
            taken.append(time.perf_counter() - started)
            if answer.status != 200:
                raise SystemExit(content.decode())
        connection.close()
        return taken

    shares = [list(bodies[number::clients]) for number in range(clients)]
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = [seconds for share in pool.map(client, shares) for seconds in share]
    percentiles = quantiles(taken, n=20, method="inclusive")
    return Load(percentiles[9], percentiles[18], len(taken) / (time.perf_counter() - started))


def _serve(home: Path, port: int) -> None:
    import uvicorn

    from api.http import create_app
    from matcher.settings import Settings

    app = create_app(Settings(home=home), now=lambda: NOW)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def _answers(port: int) -> bool:
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _until(done: Callable[[], bool], seconds: float) -> None:
    last = time.monotonic() + seconds
    while not done():
        if time.monotonic() > last:
            raise SystemExit("the server did not start")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
