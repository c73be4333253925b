"""Every record comes back from a real database exactly as it went in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from datetime import date
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from matcher.domain import (
    FeeKind,
    FeeTerms,
    Maturity,
    MaturityScale,
    Patent,
    PatentType,
    Transaction,
    TransactionKind,
)
from matcher.store.engine import open_engine, reading, writing
from matcher.store.kinds import KINDS, PATENTS
from matcher.store.migrations import migrate
from matcher.store.records import Record, digest

VALUES: dict[type, st.SearchStrategy[Any]] = {
    # What a database can hold as text: no surrogates, no NUL.
    str: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    date: st.dates(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field, whatever its default."""
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=3).map(tuple)
    if get_args(hint):
        return st.one_of(*map(values, get_args(hint)))
    if hint is NoneType:
        return st.none()
    if is_dataclass(hint):
        return st.builds(hint, **{name: values(inner) for name, inner in get_type_hints(hint).items()})
    return st.sampled_from(hint) if issubclass(hint, Enum) else VALUES[hint]


RECORDS: st.SearchStrategy[Record] = st.one_of(*(values(kind.type) for kind in KINDS))


@pytest.fixture
def engine(url: str) -> Iterator[Any]:
    engine = open_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=RECORDS)
def test_round_trip_through_the_database(engine: Any, record: Record) -> None:
    kind = next(kind for kind in KINDS if kind.type is type(record))
    with writing(engine) as connection:
        connection.execute(kind.table.delete())
        connection.execute(insert(kind.table), [kind.mapping.row(record)])
    with reading(engine) as connection:
        (row,) = connection.execute(select(*kind.mapping.columns))
    again = kind.mapping.record(row)
    assert again == record
    assert repr(again) == repr(record)  # the same types too: tuples, members, dates
    assert digest(again) == digest(record)


def test_only_stated_facts_stand_in_the_body() -> None:
    patent = Patent(
        "P1", "散热膜", type=PatentType.INVENTION, filed=date(2016, 3, 1), fee=FeeTerms(FeeKind.FREE)
    )
    assert PATENTS.mapping.row(patent) == {
        "id": "P1",
        "application_number": "",
        "publication_number": "",
        "type": "发明专利",
        "status": None,
        "status_date": None,
        "filed": date(2016, 3, 1),
        "published": None,
        "granted": None,
        "region": "",
        "body": '{"title":"散热膜","fee":{"kind":"免费","amount":null,"text":""}}',
        "body_digest": "d01bd5095b140e7bdda4e7e6443ee4cc",
    }


def test_the_digest_of_a_record_is_the_same_for_ever() -> None:
    maturity = Maturity(6, "中试", MaturityScale.STAGE)
    patent = Patent("P1", "散热膜", type=PatentType.INVENTION, filed=date(2016, 3, 1), maturity=maturity)
    assert f"{digest(patent):032x}" == "fc7b11bf07d653be1fd84202e33a3c5d"
    assert digest(replace(patent, title="散热膜 ")) != digest(patent)
    assert digest(Transaction("T", "P", TransactionKind.PLEDGE, None)) != digest(
        Transaction("T", "P", TransactionKind.PLEDGE, date(2020, 1, 1))
    )
