"""Several server processes over one workspace: each opens it for itself, all listen at one address."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from typing import Any

from fastapi import FastAPI
from tenacity import retry, retry_if_exception_type, wait_fixed
from uvicorn.config import Config
from uvicorn.supervisors import Multiprocess

from api.http.app import create_app
from api.http.metrics import SHARED_FOLDER
from matcher.errors import NotReady
from matcher.settings import Settings, load_settings

_HOME, _MODEL = "MATCHER_HOME", "MATCHER_MODEL"
_SILENCE_SECONDS = 120
"""Silence after which a process is taken for dead: a large index is checked and mapped in much less."""
_FAREWELL_SECONDS = 30
"""How long requests in hand may take once the service is told to stop."""


def run_processes(settings: Settings, workers: int, **options: Any) -> None:  # noqa: ANN401 (uvicorn's own)
    """Serve until told to stop; a process that dies is replaced. `options` are uvicorn's."""
    import uvicorn

    with tempfile.TemporaryDirectory(prefix="matcher-metrics-") as folder:
        # The processes are told by their environment what the command line said.
        told = {_HOME: str(settings.home.absolute()), _MODEL: settings.model, SHARED_FOLDER: folder}
        os.environ.update(told)
        config = uvicorn.Config(
            f"{__name__}:application",
            factory=True,
            workers=workers,
            loop=f"{__name__}:Sharing",
            timeout_worker_healthcheck=_SILENCE_SECONDS,
            timeout_graceful_shutdown=_FAREWELL_SECONDS,
            **options,
        )
        with listening(config) as bound:
            Supervisor(config, sockets=[bound]).run()


def listening(config: Config) -> socket.socket:
    """The socket at which all processes listen; what is accepted sends at once.

    asyncio sees to that only on sockets made with the protocol named, which uvicorn's is not, and every answer would wait
    40 ms for a delayed acknowledgement.
    """
    bound = config.bind_socket()
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


class Sharing(asyncio.SelectorEventLoop):
    """An event loop that takes one connection at a time, and leaves the next to a process that has less to do.

    asyncio takes all that wait: of sixteen clients that come together thirteen stay with one process, whose queue is then
    theirs as long as they keep their connections.
    """

    def _accept_connection(self, *served: Any) -> None:  # noqa: ANN401 (asyncio's own)
        protocol, listener, tls, server, _, *limits = served
        super()._accept_connection(protocol, listener, tls, server, 1, *limits)  # type: ignore[misc]


class Supervisor(Multiprocess):
    """uvicorn's, which hears at once that a process has died.

    It asks each process whether it lives, over a pipe of which it holds both ends: one that is killed between question
    and answer would not be missed before the silence is over, and no other be looked after.
    """

    def keep_subprocess_alive(self) -> None:
        """As uvicorn does, with only the process itself at its end of the pipe."""
        for process in self.processes:
            process.child_conn.close()
        super().keep_subprocess_alive()


@retry(retry=retry_if_exception_type(NotReady), wait=wait_fixed(2))
def application() -> FastAPI:
    """The application of one of the processes; it waits for a database that is away."""
    return create_app(load_settings(), warm=True)
