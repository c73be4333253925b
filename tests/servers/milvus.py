"""A real Milvus server, from the pip package milvus (2.3.5, one process of every role), run for as long as the tests run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from tests.servers.postgres import free_port

PACKAGE = "milvus==2.3.5"
_PATIENCE = 120.0
"""Seconds until a server must answer."""


def unavailable() -> str:
    """Why there is no server on this machine, in one sentence; empty where there can be one."""
    if sys.platform != "linux":
        return "the Milvus server is only started on Linux"
    if find_spec("milvus") is None:
        return f"a Milvus server comes with the package {PACKAGE} (58 MB), which is not installed"
    return ""


class MilvusServer:
    """One server on 127.0.0.1; it may be killed and started again, on the same port, with what it had on disk."""

    def __init__(self, folder: Path) -> None:
        """Unpack the server into an empty folder (450 MB); nothing runs yet."""
        package = import_module("milvus")
        self._port, self._health = free_port(), free_port()
        package.MilvusServerConfig(data_dir=str(folder), proxy_port=self._port).resolve()
        package._initialize_data_files(str(folder))
        self._folder = folder
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, unless it runs, and wait until it answers."""
        if self._process is not None:
            return
        settings = {
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": str(self._health),
            "MILVUS_RUN_DIR": str(self._folder / "run"),
            "LD_LIBRARY_PATH": str(self._folder / "bin"),
        }
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._folder / "bin" / "milvus"), "run", "standalone"],
                env={**os.environ, **settings},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.2)

    def stop(self, mode: str = "immediate") -> None:
        """End it as a crash would, whatever the mode: that is the harder case."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def new_address(self) -> str:
        """For MATCHER_INDEX, with a name of its own."""
        return f"milvus://127.0.0.1:{self._port}/test{next(self._numbers)}"

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._health}/healthz", timeout=5) as answer:
                return b"OK" in answer.read()
        except OSError:
            return False


@contextmanager
def running() -> Iterator[MilvusServer]:
    """A server that is up, and gone afterwards with all its data."""
    with tempfile.TemporaryDirectory(prefix="matcher-milvus-", ignore_cleanup_errors=True) as folder:
        server = MilvusServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
