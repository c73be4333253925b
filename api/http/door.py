"""From where the service may be asked: this machine alone or, where the settings name one, the proxy that brings TLS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from api.access.secrets import same
from api.http.problems import Problem
from matcher.settings import ProxySettings

SECRET = "X-Proxy-Secret"
_OURS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names by which this machine calls itself. A page elsewhere may point its own name here (DNS rebinding)."""
_PROBES = frozenset({"/health", "/ready", "/metrics"})
"""What this machine may ask beside the proxy."""
_FOR_ALL = frozenset({"/health"})
"""Of these, what others may ask through the proxy: the rest tells of numbers and folders."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let through; without an origin in the settings, this machine's own programs and browsers."""

    proxy: ProxySettings

    @property
    def public(self) -> bool:
        """Whether others come through a proxy; browsers then speak TLS."""
        return bool(self.proxy.origin)

    def refusal(self, scope: Scope, headers: Headers) -> Problem | None:
        """Why a request may not pass, None where it may."""
        host, probe = headers.get("host", ""), scope["path"] in _PROBES
        local = re.sub(r":\d+$", "", host) in _OURS | {_server(scope)}
        proxied = self._through_proxy(scope, headers)
        if self.public and (proxied or not (probe and local and _from_here(scope))):
            origin = self.proxy.origin
            if not proxied or host != urlsplit(origin).netloc:
                return Problem(403, "not_through_proxy", f"请通过 {origin} 访问本服务。")
            if probe and scope["path"] not in _FOR_ALL:
                return Problem(403, "local_only", f"{scope['path']} 只回答运行服务的电脑，不经代理提供。")
        elif not local:
            return Problem(400, "foreign_host", f"本服务只在本机使用，不接受发往“{host[:60]}”的请求。")
        else:
            origin = f"http://{host}"
        if scope["method"] not in _SAFE and _from_elsewhere(headers, origin):
            return Problem(403, "foreign_origin", "请求来自其他网站，已拒绝。请从本系统的页面操作。")
        return None

    def client(self, scope: Scope, headers: Headers) -> str:
        """The address that asks: as the trusted proxy says, the nearest that is none of its own; else the peer's."""
        peer = _peer(scope)
        if not self._through_proxy(scope, headers):
            return peer
        for part in reversed(headers.get("x-forwarded-for", "").split(",")):
            address = part.strip()
            if not _is_address(address):
                return peer
            if not self._trusts(address):
                return address
        return peer

    def _through_proxy(self, scope: Scope, headers: Headers) -> bool:
        secret = self.proxy.secret.get_secret_value()
        return self.public and self._trusts(_peer(scope)) and same(headers.get(SECRET, ""), secret)

    def _trusts(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in one for one in self.proxy.trusted)


def _peer(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _server(scope: Scope) -> str:
    """The address at which this machine was reached."""
    return str(scope["server"][0]) if scope.get("server") else ""


def _from_here(scope: Scope) -> bool:
    """Whether the other end is this machine, by whichever of its addresses it is served at."""
    peer = _peer(scope)
    return _is_address(peer) and (ip_address(peer).is_loopback or peer == _server(scope))


def _from_elsewhere(headers: Headers, ours: str) -> bool:
    """Whether a browser says that another site's page sends this (programs say nothing)."""
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "none")
    return (origin is not None and origin != ours) or site not in ("same-origin", "none")
