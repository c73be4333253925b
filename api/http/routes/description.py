"""The interface's own description."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.serving import Anyone, json_answer

router = APIRouter()


@router.get("/api/v1/openapi.json", include_in_schema=False)
def description(request: Request, _: Anyone) -> Response:
    """OpenAPI 3.1."""
    return json_answer(request.app.openapi())
