"""The meetings of an event: who should meet, when they can, and the schedule that is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matcher.domain import Confidentiality
from matcher.errors import InputError, NotReady
from matcher.events import Event, ListState, ListVersion, Meeting, Participation, Schedule
from matcher.matches import Match, NeedMatches
from matcher.matchlists.building import value
from matcher.matchlists.schedule import Appointment, plan
from matcher.outcomes import State
from matcher.roadshows import list_named
from matcher.workspace import Workspace

_WANTED = frozenset({State.INTERESTED, State.NEGOTIATING})
_OVER = frozenset({State.SIGNED, State.UNSUITABLE, State.LAPSED, State.WITHDRAWN, State.ON_HOLD})


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A stored schedule; `gaps` counts idle slots inside the parties' days, `remarks` say in Chinese what was left out."""

    schedule: Schedule
    value: float
    gaps: int
    remarks: tuple[str, ...]


def schedule_event(workspace: Workspace, event: Event, slots: Sequence[str], tables: int) -> Scheduled:
    """Place the meetings of the event's published list and store the schedule in place of the one before.

    An enterprise meets a holder on all matches that they share, unless these are over. A need that is not public is
    placed only once its enterprise has said that it is interested. Raises NotReady where no list is published.
    """
    version = published_list(workspace, event)
    replies = {reply.party: reply for reply in workspace.store.roadshows.participations(event.id)}
    remarks = _odd_slots(replies, slots)
    appointments, apart = _appointments(workspace, version, replies, slots)
    found = plan(appointments, slots, tables)
    schedule = Schedule(event.id, version.id, tuple(slots), tables, found.meetings, found.unplaced)
    workspace.store.roadshows.put_schedule(schedule)
    return Scheduled(schedule, found.value, found.gaps, (*remarks, *apart))


def published_list(workspace: Workspace, event: Event) -> ListVersion:
    """The event's list that is in force; raises NotReady."""
    for version in workspace.store.roadshows.lists(event.id):
        if version.state is ListState.PUBLISHED:
            return version
    newest = list_named(workspace, event.id)
    raise NotReady(
        f"活动 {event.id} 还没有已发布的清单（最新一版 {newest.id} 处于“{newest.state}”）。"
        f"请先用 matcher event publish {newest.id} --by 经办人 发布。",
        code="not_published",
    )


def slots_between(start: str, end: str, minutes: int) -> tuple[str, ...]:
    """09:00, 09:30 … : every slot that ends by `end`; raises InputError for times that cannot be read."""
    day = date(2000, 1, 1)
    try:
        first, last = (
            datetime.combine(day, datetime.strptime(text.strip(), "%H:%M").time()) for text in (start, end)
        )
    except ValueError as error:
        raise InputError(f"时间“{start}”或“{end}”不能识别，请写成 09:00 的形式。", code="time") from error
    if minutes < 5 or first + timedelta(minutes=minutes) > last:
        raise InputError(f"从 {start} 到 {end} 排不下一个 {minutes} 分钟的时段。", code="no_slots")
    count = int((last - first) / timedelta(minutes=minutes))
    return tuple(f"{first + timedelta(minutes=minutes * number):%H:%M}" for number in range(count))


def _appointments(
    workspace: Workspace, version: ListVersion, replies: dict[str, Participation], slots: Sequence[str]
) -> tuple[list[Appointment], list[str]]:
    match_list = workspace.store.roadshows.snapshot(version)
    ids = [match.id for item in match_list.needs for match in item.matches]
    outcomes = workspace.store.outcomes.many(ids)
    calibrated = all(match.probability is not None for item in match_list.needs for match in item.matches)
    shared: dict[tuple[str, str], list[tuple[NeedMatches, Match]]] = defaultdict(list)
    unnamed = hidden = 0
    for item in match_list.needs:
        public = item.need.confidentiality is Confidentiality.PUBLIC
        for match in item.matches:
            state = outcomes[match.id].state if match.id in outcomes else State.PUSHED
            enterprise = item.enterprise.name if item.enterprise else item.need.enterprise
            if state in _OVER:
                continue
            if not enterprise or not match.patent.holders:
                unnamed += 1
            elif not public and state not in _WANTED:
                hidden += 1
            else:
                shared[enterprise, match.patent.holders[0]].append((item, match))
    found, absent = [], 0
    for (enterprise, holder), matches in sorted(shared.items()):
        if any(party in replies and replies[party].attends is False for party in (enterprise, holder)):
            absent += 1
            continue
        meeting = Meeting(
            enterprise,
            holder,
            tuple(sorted(match.id for _, match in matches)),
            public=all(item.need.confidentiality is Confidentiality.PUBLIC for item, _ in matches),
        )
        worth = sum(value(match, calibrated) for _, match in matches)
        found.append(Appointment(meeting, worth, _open(replies, enterprise, holder, slots)))
    said = [
        (unnamed, "条没有企业名称或权利人，未排"),
        (hidden, "条需求不公开且企业尚未表示意向，未排"),
        (absent, "组因一方不参会未排"),
    ]
    return found, [f"{count} {what}。" for count, what in said if count]


def _open(
    replies: dict[str, Participation], enterprise: str, holder: str, slots: Sequence[str]
) -> frozenset[str]:
    """The slots in which both can come; who named none can come in all."""
    able = set(slots)
    for party in (enterprise, holder):
        named = set(replies[party].slots) & set(slots) if party in replies else set()
        able &= named or set(slots)
    return frozenset(able)


def _odd_slots(replies: dict[str, Participation], slots: Sequence[str]) -> tuple[str, ...]:
    """Slots in replies that the event does not have."""
    return tuple(
        f"{party}回执中的时段“{slot}”不在日程内，未采用；可选：{'、'.join(slots)}。"
        for party, reply in sorted(replies.items())
        for slot in reply.slots
        if slot not in slots
    )
