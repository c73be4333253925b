"""我想了解: an enterprise's interest in a patent, what its holders answer, and by when; records and rules, no I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Reply(StrEnum):
    """What a holder answers."""

    AGREED = "同意"
    DECLINED = "婉拒"


class Standing(StrEnum):
    """How far an interest has come."""

    WAITING = "待答复"
    AGREED = "已同意"
    DECLINED = "已婉拒"


@dataclass(frozen=True, slots=True)
class Interest:
    """One enterprise and one patent; `need_id` is the need for which it asked, "" for a search of its own."""

    id: str
    enterprise_id: str
    patent_id: str
    need_id: str
    by: str
    created: datetime
    due: date
    """The last day on which holders may answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One holder's answer, which stands: there is no second."""

    interest_id: str
    holder: str
    reply: Reply
    reason: str
    by: str
    at: datetime


def standing(holders: Collection[str], answers: Iterable[Answer]) -> Standing:
    """Agreed once every holder of today has agreed, declined once one of them has declined."""
    replies = {answer.holder: answer.reply for answer in answers if answer.holder in holders}
    if Reply.DECLINED in replies.values():
        return Standing.DECLINED
    return Standing.AGREED if holders and len(replies) == len(set(holders)) else Standing.WAITING


def owing(holders: Collection[str], answers: Iterable[Answer]) -> list[str]:
    """The holders whose answer an interest waits for, in their order; none once it is settled."""
    given = list(answers)
    if standing(holders, given) is not Standing.WAITING:
        return []
    answered = {answer.holder for answer in given}
    return [holder for holder in dict.fromkeys(holders) if holder not in answered]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: Monday to Friday without `holidays`, and the weekends that are worked (`workdays`, 调休)."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def after(self, day: date, count: int) -> date:
        """The last of the next `count` working days; the day itself does not count (民法典第201条)."""
        while count:
            day += timedelta(1)
            count -= self.works(day)
        return day
