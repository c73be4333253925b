"""Responses of a workspace: who takes up an R&D order, what a holder answers to a wish, one function per verb."""

from __future__ import annotations

from matcher.errors import InputError, NotFound
from matcher.responses import Response, Subject, Turn, advance
from matcher.store.database import Store


def respond(store: Store, subject: str, id_: str, turn: Turn) -> Response:
    """Bring an order (need id) or a wish (assessment id) to a state; raises NotFound, InputError, Conflict."""
    known = {each.value: each for each in Subject}
    if subject not in known:
        raise InputError(f"不认识的对象“{subject}”。可选：{'、'.join(known)}。", code="unknown_subject")
    about = known[subject]
    if about is Subject.ORDER and store.needs.get(id_) is None:
        raise NotFound(f"没有编号为“{id_}”的需求。")
    if about is Subject.WISH:
        assessment = store.assessments.get(id_)
        if assessment is None:
            raise NotFound(
                f"没有编号为“{id_}”的企业评价。评价编号见 matcher assessments summary 写出的改进需求表。"
            )
        if not assessment.improvement:
            raise InputError(f"评价 {id_} 没有提出改进需求。", code="no_wish")
    if turn.patent and store.patents.find(turn.patent) is None and not _looks_like_a_number(turn.patent):
        raise InputError(f"“{turn.patent}”不是能识别的专利号或申请号。", code="unknown_number")
    before = store.responses.many([id_], about)[id_]
    after = advance(before, turn)
    store.responses.change(before, after)
    return after


def _looks_like_a_number(text: str) -> bool:
    """A patent that came of an order may not be in the base library yet."""
    from matcher.importing.cells import parse_number

    try:
        parse_number(text)
    except InputError:
        return False
    return True
