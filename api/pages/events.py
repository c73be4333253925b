"""路演: events, what they are about, and how far each has come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access.policy import Operation, extent
from api.access.roles import Role
from api.pages.event_forms import Answers, Posted, answers_of, event_of, rule_answers, seen_version
from api.pages.posting import EventForm
from api.pages.rendering import page, see_other
from api.serving import ReadingEvents, RunningEvents, Serving, caller_of
from matcher import planning, roadshows
from matcher.domain import LicensingMode, PatentType
from matcher.errors import Conflict, InputError
from matcher.events import Event, ListState, Rules
from matcher.matches import Grade
from matcher.matchlists.exports.presets import PRESETS
from matcher.matchlists.lifecycle import NEXT
from matcher.outcomes import State

router = APIRouter(include_in_schema=False)

EventId = Annotated[str, Path(max_length=50)]
STEPS = {"拟稿": "退回修改", "审核": "送审", "已发布": "发布", "作废": "作废"}
"""What moving a list into a state is called."""


@router.get("/events")
def events_page(serving: ReadingEvents) -> Response:
    """Every event, the newest first, and the form for a new one."""
    organiser = serving.workspace.settings.organiser
    return _index(serving, {"organiser": organiser, **rule_answers(Rules())})


@router.post("/events")
def new_event(serving: EventForm, answers: Posted) -> Response:
    """Store a new event; else the form with what to mend."""
    try:
        base = Event("", "", serving.at.date(), organiser=serving.workspace.settings.organiser)
        event = event_of(answers, base)
        planning.check(serving.workspace, event)
    except InputError as error:
        return _index(serving, {**rule_answers(Rules()), **answers}, str(error))
    event = serving.workspace.store.roadshows.add(event, once=True)
    serving.note("新建活动", event.id)
    return see_other(f"/events/{event.id}")


@router.get("/events/{event_id}")
def event_page(serving: ReadingEvents, event_id: EventId) -> Response:
    """One event: its scope and rules, the versions of its list and what can be done with each."""
    workspace = serving.workspace
    event = roadshows.event_named(workspace, event_id)
    caller = caller_of(serving)
    versions = workspace.store.roadshows.lists(event.id)
    running = extent(caller, Operation.RUN_EVENTS) != "nothing"
    if not running:
        versions = [version for version in versions if version.state is ListState.PUBLISHED]
    outcomes = workspace.store.outcomes.of_event(event.id) if running else []
    return page(
        serving,
        "event.html",
        event=event,
        versions=list(reversed(versions)),
        steps={state: [step for step in ListState if step in NEXT[state]] for state in ListState},
        names=STEPS,
        presets=PRESETS if caller.role is Role.BUREAU else (),
        placed=planning.placed(event) if running else {},
        followed=len(outcomes),
        answered=sum(outcome.state is not State.PUSHED for outcome in outcomes),
        schedule=workspace.store.roadshows.schedule(event.id) if running else None,
    )


@router.get("/events/{event_id}/edit")
def edit_form(serving: RunningEvents, event_id: EventId) -> Response:
    """The form with what is stored."""
    event = roadshows.event_named(serving.workspace, event_id)
    return _form(serving, event, {**answers_of(event), "version": str(event.version)})


@router.post("/events/{event_id}/edit")
def edit_event(serving: EventForm, event_id: EventId, answers: Posted) -> Response:
    """Store what was changed, with its reason; else the form as it was sent, with what to mend."""
    event = roadshows.event_named(serving.workspace, event_id)
    reason = answers.get("reason", "")
    try:
        edit = planning.Edit(caller_of(serving).name, serving.at, reason, seen_version(answers))
        planning.edit_event(serving.workspace, event, event_of(answers, event), edit)
    except (InputError, Conflict) as error:
        return _form(serving, event, answers, error)
    serving.note("修改活动", event.id)
    return see_other(f"/events/{event.id}")


def _index(serving: Serving, answers: Answers, trouble: str = "") -> Response:
    events = list(reversed(serving.workspace.store.roadshows.all()))
    return page(
        serving, "events.html", 422 if trouble else 200, events=events, **_boxes(answers), trouble=trouble
    )


def _form(
    serving: Serving, event: Event, answers: Answers, trouble: InputError | Conflict | None = None
) -> Response:
    """After a conflict the form holds what was typed, and the version that it would now be written over."""
    status = 200 if trouble is None else 409 if isinstance(trouble, Conflict) else 422
    if status == 409:
        answers = {**answers, "version": str(event.version)}
    said = "" if trouble is None else str(trouble)
    published = any(
        version.state is ListState.PUBLISHED for version in serving.workspace.store.roadshows.lists(event.id)
    )
    boxes = _boxes(answers)
    return page(serving, "event_form.html", status, event=event, published=published, trouble=said, **boxes)


def _boxes(answers: Answers) -> dict[str, object]:
    """What the form's boxes hold and offer."""
    return {
        "answers": answers,
        "grades": [grade for grade in Grade if grade is not Grade.NOT_RECOMMENDED],
        "types": list(PatentType),
        "modes": [mode for mode in LicensingMode if mode is not LicensingMode.OWN_USE],
    }
