"""A model service on 127.0.0.1 that answers well, badly, late or not at all, as a test wants."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

DIMENSION = 8


@dataclass
class Answer:
    """What goes back for one request; `slowly` sends a byte every 20 ms, `hang` nothing until the test ends."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slowly: bool = False
    hang: bool = False


Behaviour = Callable[[dict[str, Any]], Answer]


def vector(text: str, model: str = "m") -> list[float]:
    """A vector of a text under a model, of length 1 to 8 decimals, always the same."""
    seed = int.from_bytes(hashlib.sha256(f"{model}|{text}".encode()).digest()[:8], "big")
    drawn = np.random.default_rng(seed).standard_normal(DIMENSION)
    return [float(value) for value in drawn]


def embeddings(request: dict[str, Any]) -> Answer:
    """A good answer of /v1/embeddings, its rows in reverse order as the format allows."""
    rows = [
        {"object": "embedding", "index": place, "embedding": vector(text, request["model"])}
        for place, text in enumerate(request["input"])
    ]
    return Answer({"object": "list", "data": rows[::-1], "model": request["model"]})


class ModelServer(ThreadingHTTPServer):
    """Answers with the next of `plan`, then with `usual`; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, usual: Behaviour = embeddings) -> None:
        self.usual = usual
        self.plan: list[Answer | Behaviour] = []
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def close(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        server.asked.append(request)
        server.paths.append(self.path)
        server.keys.append(self.headers["Authorization"])
        planned = server.plan.pop(0) if server.plan else server.usual
        answer = planned if isinstance(planned, Answer) else planned(request)
        if answer.hang:
            server.released.wait()
            return
        body = answer.document if isinstance(answer.document, bytes) else json.dumps(answer.document).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for start in range(0, len(body), 1 if answer.slowly else max(len(body), 1)):
            if answer.slowly:
                time.sleep(0.02)
            try:
                self.wfile.write(body[start : start + 1] if answer.slowly else body)
            except OSError:
                return

    def log_message(self, format: str, *values: object) -> None:
        """Silence."""
