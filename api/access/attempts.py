"""Failed sign-ins by address, so that nobody tries one password on many accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.access.policy import NotSignedIn
from api.store.failures import Failures

_MOST = 20
_SPAN = timedelta(minutes=15)


class TooManyAttempts(NotSignedIn):
    """An address has failed too often."""

    code = "too_many_attempts"


class Attempts:
    """The failures of the last 15 minutes, those of all processes together."""

    def __init__(self, failures: Failures) -> None:
        self._failures = failures

    def require(self, address: str, at: datetime) -> None:
        """Raise TooManyAttempts after 20 failures of an address, until the first of them is 15 minutes old."""
        if self._failures.count(address, at - _SPAN) >= _MOST:
            raise TooManyAttempts("此地址登录失败次数过多，请 15 分钟后再试。")

    def failed(self, address: str, at: datetime) -> None:
        """Count a failure."""
        self._failures.add(address, at, at - _SPAN)
