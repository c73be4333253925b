"""Speaks to a model service over HTTP: time limits, retries with back-off, rate limits, and no trust in its answers."""

from __future__ import annotations

import ipaddress
import json
import os
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2 as httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from models.contract import ModelUnusable, Service

_LARGEST = 256_000_000
"""Bytes of one answer."""
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
"""Seconds between two attempts, whatever the service asks for."""
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_QUOTED = 120


class _Again(Exception):
    """An attempt that may succeed later; `wait` is what the service asked for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def is_external(address: str) -> bool:
    """Whether texts sent there leave this machine; raises ModelUnusable for what is no HTTP address."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ModelUnusable(f"服务地址“{address}”无法识别，应形如 http://127.0.0.1:8000/v1。") from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise ModelUnusable(
            f"服务地址“{url.copy_with(userinfo=b'')}”无法识别，应形如 http://127.0.0.1:8000/v1；"
            "密钥只能放在环境变量中，不能写进地址。"
        )
    if url.host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return True


class Endpoint:
    """One service. `clock` and `sleep` are arguments for tests; both count seconds."""

    def __init__(
        self,
        service: Service,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._clock = clock
        self._sleep = sleep
        # What stays on this machine takes no proxy; a redirect might lead off it and is never followed.
        self._client = httpx.Client(trust_env=is_external(service.address), follow_redirects=False)

    @property
    def address(self) -> str:
        """Where it is, without a slash at the end."""
        return self._service.address.rstrip("/")

    def post(self, path: str, document: dict[str, Any]) -> Any:  # noqa: ANN401 (whatever the service answers)
        """The JSON that the service answers; raises ModelUnusable after the last attempt, or at once where no other can help."""
        attempts = Retrying(
            stop=stop_after_attempt(self._service.attempts),
            wait=_wait,
            retry=retry_if_exception_type(_Again),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return attempts(self._once, f"{self.address}/{path}", document)
        except _Again as error:
            raise ModelUnusable(
                f"模型服务 {self.address} {error}（共尝试 {self._service.attempts} 次）；"
                "请检查服务是否正常运行，或稍后再试。"
            ) from error

    def _once(self, url: str, document: dict[str, Any]) -> Any:  # noqa: ANN401
        deadline = self._clock() + self._service.seconds
        try:
            with self._client.stream(
                "POST", url, json=document, headers=self._headers(), timeout=self._service.seconds
            ) as answer:
                body = self._body(answer, deadline)
        except httpx.TimeoutException as error:
            raise self._late() from error
        except httpx.TransportError as error:
            raise _Again(f"无法连接或中断（{type(error).__name__}）") from error
        if answer.status_code in _BUSY:
            raise _Again(f"返回状态 {answer.status_code}", _asked_wait(answer.headers))
        if answer.status_code != httpx.codes.OK:
            raise ModelUnusable(self._refused(answer.status_code, body))
        try:
            return json.loads(body)
        except ValueError as error:
            raise ModelUnusable(
                f"模型服务 {self.address} 返回的不是 JSON；请核对服务地址（应以 /v1 结尾）。"
            ) from error

    def _body(self, answer: httpx.Response, deadline: float) -> bytes:
        """The whole answer, as long as it comes in time and is no flood."""
        parts = bytearray()
        for part in answer.iter_bytes():
            parts += part
            if self._clock() > deadline:
                raise self._late()
            if len(parts) > _LARGEST:
                raise ModelUnusable(f"模型服务 {self.address} 的答复超过 {_LARGEST:,} 字节，不予读取。")
        return bytes(parts)

    def _late(self) -> _Again:
        return _Again(f"在 {self._service.seconds:g} 秒内没有答完")

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self._service.key_variable, "") if self._service.key_variable else ""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _refused(self, status: int, body: bytes) -> str:
        if status in (401, 403):
            where = self._service.key_variable or "（设置 key_variable 指定的）"
            return f"模型服务 {self.address} 拒绝访问（{status}）；请检查环境变量 {where} 中的密钥。"
        if 300 <= status < 400:
            return f"模型服务 {self.address} 要求跳转到别处（{status}），不予跟随；请在设置中写明最终地址。"
        said = " ".join(body[: 4 * _QUOTED].decode("utf-8", "replace").split())[:_QUOTED]
        return f"模型服务 {self.address} 返回状态 {status}（{said}）；请核对地址和模型名称。"


def _wait(state: RetryCallState) -> float:
    """What the service asked for, else ½, 1, 2, 4 … seconds."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _Again) else None
    grown = _FIRST_WAIT * 2.0 ** (state.attempt_number - 1)
    return min(grown if asked is None else asked, _LONGEST_WAIT)


def _asked_wait(headers: httpx.Headers) -> float | None:
    """Retry-After in seconds: as a number, or as a time beside the service's own Date (RFC 9110, 10.2.3)."""
    stated = headers.get("Retry-After", "").strip()
    if stated.isdigit():
        return float(stated)
    try:
        until, now = parsedate_to_datetime(stated), parsedate_to_datetime(headers.get("Date", ""))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
