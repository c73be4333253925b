"""All pages, and what they need besides."""

from __future__ import annotations

from pathlib import Path

from starlette.staticfiles import StaticFiles

from api.handing_in import LARGEST
from api.pages import (
    assigned,
    comparing,
    confirming,
    evaluation,
    event_lists,
    event_tuning,
    events,
    filling,
    imports,
    interests,
    jobs,
    lists,
    management,
    meetings,
    messages,
    need_forms,
    needs,
    outcomes,
    patents,
    progress_rows,
    reference,
    search,
    sign_in,
    status,
)

ROUTERS = tuple(
    module.router
    for module in (
        search,
        comparing,
        patents,
        needs,
        need_forms,
        events,
        event_lists,
        event_tuning,
        meetings,
        outcomes,
        lists,
        imports,
        jobs,
        status,
        progress_rows,
        evaluation,
        management,
        assigned,
        confirming,
        filling,
        interests,
        messages,
        reference,
        sign_in,
    )
)
UPLOADS = {imports.ADDRESS: imports.LARGEST, evaluation.UPLOAD: LARGEST}
"""Addresses that take files, and the bytes they take."""


def static_files() -> StaticFiles:
    """Style sheet, icon and scripts."""
    return StaticFiles(directory=Path(__file__).parent / "static")
