"""A refusal as people see it: one sentence, or the way to sign in."""

from __future__ import annotations

from fastapi import Request, Response

from api.pages.rendering import bare_page, see_other


def refusal_page(request: Request, status: int, sentence: str, request_id: str) -> Response:
    """The page of an error; whoever only looked, without being signed in, is sent to sign in."""
    if status == 401 and request.method == "GET":
        return see_other("/sign-in")
    return bare_page("refusal.html", status, caller=None, sentence=sentence, request_id=request_id)
