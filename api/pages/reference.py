"""接口: the description of the interface as a page, made from its OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.pages.rendering import page
from api.serving import Anyone

router = APIRouter(include_in_schema=False)

_PLACES = {"path": "地址", "query": "查询", "header": "请求头"}


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter: where it stands and what it means."""

    name: str
    place: str
    meaning: str


@dataclass(frozen=True, slots=True)
class _Operation:
    """One operation as the page shows it; `example` is a body, `statuses` what it may answer."""

    address: str
    summary: str
    parameters: tuple[_Parameter, ...]
    example: str
    statuses: tuple[str, ...]


@router.get("/docs")
def reference(request: Request, serving: Anyone) -> Response:
    """Every operation with its parameters, an example and its refusals."""
    schema: dict[str, Any] = request.app.openapi()
    operations = [
        _Operation(
            f"{method.upper()} {path}",
            operation["summary"],
            tuple(map(_parameter, operation.get("parameters", []))),
            _example(operation),
            tuple(operation["responses"]),
        )
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return page(serving, "reference.html", about=schema["info"]["description"], operations=operations)


def _parameter(stated: dict[str, Any]) -> _Parameter:
    return _Parameter(stated["name"], _PLACES[stated["in"]], stated.get("description", ""))


def _example(operation: dict[str, Any]) -> str:
    """The first example of a request's body, as JSON."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(body.get("examples", {}).values())
    return orjson.dumps(examples[-1]["value"], option=orjson.OPT_INDENT_2).decode() if examples else ""
