"""Everything on speed and load of the service, beside the engine alone and the bare framework on the same machine.

    python -m benchmarks.serving [--patents 20000]

Searches over HTTP under no filter, one that keeps a patent in a hundred and one that keeps most, in turn, from 1 and 16
closed-loop clients, of one worker and two; `GET /health` behind the same layers is the framework's ceiling. The
engine alone is `match_text` in a process of its own. What the interface adds is measured in pairs: each request asked of
the server and of an engine beside it, one after the other. Pages are read as a browser does, and their size is that of
the HTML. The clients share the cores with the server.
"""

from __future__ import annotations

import gzip
import os
import re
import time
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import orjson

from benchmarks.measuring import Cost, clocked, measure
from benchmarks.province import AS_OF, NOW, indexed, opened
from benchmarks.service import Load, Served, ask, closed_loop, served
from benchmarks.sizes import Sizes, sizes
from benchmarks.synthetic import needs

if TYPE_CHECKING:
    from api.access.sign_in import Access
    from api.http.questions import SearchBody
    from matcher.matches import MatchList

_REQUESTS, _PAIRS = 192, 48
_CLIENTS = (1, 16)
_WORKERS = (1, 2)
_K = 20
_SEED = 11
_FILTERS = ({}, {"holder": ["第1大学", "第2大学", "第3大学"]}, {"type": ["发明专利"]})
_AIM, _ADDED_AIM, _PAGE_AIM = 1.5, 0.003, 100_000
_SECRET = "一个足够长的密码-2026"
_BLOCKING = re.compile(rb"<script(?![^>]*\b(?:defer|async)\b)(?![^>]*type=\"module\")")
_MIB = 1 << 20


def main() -> None:
    """Print all."""
    asked = sizes(__doc__)
    home = indexed(asked)
    bodies: list[dict[str, object]] = [
        {"text": f"{need.title}\n{need.description}", "k": _K, "as_of": AS_OF.isoformat(), **_FILTERS[n % 3]}
        for n, need in enumerate(needs(_REQUESTS, _SEED))
    ]
    cores = os.cpu_count() or 1
    print(f"Searches of {asked.patents:,} patents, {_K} matches each, {cores} cores shared with the clients")
    engine = parts(home, bodies[:_PAIRS])
    for workers in _WORKERS:
        with served(home, workers) as server:
            loads(server, home, bodies, engine)
            if workers == _WORKERS[0]:
                added(server, home, bodies[:_PAIRS])
                pages(server, home, asked)
            memory(server)


def parts(home: Path, bodies: list[dict[str, object]]) -> float:
    """Print the processor time of what makes up an answer; the engine's seconds a search."""
    found = measure(_parts, home, bodies).answer
    print(f"\n{'processor time of one search':52s}{'milliseconds':>14s}")
    for name, seconds in found.items():
        print(f"{name:52s}{seconds * 1000:14.2f}", flush=True)
    return float(found["the engine alone"])


def loads(server: Served, home: Path, bodies: list[dict[str, object]], engine: float) -> None:
    """Print what the clients see; the aim of p95 of 16 is 1.5 × (16 / cores) × the engine's processor time."""
    headers, cores = _key(home), os.cpu_count() or 1
    name = f"{server.workers} worker{'s' if server.workers > 1 else ''}"
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=300)) as connection:
        first = clocked(ask, connection, "/api/v1/search", headers, orjson.dumps(bodies[-1])).seconds
    print(f"\n{name}: ready after {server.start:.1f} s, the first search then took {first * 1000:.0f} ms")
    print(f"{'':24s}{'p50 ms':>10s}{'p95 ms':>10s}{'a second':>10s}{'processor ms':>14s}{'p95 / aim':>11s}")
    for clients in _CLIENTS:
        _line("framework", clients, closed_loop(server, "/health", headers, [None] * 400, clients))
    closed_loop(server, "/api/v1/search", headers, bodies[: 2 * _CLIENTS[-1]], _CLIENTS[-1])
    for clients in _CLIENTS:
        load = closed_loop(server, "/api/v1/search", headers, bodies, clients)
        _line("search", clients, load, _AIM * clients / cores * engine if clients > cores else 0.0)


def added(server: Served, home: Path, bodies: list[dict[str, object]]) -> None:
    """Print what the interface adds to the engine for one client."""
    found = measure(_paired, home, server.port, bodies).answer
    print(
        f"\nInterface over engine, median of {len(bodies)} pairs: {median(found) * 1000:.1f} ms by the clock",
        end="",
    )
    print(f" (aim ≤ {_ADDED_AIM * 1000:.0f})", flush=True)


def pages(server: Served, home: Path, asked: Sizes) -> None:
    """Print how large the pages are that people see most, and whether a script holds their first paint up."""
    cookie, csrf = _session(home)
    with opened(home) as workspace:
        patent = workspace.store.patents.page("", 1)[0].id
        need = workspace.store.needs.page("", 1)[0]
    form = urlencode({"csrf": csrf, "text": f"{need.title}\n{need.description}"}).encode()
    sought = (
        ("search, empty", "/", None),
        ("search, with results", "/", form),
        ("patent", f"/patents/{quote(patent)}", None),
        ("need", f"/needs/{quote(need.id)}", None),
    )
    print(
        f"\n{f'page, of {asked.patents:,} patents':32s}{'bytes':>10s}{'gzip':>10s}{'blocking scripts':>18s}"
    )
    headers = {"Cookie": f"matcher_session={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=300)) as connection:
        for name, address, sent in sought:
            status, content = ask(connection, address, headers, sent)
            if status != 200:
                raise SystemExit(f"{address}: {status}")
            packed = ask(connection, address, headers | {"Accept-Encoding": "gzip"}, sent)[1]
            blocking = len(_BLOCKING.findall(content))
            missed = "" if len(content) < _PAGE_AIM else f"  above the aim of {_PAGE_AIM:,}"
            print(f"{name:32s}{len(content):10,d}{len(packed):10,d}{blocking:18d}{missed}", flush=True)


def memory(server: Served) -> None:
    """Print what each worker holds: mapped files that several workers read stand in memory once."""
    print(
        f"\n{'memory of each worker, MiB':32s}{'resident':>10s}{'own share':>10s}{'private':>10s}{'shared':>10s}"
    )
    for number, held in enumerate(server.held(), 1):
        sizes_ = (held.resident, held.pss, held.private, held.shared)
        name = f"{number} of {server.workers}"
        print(f"{name:32s}" + "".join(f"{size / _MIB:10.0f}" for size in sizes_), flush=True)


def _line(what: str, clients: int, load: Load, aim: float = 0.0) -> None:
    name = f"{what}, {clients} client{'s' if clients > 1 else ''}"
    ratio = f"{load.p95 / aim:9.2f} ×" if aim else ""
    times = (
        f"{load.p50 * 1000:10.1f}{load.p95 * 1000:10.1f}{load.per_second:10.1f}{load.processor * 1000:14.1f}"
    )
    print(f"{name:24s}{times}{ratio}", flush=True)


def _parts(home: Path, bodies: list[dict[str, object]]) -> Cost:
    """Mean processor seconds of each part, by name, one after the other and no server around them."""
    from api.access.audiences import of_search
    from api.access.roles import Caller, Role
    from api.http.questions import SearchBody
    from matcher.matchlists.exports import list_rows
    from matcher.matchlists.exports.json_file import document

    audience = of_search(Caller("基准测试", Role.BUREAU))
    sent = [orjson.dumps(body) for body in bodies]
    with opened(home) as workspace:
        from matcher import usecases

        request = usecases.ListRequest(AS_OF, NOW, k=_K)

        def search(asked: list[SearchBody]) -> list[MatchList]:
            return [usecases.match_text(workspace, one.text, request, one.patents()) for one in asked]

        search([SearchBody.model_validate_json(one) for one in sent[:6]])
        checked = clocked(lambda: [SearchBody.model_validate_json(one) for one in sent])
        engine = clocked(search, checked.answer)
        worded = clocked(
            lambda: [document(list_rows(one, audience.preset, audience.recipient)) for one in engine.answer]
        )
        written = clocked(lambda: [orjson.dumps(one) for one in worded.answer])
        packed = clocked(lambda: [gzip.compress(one, 2) for one in written.answer])
    named = {
        "the engine alone": engine,
        "checking what is asked": checked,
        "wording the answer": worded,
        "writing it": written,
        "packing it": packed,
    }
    return Cost(0, 0, answer={name: cost.processor / len(bodies) for name, cost in named.items()})


def _paired(home: Path, port: int, bodies: list[dict[str, object]]) -> Cost:
    """Seconds that each request takes longer over HTTP than of the engine in this process; both have seen it once."""
    from api.http.questions import SearchBody
    from matcher import usecases

    headers, request = _key(home), usecases.ListRequest(AS_OF, NOW, k=_K)
    asked = [(orjson.dumps(body), SearchBody.model_validate(body)) for body in bodies]
    found = []
    with opened(home) as workspace, closing(HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
        for _ in range(2):
            found.clear()
            for sent, body in asked:
                started = time.perf_counter()
                usecases.match_text(workspace, body.text, request, body.patents())
                between = time.perf_counter()
                ask(connection, "/api/v1/search", headers, sent)
                found.append(time.perf_counter() - between - (between - started))
    return Cost(0, 0, answer=found)


def _access(home: Path) -> Access:
    from api.access.sign_in import Access
    from api.store.database import open_service
    from matcher.settings import Settings

    return Access(open_service(Settings(home=home)))


def _key(home: Path) -> dict[str, str]:
    """Headers of a program of the bureau's, which takes packed answers."""
    from api.access.keys import KeyRequest
    from api.access.roles import Role

    wanted = KeyRequest("基准测试", Role.BUREAU, ("search",), days=1)
    key = _access(home).new_key("基准测试", wanted, datetime.now())
    return {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept-Encoding": "gzip",
    }


def _session(home: Path) -> tuple[str, str]:
    """Cookie and form token of a new account of the bureau's."""
    from api.access.roles import Caller, Role

    access, now = _access(home), datetime.now()
    link = access.invite(Caller("基准测试", Role.BUREAU), "基准测试", Role.BUREAU, "", now)
    signed_in = access.accept(link, f"benchmark{time.time_ns()}", _SECRET, now)
    return signed_in.token, signed_in.caller.csrf


if __name__ == "__main__":
    main()
