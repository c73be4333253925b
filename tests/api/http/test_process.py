"""The socket at which several server processes listen."""

from __future__ import annotations

import socket

from uvicorn.config import Config

from api.http.process import listening


def test_what_is_accepted_sends_at_once() -> None:
    with listening(Config("unused:app", host="127.0.0.1", port=0)) as bound:
        bound.listen()
        with socket.create_connection(bound.getsockname()):
            accepted, _ = bound.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
