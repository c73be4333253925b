"""Match ids survive hands and keyboards."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from matcher.events import Event, Pair, is_match_id, match_id

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXY"


def test_an_id_belongs_to_event_need_and_patent() -> None:
    known = match_id("HD001", Pair("n1", "p1"))
    assert known == match_id("HD001", Pair("n1", "p1"))
    others = {
        match_id("HD002", Pair("n1", "p1")),
        match_id("HD001", Pair("n2", "p1")),
        match_id("HD001", Pair("n1", "p2")),
        match_id("HD001", Pair("n", "1p1")),
    }
    assert len(others | {known}) == 5
    assert is_match_id(known)
    assert not is_match_id(known[:-1])
    assert not is_match_id(known.lower())


@given(st.text(max_size=8), st.integers(1, 10), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed(need: str, place: int, sign: str) -> None:
    known = match_id("HD001", Pair(need, "p1"))
    wrong = known[:place] + sign + known[place + 1 :]
    assert is_match_id(wrong) == (wrong == known)


@given(st.text(max_size=8), st.integers(1, 8))
def test_neighbours_that_change_places_are_noticed(need: str, place: int) -> None:
    known = match_id("HD001", Pair(need, "p1"))
    wrong = known[:place] + known[place + 1] + known[place] + known[place + 2 :]
    assert is_match_id(wrong) == (wrong == known)


def test_days_as_people_read_them() -> None:
    assert Event("e", "x", date(2026, 10, 20)).days == "2026年10月20日"
    assert Event("e", "x", date(2026, 10, 20), date(2026, 10, 21)).days == "2026年10月20日至2026年10月21日"
