"""What a match is worth to a list, and which lines its near duplicates leave."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain import Need, Patent
from matcher.errors import InputError
from matcher.events import Pair, Rules
from matcher.matches import Grade, Match, MatchList, NeedMatches, Provenance
from matcher.matchlists.baselines import gini, top_k
from matcher.matchlists.building import build, value
from matcher.matchlists.selection import Choice

MADE = Provenance(datetime(2026, 9, 1), date(2026, 9, 1))
TWIN = {"filed": date(2021, 3, 4), "holders": ("河东理工大学",)}


def match(need: str, patent: str, score: float, probability: float | None = None, **facts: object) -> Match:
    record = Patent(patent, facts.pop("title", patent), **facts)  # type: ignore[arg-type]
    return Match(
        Need(need, need), record, score, Grade.RECOMMENDED, (), completeness=0.5, probability=probability
    )


def pool(*matches: Match) -> MatchList:
    by_need: dict[str, list[Match]] = {}
    for item in matches:
        by_need.setdefault(item.need.id, []).append(item)
    return MatchList(
        MADE, tuple(NeedMatches(found[0].need, None, tuple(found)) for found in by_need.values())
    )


def test_a_match_is_worth_its_probability_or_its_cautious_score() -> None:
    known = match("n1", "p1", 0.9, probability=0.3)
    assert value(known, calibrated=True) == 0.3
    assert value(known, calibrated=False) == pytest.approx(0.5 * 0.9 + 0.5 * 0.5)
    assert value(replace(known, completeness=1.0), calibrated=False) == 0.9


def test_probabilities_count_only_where_every_candidate_has_one() -> None:
    mixed = pool(match("n1", "p1", 0.9, probability=0.1), match("n1", "p2", 0.8))
    assert build(mixed, Rules(per_need=1), "e").entries[0].patent_id == "p1"
    calibrated = pool(match("n1", "p1", 0.9, probability=0.1), match("n1", "p2", 0.8, probability=0.2))
    assert build(calibrated, Rules(per_need=1), "e").entries[0].patent_id == "p2"


def test_a_lowest_probability_needs_a_calibration() -> None:
    rules = Rules(min_probability=0.15)
    with pytest.raises(InputError, match="没有适用的校准"):
        build(pool(match("n1", "p1", 0.9)), rules, "e")
    built = build(pool(match("n1", "p1", 0.9, 0.1), match("n1", "p2", 0.8, 0.2)), rules, "e")
    assert [entry.patent_id for entry in built.entries] == ["p2"]
    assert built.low == 1


def test_the_best_of_near_duplicates_stands_for_them_unless_another_is_pinned() -> None:
    twins = pool(
        match("n1", "p1", 0.7, title="转子", **TWIN),
        match("n1", "p2", 0.8, title="转子", **TWIN),
        match("n2", "p1", 0.9, title="转子", **TWIN),
    )
    built = build(twins, Rules(), "e")
    assert [(e.pair, e.family) for e in built.entries] == [
        (Pair("n1", "p2"), ("p1",)),
        (Pair("n2", "p1"), ()),
    ]
    assert (built.patents, built.folded, built.concentration) == (1, 1, 0.0)
    pinned = build(twins, Rules(pinned=(Pair("n1", "p1"),)), "e")
    first = pinned.entries[0]
    assert (first.pair, first.family, first.pinned) == (Pair("n1", "p1"), ("p2",), True)


def test_what_was_shown_or_barred_is_no_family_either() -> None:
    twins = pool(match("n1", "p1", 0.7, title="转子", **TWIN), match("n1", "p2", 0.8, title="转子", **TWIN))
    built = build(twins, Rules(excluded=(Pair("n1", "p1"),)), "e")
    assert [(e.patent_id, e.family) for e in built.entries] == [("p2", ())]
    built = build(twins, Rules(), "e", shown=frozenset({Pair("n1", "p2")}))
    assert [(e.patent_id, e.family) for e in built.entries] == [("p1", ())]
    assert built.repeated == 1


@st.composite
def events(draw: st.DrawFn) -> tuple[MatchList, Rules, frozenset[Pair]]:
    pairs = draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), unique=True, min_size=1, max_size=16)
    )
    matches = [
        replace(
            match(f"n{n}", f"p{p}", draw(st.sampled_from((0.5, 0.6, 0.9))), title=f"t{p // 2}", **TWIN),
            grade=draw(st.sampled_from(list(Grade)[:3])),
        )
        for n, p in pairs
    ]
    some = st.lists(st.sampled_from([Pair(f"n{n}", f"p{p}") for n, p in pairs]), max_size=3, unique=True)
    rules = Rules(
        per_need=draw(st.integers(1, 3)),
        per_patent=draw(st.integers(1, 3)),
        floor=draw(st.sampled_from(list(Grade)[:3])),
        pinned=tuple(draw(some)),
        excluded=tuple(draw(some)),
    )
    return pool(*sorted(matches, key=lambda m: m.need.id)), rules, frozenset(draw(some))


@settings(max_examples=150, deadline=None)
@given(events())
def test_no_list_breaks_a_cap_a_pin_an_exclusion_or_the_floor(
    event: tuple[MatchList, Rules, frozenset[Pair]],
) -> None:
    candidates, rules, shown = event
    grades = {
        Pair(m.need.id, m.patent.id): list(Grade).index(m.grade)
        for item in candidates.needs
        for m in item.matches
    }
    usable = {
        pair
        for pair, grade in grades.items()
        if grade <= list(Grade).index(rules.floor) and pair not in shown and pair not in rules.excluded
    }
    groups = {f"p{number}": number // 2 for number in range(6)}
    try:
        built = build(candidates, rules, "e", shown)
    except InputError:
        needs = Counter(pair.need_id for pair in rules.pinned)
        patents = Counter(groups[pair.patent_id] for pair in rules.pinned)
        holders = Counter(pair.need_id for pair in rules.pinned)
        assert (
            not set(rules.pinned) <= usable
            or max(needs.values()) > rules.per_need
            or max(patents.values()) > rules.per_patent
            or max(holders.values()) > 2
        )
        return
    chosen = [entry.pair for entry in built.entries]
    assert {pair for entry in built.entries for pair in entry.pairs} <= usable
    assert set(rules.pinned) <= set(chosen)
    assert max(Counter(pair.need_id for pair in chosen).values(), default=0) <= min(rules.per_need, 2)
    assert max(Counter(groups[pair.patent_id] for pair in chosen).values(), default=0) <= rules.per_patent
    listed = {Pair(m.need.id, m.patent.id) for item in built.match_list.needs for m in item.matches}
    assert listed == set(chosen)


def test_gini_and_top_k() -> None:
    assert gini([2, 2, 2]) == 0
    assert gini([0, 0, 3]) == pytest.approx(2 / 3)
    assert gini([]) == 0
    choices = [
        Choice(Pair("n1", patent), worth, patent) for patent, worth in (("a", 0.1), ("b", 0.3), ("c", 0.2))
    ]
    assert top_k(choices, 2) == (Pair("n1", "b"), Pair("n1", "c"))
