"""The real service: `matcher serve` as a process of its own with its workers, on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from matcher.settings import Settings

_START_SECONDS = 90


@dataclass(frozen=True)
class Service:
    """A running service: its address and the process that was started."""

    base: str
    process: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> list[int]:
        """The ids of the processes that answer: those that hold the application's memory, not the supervisor."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [
            int(child) for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
        ]

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many live: one that died is replaced."""
        until = time.monotonic() + _START_SECONDS
        while len(self.workers()) != count and time.monotonic() < until:
            time.sleep(0.1)

    def wait_until_up(self) -> None:
        """Wait for the first answer."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                httpx2.get(f"{self.base}/health", timeout=5)
                return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise RuntimeError(self.log.read_text(encoding="utf-8", errors="replace")[-3000:])


@contextmanager
def served(
    settings: Settings, workers: int, variables: dict[str, str] | None = None, host: str = "127.0.0.1"
) -> Iterator[Service]:
    """The service over a workspace; `variables` are added to its environment."""
    port = free_port()
    log = settings.home / "serve.log"
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
    options = ["--home", str(settings.home), "--host", host, "--port", str(port), "--workers", str(workers)]
    known = {"MATCHER_DATABASE_URL": settings.database_url} if settings.database_url else {}
    environment = {**os.environ, **known, **(variables or {}), "OMP_NUM_THREADS": "1"}
    with (
        log.open("wb") as output,
        subprocess.Popen([*command, *options], stdout=output, stderr=output, env=environment) as process,
    ):
        service = Service(f"http://{host}:{port}", process, log)
        try:
            service.wait_until_up()
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
