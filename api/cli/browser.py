"""Opens a page in this machine's browser once the service answers."""

from __future__ import annotations

import socket
import threading
import time
import webbrowser

_PATIENCE = 120.0
"""Seconds: a first start may have an index to build."""


def open_when_ready(host: str, port: int, address: str) -> None:
    """In the background: wait until the port takes connections, then open the address; gives up quietly."""
    threading.Thread(target=_open, args=(host, port, address), daemon=True).start()


def _open(host: str, port: int, address: str) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            webbrowser.open(address)
            return
