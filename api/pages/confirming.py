"""确认匿名文字: an enterprise sees what others will see of its need, and agrees or changes it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from api import anonymity
from api.access.policy import Operation, allowed_need
from api.pages.posting import ConfirmForm
from api.pages.rendering import page, path_to, see_other
from api.serving import Confirming, Serving, caller_of
from matcher.domain import Enterprise, Need
from matcher.errors import Conflict

router = APIRouter(include_in_schema=False)

_NeedId = Annotated[str, Path(max_length=200)]


@router.get("/confirmations/{need_id:path}")
def words(serving: Confirming, need_id: _NeedId) -> Response:
    """The words, to be agreed to."""
    need, enterprise = _need(serving, need_id)
    known = serving.services.confirmations.get(need.id)
    shown = anonymity.words_outside(need, enterprise)
    waiting = known is not None and known.confirmed is None
    return page(serving, "confirmation.html", need=need, shown=shown, waiting=waiting, known=known)


@router.post("/confirmations/{need_id:path}")
def agree(
    serving: ConfirmForm,
    need_id: _NeedId,
    seen: Annotated[list[str], Form(max_length=10)] = [],  # noqa: B006
) -> Response:
    """Show the need as 匿名 from now on; raises Conflict where the words are others by now, or nothing waits."""
    need, enterprise = _need(serving, need_id)
    if seen != [text for _, text in anonymity.words_outside(need, enterprise)]:
        raise Conflict("对外显示的文字已有变化。请返回重新打开确认页，核对后再确认。", code="words_changed")
    confirmations, caller = serving.services.confirmations, caller_of(serving)
    held = anonymity.agreed_to(confirmations, caller, need, enterprise, serving.at)
    # Refused where somebody else has changed the need meanwhile: then other words may stand there.
    serving.workspace.store.edits.replace(need, held.need, serving.at.date(), held.along)
    serving.note("确认匿名文字", need.id)
    if serving.workspace.store.patents.count():
        serving.services.worker.build_index(caller.actor)
    return see_other(path_to("needs", need.id))


def _need(serving: Serving, need_id: str) -> tuple[Need, Enterprise | None]:
    store = serving.workspace.store
    need = allowed_need(caller_of(serving), Operation.CONFIRM, store.needs.get(need_id), need_id)
    return need, store.enterprises.get(need.enterprise_id)
