"""Several server processes over one workspace: each opens it for itself, all listen at one address."""

from __future__ import annotations

import os
import socket
import tempfile
from typing import Any

from fastapi import FastAPI
from tenacity import retry, retry_if_exception_type, wait_fixed

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
    from uvicorn.supervisors import Multiprocess

    with tempfile.TemporaryDirectory(prefix="matcher-metrics-") as folder:
        # The processes are told by their environment what the command line said.
        told = {_HOME: str(settings.home.absolute()), _MODEL: settings.model, SHARED_FOLDER: folder}
        os.environ.update(told)
        config = uvicorn.Config(
            f"{__name__}:application",
            factory=True,
            workers=workers,
            timeout_worker_healthcheck=_SILENCE_SECONDS,
            timeout_graceful_shutdown=_FAREWELL_SECONDS,
            **options,
        )
        with config.bind_socket() as listening:
            # What is accepted inherits this; asyncio sets it only on sockets made with the protocol named, which uvicorn's
            # is not, and every answer would wait 40 ms for a delayed acknowledgement.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Multiprocess(config, sockets=[listening]).run()


@retry(retry=retry_if_exception_type(NotReady), wait=wait_fixed(2))
def application() -> FastAPI:
    """The application of one of the processes; it waits for a database that is away."""
    return create_app(load_settings())
