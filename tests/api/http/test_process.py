"""The socket at which several server processes listen."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

import pytest
from uvicorn.config import Config

from api.http.process import Sharing, listening


def test_what_is_accepted_sends_at_once() -> None:
    with listening(Config("unused:app", host="127.0.0.1", port=0)) as bound:
        bound.listen()
        with socket.create_connection(bound.getsockname()):
            accepted, _ = bound.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


class Closing(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def test_a_process_takes_one_connection_and_leaves_those_that_wait_to_others() -> None:
    loop = Sharing()
    with listening(Config("unused:app", host="127.0.0.1", port=0)) as bound, ExitStack() as clients:
        bound.listen()
        bound.setblocking(False)
        for _ in range(3):
            clients.enter_context(socket.create_connection(bound.getsockname()))
        loop._accept_connection(Closing, bound, None, None, 100)
        left = [clients.enter_context(bound.accept()[0]) for _ in range(2)]
        with pytest.raises(BlockingIOError):
            bound.accept()
        assert len(left) == 2
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
    loop.close()
