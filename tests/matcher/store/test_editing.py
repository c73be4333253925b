"""Editing one record: it erases where it is told to, refuses what somebody else has changed, and keeps versions true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from matcher.domain import Enterprise, Need, Patent
from matcher.errors import Conflict, InputError
from matcher.store.database import Store

DAY = date(2026, 6, 30)
NEED = Need("N1", "膜", "说明", enterprise_id="name:云州水务", enterprise="云州水务", budget=10.0)
OTHER = Need("N2", "泵")


@pytest.fixture
def store(store: Store) -> Store:
    store.merge([NEED, OTHER], DAY)
    return store


def test_an_edit_may_erase_and_the_data_version_is_that_of_the_result(store: Store, tmp_path: Path) -> None:
    edited = replace(NEED, title="反渗透膜", description="", budget=None)
    store.edits.replace(NEED, edited, DAY)
    assert store.needs.get("N1") == edited
    with Store.open(tmp_path / "fresh.db") as fresh:
        fresh.merge([edited, OTHER], DAY)
        assert fresh.data_version() == store.data_version()


def test_what_was_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    theirs = replace(NEED, budget=20.0)
    store.edits.replace(NEED, theirs, DAY)
    version = store.data_version()
    with pytest.raises(Conflict, match="“N1”在您读取之后已被他人修改或撤回"):
        store.edits.replace(NEED, replace(NEED, budget=30.0), DAY)
    assert (store.needs.get("N1"), store.data_version()) == (theirs, version)


def test_a_record_can_be_taken_away_once(store: Store, tmp_path: Path) -> None:
    store.edits.replace(NEED, None, DAY)
    assert store.needs.get("N1") is None
    with pytest.raises(Conflict):
        store.edits.replace(NEED, None, DAY)
    with Store.open(tmp_path / "fresh.db") as fresh:
        fresh.merge([OTHER], DAY)
        assert fresh.data_version() == store.data_version()


def test_a_reference_is_read_resolved_and_stays_as_it_is_stored(store: Store) -> None:
    store.merge([Enterprise("91370100MA3TEST01X", "云州水务", "91370100MA3TEST01X")], DAY)
    seen = store.needs.get("N1")
    assert seen is not None
    assert seen.enterprise_id == "91370100MA3TEST01X"
    store.edits.replace(seen, replace(seen, budget=11.0), DAY)
    found = store.needs.get("N1")
    assert found == replace(seen, budget=11.0)


def test_a_new_record_is_refused_where_its_number_is_known(store: Store) -> None:
    patent = Patent("CN202310123456", "膜", application_number="CN202310123456.1")
    assert store.edits.add(patent, DAY) == "CN202310123456"
    version = store.data_version()
    with pytest.raises(Conflict, match="已有编号为“CN202310123456”的记录"):
        store.edits.add(replace(patent, title="别的"), DAY)
    assert (store.patents.get(patent.id), store.data_version()) == (patent, version)


def test_a_number_of_another_record_cannot_be_taken(store: Store) -> None:
    one = Patent("CN202310123456", "膜", application_number="CN202310123456.1")
    two = Patent("CN202310654321", "泵", application_number="CN202310654321.5")
    store.merge([one, two], DAY)
    with pytest.raises(InputError, match="已属于另一条记录"):
        store.edits.replace(two, replace(two, application_number="CN202310123456.1"), DAY)
    assert store.patents.get(two.id) == two
    store.edits.replace(two, replace(two, publication_number="CN105123456B"), DAY)
    found = store.patents.find("CN105123456B")
    assert found is not None
    assert found.id == two.id


def test_pages_follow_each_other_whatever_arrives_between(store: Store) -> None:
    assert [need.id for need in store.needs.page("", 1)] == ["N1"]
    store.merge([Need("N0", "甲"), Need("N3", "乙")], DAY)
    assert [need.id for need in store.needs.page("N1", 5)] == ["N2", "N3"]
