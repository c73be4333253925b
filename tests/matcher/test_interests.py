"""Who has agreed, who still owes an answer, and by which working day."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from matcher.interests import Answer, Calendar, Reply, Standing, owing, standing

AT = datetime(2026, 9, 29, 9, 0)
YES, NO = Reply.AGREED, Reply.DECLINED


def said(**replies: Reply) -> list[Answer]:
    return [Answer("YX1", holder, reply, "", "某人", AT) for holder, reply in replies.items()]


@pytest.mark.parametrize(
    ("holders", "answers", "expected", "waits"),
    [
        (("甲", "乙"), said(), Standing.WAITING, ["甲", "乙"]),
        (("甲", "乙"), said(甲=YES), Standing.WAITING, ["乙"]),
        (("甲", "乙"), said(甲=YES, 乙=YES), Standing.AGREED, []),
        (("甲", "乙"), said(甲=NO), Standing.DECLINED, []),
        (("甲", "乙"), said(甲=YES, 丙=YES), Standing.WAITING, ["乙"]),
        (("乙",), said(甲=NO, 乙=YES), Standing.AGREED, []),
        ((), said(), Standing.WAITING, []),
    ],
)
def test_every_holder_of_today_has_to_agree(
    holders: tuple[str, ...], answers: list[Answer], expected: Standing, waits: list[str]
) -> None:
    assert (standing(holders, answers), owing(holders, answers)) == (expected, waits)


def test_five_working_days_over_the_national_day() -> None:
    tuesday = date(2026, 9, 29)
    assert Calendar().after(tuesday, 5) == date(2026, 10, 6)
    holidays = frozenset(date(2026, 10, day) for day in range(1, 8))
    assert Calendar(holidays).after(tuesday, 5) == date(2026, 10, 13)
    assert Calendar(holidays, frozenset([date(2026, 10, 10)])).after(tuesday, 5) == date(2026, 10, 12)
