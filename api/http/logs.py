"""What the service writes about itself: lines for people or JSON for collectors, with nothing of what was asked or by whom.

Errors are told by their type and place. Their own words are left out: a database quotes the values that it refuses.
"""

from __future__ import annotations

import logging
import traceback
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Any

import orjson
from starlette.types import Scope

REQUESTS = logging.getLogger("matcher.requests")
"""One line a request, where lines are JSON."""
_OURS = 6
"""Innermost places of an error that are told."""
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LogFormat(StrEnum):
    """How lines are written."""

    TEXT = "text"
    JSON = "json"


class TextLines(logging.Formatter):
    """Time, level and message; of an error its type and place."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 (the library's name)
        """The error without its own words."""
        kind, places = _error(ei)
        return "\n".join([f"  {kind}", *(f"    {place}" for place in places)])


class JsonLines(logging.Formatter):
    """One JSON object a line; `facts` that came with a line stand beside its message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        document: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            document["error"], document["places"] = _error(record.exc_info)
        return orjson.dumps(document).decode()


def log_config(format: LogFormat) -> dict[str, Any]:
    """The configuration of `logging` for one process of the service, as uvicorn takes it."""
    lines = (
        {"()": f"{__name__}.JsonLines"}
        if format is LogFormat.JSON
        else {
            "()": f"{__name__}.TextLines",
            "format": "%(asctime)s %(levelname)s %(message)s",
        }
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": lines},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {REQUESTS.name: {"level": "INFO" if format is LogFormat.JSON else "WARNING"}},
    }


def log_request(scope: Scope, status: int, seconds: float) -> None:
    """A line about an answered request: its number, route pattern, status, time and the caller's role."""
    if not REQUESTS.isEnabledFor(logging.INFO):
        return
    state = scope["state"]
    caller = getattr(state.get("serving"), "caller", None)
    facts = {
        "request_id": state["request_id"],
        "method": scope["method"] if scope["method"].isalpha() else "(other)",
        "route": getattr(scope.get("route"), "path", "(none)"),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "role": str(caller.role) if caller else "",
    }
    REQUESTS.info("request", extra={"facts": facts})


def _error(found: _ExcInfo) -> tuple[str, list[str]]:
    kind, _, trace = found
    places = traceback.extract_tb(trace)[-_OURS:]
    name = "" if kind is None else f"{kind.__module__}.{kind.__qualname__}"
    return name, [f"{place.filename}:{place.lineno} {place.name}" for place in places]
