"""Reading and writing one record over HTTP: shown as its reader may see it, changed by the importer's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from fastapi import Request, Response

from api.access.policy import Extent, Operation, extent
from api.access.roles import Caller, Role
from api.http.paging import cursor_of, page_answer, position
from api.http.preconditions import Outdated, require_match, tagged
from api.http.problems import FieldProblem, InvalidFields
from api.http.questions import PageQuery
from api.serving import Serving, caller_of
from matcher.domain import Assessment, Enterprise, Need, Patent
from matcher.errors import Conflict
from matcher.importing.lines import line_of, read_line
from matcher.store.editing import Along

R = TypeVar("R", Patent, Enterprise, Need, Assessment)

_FIXED = frozenset({"id", "own_id", "source", "encumbrances"})
"""What no edit changes."""
_FILLS = {"maturity_source": "maturity", "payment": "fee"}
"""Fields of a line that another field of the record takes in."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Shelf(Generic[R]):
    """One kind of record as the interface has it."""

    kind: type[R]
    label: str
    address: str
    contacts: frozenset[str] = frozenset()
    """Fields for those entitled to contacts."""

    def hidden(self, caller: Caller, record: R) -> frozenset[str]:
        """What of this record `caller` is not shown."""
        return frozenset() if _entitled(caller, record) else self.contacts

    def shown(self, caller: Caller, record: R) -> dict[str, Any]:
        """The record as `caller` may see it."""
        hidden = self.hidden(caller, record)
        line = {name: value for name, value in line_of(record).items() if name not in hidden}
        return {"id": record.id, **line}


def page_of(
    request: Request,
    query: PageQuery,
    fetch: Callable[[str, int], list[R]],
    may: Callable[[R], bool],
    shown: Callable[[R], dict[str, Any]],
) -> Response:
    """One page, in id order, of what `fetch(after, count)` finds and `may` lets through."""
    found = position(query.cursor, str)
    after = found[0] if found else ""
    kept: list[R] = []
    while len(kept) <= query.limit:
        batch = fetch(after, _AT_ONCE)
        kept += [record for record in batch if may(record)]
        if len(batch) < _AT_ONCE:
            break
        after = batch[-1].id
    shown_now, more = kept[: query.limit], len(kept) > query.limit
    following = cursor_of(shown_now[-1].id) if more else ""
    return page_answer(request, [shown(record) for record in shown_now], following)


def created(serving: Serving, shelf: Shelf[R], record: R, along: Along | None = None) -> Response:
    """Store a new record, and `along` with it; raises Conflict where it is there already."""
    id_ = serving.workspace.store.edits.add(record, serving.at.date(), along)
    return _written(serving, shelf, replace(record, id=id_), f"登记{shelf.label}", 201)


def changed(
    serving: Serving,
    shelf: Shelf[R],
    before: R,
    after: R,
    if_match: str,
    *,
    action: str = "修改",
    along: Along | None = None,
) -> Response:
    """Put `after` in the place of `before`, which If-Match must name as it was shown; raises Outdated, InputError."""
    require_match(if_match, shelf.shown(caller_of(serving), before))
    _replace(serving, before, after, along)
    return _written(serving, shelf, after, f"{action}{shelf.label}")


def removed(serving: Serving, shelf: Shelf[R], before: R, if_match: str) -> Response:
    """Take a record away, which If-Match must name as it was shown."""
    require_match(if_match, shelf.shown(caller_of(serving), before))
    _replace(serving, before, None)
    _rebuild(serving, f"撤回{shelf.label}", before.id)
    return Response(status_code=204)


def read(kind: type[R], line: Mapping[str, Any], source: str = "") -> R:
    """A new record of a line; raises InvalidFields for everything that the importer would refuse or leave out."""
    stated = {name: value for name, value in line.items() if value not in (None, "", [])}
    found = read_line(kind, stated, source)
    if found.record is None or found.problems:
        raise InvalidFields(
            [
                FieldProblem(
                    f"body.{problem.column}" if problem.column else "body", problem.message.rstrip("。")
                )
                for problem in found.problems
            ]
        )
    return found.record


def edited(before: R, line: Mapping[str, Any], hidden: frozenset[str], *, whole: bool) -> R:
    """`before` with the fields of a line; `whole`: with nothing else but what is fixed or hidden from the editor."""
    known = {"own_id": getattr(before, "own_id", "")} if whole else _beside(before, line)
    parsed = read(type(before), {**known, **line}, before.source)
    names = {field.name for field in fields(before)}
    touched = names if whole else {_FILLS.get(name, name) for name in line} & names
    if isinstance(before, Need) and {"enterprise", "credit_code"} & line.keys():
        touched = touched | {"enterprise_id"}
    return replace(before, **{name: getattr(parsed, name) for name in touched - _FIXED - hidden})


def _beside(before: R, line: Mapping[str, Any]) -> dict[str, Any]:
    """What the importer wants beside the fields of a change: who it is, and the other half of what two fields state.

    Nothing else is read again: a stored value that the rules would refuse today is no matter of this change.
    """
    stored = line_of(before)
    halves = {whole for half, whole in _FILLS.items() if {half, whole} & line.keys()}
    named = {"title", "name"} | halves | {half for half, whole in _FILLS.items() if whole in halves}
    identity = {"own_id": getattr(before, "own_id", "") or before.id}
    return identity | {name: value for name, value in stored.items() if name in named}


def _replace(serving: Serving, before: R, after: R | None, along: Along | None = None) -> None:
    try:
        serving.workspace.store.edits.replace(before, after, serving.at.date(), along)
    except Conflict as error:
        raise Outdated(str(error)) from error


def _written(serving: Serving, shelf: Shelf[R], record: R, action: str, status: int = 200) -> Response:
    _rebuild(serving, action, record.id)
    location = f"{shelf.address}/{quote(record.id)}" if status == 201 else ""
    return tagged(shelf.shown(caller_of(serving), record), status, location)


def _rebuild(serving: Serving, action: str, id_: str) -> None:
    serving.note(action, id_)
    if serving.workspace.store.patents.count():
        serving.services.worker.build_index(caller_of(serving).actor)


def _entitled(caller: Caller, record: Patent | Enterprise | Need | Assessment) -> bool:
    """Whether contacts and inventors are shown: to those entitled to all, to holders and enterprises of their own."""
    reach = extent(caller, Operation.READ_CONTACTS)
    if reach is Extent.ALL:
        return True
    if isinstance(record, Patent):
        return reach is Extent.OWN and caller.subject in record.holders
    own = isinstance(record, Enterprise) and caller.role is Role.ENTERPRISE
    return own and caller.subject == record.id
