"""Failed sign-ins by address, so that nobody tries one password on many accounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from api.access.policy import NotSignedIn

_MOST = 20
_SPAN = timedelta(minutes=15)


class TooManyAttempts(NotSignedIn):
    """An address has failed too often."""

    code = "too_many_attempts"


class Attempts:
    """The failures that one process has seen within the last 15 minutes; each process counts its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failed: dict[str, list[datetime]] = {}

    def require(self, address: str, at: datetime) -> None:
        """Raise TooManyAttempts after 20 failures of an address, until the first of them is 15 minutes old."""
        with self._lock:
            recent = [moment for moment in self._failed.get(address, ()) if moment > at - _SPAN]
        if len(recent) >= _MOST:
            raise TooManyAttempts("此地址登录失败次数过多，请 15 分钟后再试。")

    def failed(self, address: str, at: datetime) -> None:
        """Count a failure; addresses whose time is over are forgotten."""
        with self._lock:
            self._failed.setdefault(address, []).append(at)
            self._failed = {one: times for one, times in self._failed.items() if times[-1] > at - _SPAN}
