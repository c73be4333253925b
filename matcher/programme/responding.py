"""Responses of a workspace: to R&D orders, to wishes for improvement, to services asked for; one function per verb."""

from __future__ import annotations

from matcher.commissions import CommissionKind
from matcher.errors import InputError, NotFound
from matcher.programme.orders import require_order
from matcher.responses import Response, Subject, Turn, advance, outdated
from matcher.store.database import Store
from matcher.workspace import Workspace


def respond(
    workspace: Workspace, subject: str, id_: str, turn: Turn, seen_version: int | None = None
) -> Response:
    """Bring an order (need id), a wish (assessment id) or a service (commission id) to a state.

    Raises NotFound, InputError, and Conflict where somebody else was faster or `seen_version` is not the newest.
    What becomes an order has to be one on the day; what is one goes on, whatever patents there are meanwhile.
    """
    known = {each.value: each for each in Subject}
    if subject not in known:
        raise InputError(f"不认识的对象“{subject}”。可选：{'、'.join(known)}。", code="unknown_subject")
    about, store = known[subject], workspace.store
    before = store.responses.many([id_], about)[id_]
    if turn.patent and store.patents.find(turn.patent) is None and not _looks_like_a_number(turn.patent):
        raise InputError(f"“{turn.patent}”不是能识别的专利号或申请号。", code="unknown_number")
    if about is Subject.ORDER:
        _require_order(workspace, before, turn)
    else:
        (_require_wish if about is Subject.WISH else _require_service)(store, id_)
    if seen_version not in (None, before.version):
        raise outdated(before)
    after = advance(before, turn)
    store.responses.change(before, after)
    return after


def _require_order(workspace: Workspace, before: Response, turn: Turn) -> None:
    need = workspace.store.needs.get(before.id)
    if need is None:
        raise NotFound(f"没有编号为“{before.id}”的需求。")
    advance(before, turn)  # what may not follow is told before anything is matched
    if before.version == 0:
        require_order(workspace, need, turn.at.date())


def _require_wish(store: Store, assessment_id: str) -> None:
    assessment = store.assessments.get(assessment_id)
    if assessment is None:
        raise NotFound(
            f"没有编号为“{assessment_id}”的企业评价。评价编号见 matcher assessments summary 写出的改进需求表。"
        )
    if not assessment.improvement:
        raise InputError(f"评价 {assessment_id} 没有提出改进需求。", code="no_wish")


def _require_service(store: Store, commission_id: str) -> None:
    found = store.commissions.get(commission_id)
    if found is None or found.kind is not CommissionKind.SERVICE:
        raise NotFound(f"没有编号为“{commission_id}”的服务对接。分派编号见 matcher assigned 写出的分派明细。")


def _looks_like_a_number(text: str) -> bool:
    """A patent that came of an order may not be in the base library yet."""
    from matcher.importing.cells import parse_number

    try:
        parse_number(text)
    except InputError:
        return False
    return True
