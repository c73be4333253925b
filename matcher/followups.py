"""What comes after a list is handed out, one short function per verb: forms that come back, outcomes, duties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from matcher.domain import FeeTerms, Transaction, TransactionKind
from matcher.errors import Conflict, InputError, NotFound
from matcher.events import Event, ListState, Participation
from matcher.importing.cells import RowRefused
from matcher.importing.report import ImportReport, RowProblem, Severity
from matcher.matchlists.duties import due_this_week, duties_of
from matcher.matchlists.forms import FEEDBACK, REPLY, FormRow, read_forms
from matcher.matchlists.round_trip import Answer, SignUp, read_answer, read_reply, read_sign_up
from matcher.outcomes import Change, Duty, Outcome, State, Step, advance, step
from matcher.workspace import Workspace


def import_forms(workspace: Workspace, path: Path, at: datetime, by: str = "") -> ImportReport:
    """Take in a filled file (对接反馈, 参会回执, 现场意向登记); every good row lands, the others are explained.

    `landed` rows changed something, `merged` ones said nothing new or were left blank. The same file again lands 0.
    """
    problems: list[RowProblem] = []
    rows = read_forms(path, workspace.settings.limits, problems)
    landed = merged = refused = 0
    for row in rows:
        try:
            changed = _take(workspace, row, path.name, at, by)
        except RowRefused as reason:
            refused += 1
            row.cells.problem(reason.field, str(reason), Severity.REFUSED)
        else:
            landed, merged = landed + changed, merged + (not changed)
    return ImportReport(path.name, "forms", landed, merged, refused, problems=tuple(problems))


def change_outcome(
    workspace: Workspace, match_id: str, change: Change, seen_version: int | None = None
) -> Outcome:
    """A match in its next state; a signed one becomes a transaction with its duties. Raises NotFound, Conflict, InputError."""
    before = workspace.store.outcomes.many([match_id]).get(match_id)
    if before is None:
        raise NotFound(f"没有编号为“{match_id}”的对接。请核对对接编号；清单发布后才开始跟踪。")
    after = advance(before, change, seen_version)
    if after is before:
        return before
    deals: list[Transaction] = []
    duties: tuple[Duty, ...] = ()
    if after.state is State.SIGNED and before.state is not State.SIGNED:
        if after.effective is None:
            raise InputError(
                f"对接 {match_id} 改为“已签约”须填写合同生效日：备案等期限由此起算。",
                code="effective_missing",
            )
        deals, duties = [_deal(workspace, after)], duties_of(after)
    workspace.store.outcomes.change(before, after, step(before, after, change), duties, deals)
    return after


def duties_this_week(workspace: Workspace, day: date) -> tuple[Duty, ...]:
    """Open duties due by the end of the week, overdue ones first."""
    return due_this_week(tuple(workspace.store.outcomes.duties()), day)


def history(workspace: Workspace, match_id: str) -> list[Step]:
    """Every step of one match, the first one first."""
    return workspace.store.outcomes.history([match_id])


def participants(workspace: Workspace, event: Event) -> Sequence[Participation]:
    """Who has answered the invitation."""
    return workspace.store.roadshows.participations(event.id)


def _take(workspace: Workspace, row: FormRow, file: str, at: datetime, by: str) -> bool:
    """Whether the row changed anything; raises RowRefused."""
    if row.form is FEEDBACK:
        answer = read_answer(row.cells)
        return answer is not None and _answered(workspace, answer, file, at, by)
    if row.form is REPLY:
        reply = read_reply(row.cells)
        return reply is not None and _replied(workspace, reply)
    sign_up = read_sign_up(row.cells)
    return sign_up is not None and _signed_up(workspace, sign_up, file, at, by)


def _answered(workspace: Workspace, answer: Answer, file: str, at: datetime, by: str) -> bool:
    _require_shown(workspace, answer)
    change = Change(
        state=answer.state,
        by=answer.by or by or "填表企业",
        at=datetime.combine(answer.on, at.time()) if answer.on and answer.on <= at.date() else at,
        reason=answer.reason,
        note=answer.note,
        mode=answer.mode,
        amount=answer.amount,
        source=file,
        list_id=answer.list_id,
    )
    return _changed(workspace, answer.match_id, change, answer.seen_version)


def _changed(workspace: Workspace, match_id: str, change: Change, seen: int | None = None) -> bool:
    """Whether the change said anything new; what is not possible refuses the row."""
    before = workspace.store.outcomes.many([match_id]).get(match_id)
    try:
        after = change_outcome(workspace, match_id, change, seen)
    except (Conflict, InputError, NotFound) as error:
        raise RowRefused(str(error), "match_id") from error
    return before is None or after.version != before.version


def _require_shown(workspace: Workspace, answer: Answer) -> None:
    """Refuse a row whose match is not followed, or was not on the list that it names."""
    outcome = workspace.store.outcomes.many([answer.match_id]).get(answer.match_id)
    if outcome is None:
        raise RowRefused("本工作区没有这个对接编号：可能出自另一工作区，或清单尚未发布。", "match_id")
    if not answer.list_id:
        return
    version = workspace.store.roadshows.list_version(answer.list_id)
    if version is None:
        raise RowRefused(f"没有编号为“{answer.list_id}”的清单，这一行可能出自别的系统。", "list_id")
    if not workspace.store.roadshows.holds(version.id, answer.match_id):
        raise RowRefused(f"清单 {version.id} 中没有这个对接编号，可能粘错了行。", "list_id")
    if version.state in (ListState.DRAFT, ListState.REVIEW):
        raise RowRefused(f"清单 {version.id} 处于“{version.state}”，尚未发布。", "list_id")


def _replied(workspace: Workspace, reply: Participation) -> bool:
    if workspace.store.roadshows.find(reply.event_id) is None:
        raise RowRefused(f"没有编号为“{reply.event_id}”的活动。", "event")
    return workspace.store.roadshows.put_participations([reply]) > 0


def _signed_up(workspace: Workspace, sign_up: SignUp, file: str, at: datetime, by: str) -> bool:
    match_id = sign_up.match_id or _match_of(workspace, sign_up)
    change = Change(
        State.INTERESTED,
        sign_up.by or by or "现场登记",
        at,
        note=sign_up.note,
        mode=sign_up.mode,
        amount=sign_up.amount,
        source=file,
    )
    outcome = workspace.store.outcomes.many([match_id]).get(match_id)
    if outcome is not None and outcome.state in (State.NEGOTIATING, State.SIGNED):
        return False  # already further than interest
    return _changed(workspace, match_id, change)


def _match_of(workspace: Workspace, sign_up: SignUp) -> str:
    """The followed match of an enterprise and a patent: the only one, or the first by need."""
    event = workspace.store.roadshows.find(sign_up.event)
    if event is None:
        raise RowRefused(f"没有编号为“{sign_up.event}”的活动。", "event")
    patent = workspace.store.patents.find(sign_up.patent)
    if patent is None:
        raise RowRefused("没有找到这件专利，请核对专利号。", "patent")
    matches = [o for o in workspace.store.outcomes.of_event(event.id) if o.patent_id == patent.id]
    needs = workspace.store.needs.many(outcome.need_id for outcome in matches)
    named = workspace.store.enterprises.find(sign_up.enterprise)
    for outcome in sorted(matches, key=lambda outcome: outcome.need_id):
        need = needs.get(outcome.need_id)
        if need is not None and (
            need.enterprise == sign_up.enterprise or (named is not None and need.enterprise_id == named.id)
        ):
            return outcome.id
    raise RowRefused(
        f"活动 {event.id} 的清单中没有“{sign_up.enterprise}”与这件专利的对接。请先登记需求并把这一对指定列入清单。",
        "enterprise",
    )


def _deal(workspace: Workspace, outcome: Outcome) -> Transaction:
    """A signed match as a transaction: what the next evaluation learns from."""
    patent = workspace.store.patents.get(outcome.patent_id)
    need = workspace.store.needs.get(outcome.need_id)
    return Transaction(
        id=f"deal-{outcome.id}",
        patent_id=outcome.patent_id,
        kind=TransactionKind(str(outcome.mode)),
        on=outcome.effective,
        seller="；".join(patent.holders) if patent else "",
        buyer=need.enterprise if need else "",
        buyer_id=need.enterprise_id if need else "",
        fee=None if outcome.amount is None else FeeTerms(amount=outcome.amount),
        region=need.region if need else "",
        source=f"对接签约（清单 {outcome.list_id}）",
        own_id=outcome.id,
    )
