"""The feed: what is offered, tombstones, an order that misses nothing whatever changes between two pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.http import create_app
from matcher.domain import (
    Encumbrance,
    EncumbranceKind,
    LicensingMode,
    Patent,
    Transaction,
    TransactionKind,
)
from matcher.settings import Settings
from matcher.store.database import Store
from tests.api.conftest import BASE, BEARING, CLEANING, MEMBRANE, NOW, key_of

ADDRESS = "/api/v1/transferable-patents"


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(filled: Settings, clock: Clock):
    app = create_app(filled, now=clock)
    headers = key_of(app.state.services.access, Role.BUREAU)
    with TestClient(app, base_url=BASE, headers=headers) as opened:
        yield opened


def store_of(client: TestClient) -> Store:
    return client.app.state.services.workspace.store


def told(document: dict) -> list[tuple[str, str, str]]:
    return [(item["id"], item["change"], item["reason"]) for item in document["items"]]


def after(client: TestClient, document: dict, **asked: object) -> dict:
    return client.get(ADDRESS, params={"cursor": document["cursor"], **asked}).json()


def test_what_is_offered_and_nothing_that_never_was(client: TestClient) -> None:
    first = client.get(ADDRESS).json()
    assert told(first) == [(BEARING.id, "offered", ""), (MEMBRANE.id, "offered", "")]
    assert first["more"] is False
    patent = first["items"][1]["patent"]
    assert (patent["title"], patent["modes"]) == (MEMBRANE.title, ["普通许可"])
    assert told(after(client, first)) == []
    assert after(client, first)["cursor"] == first["cursor"]


def test_a_change_comes_after_the_cursor_and_a_tombstone_says_why(client: TestClient, clock: Clock) -> None:
    first, store = client.get(ADDRESS).json(), store_of(client)
    clock.at += timedelta(minutes=1)
    store.merge([replace(BEARING, fee=None, scenario="风机")], clock.at.date())
    deal = Transaction(
        "T1", MEMBRANE.id, TransactionKind.ASSIGNMENT, date(2026, 6, 1), "河东大学", "云州水务"
    )
    store.merge([deal], clock.at.date())
    second = after(client, first)
    assert told(second) == [(BEARING.id, "offered", ""), (MEMBRANE.id, "withdrawn", "已转让或作价入股")]
    assert second["items"][1]["patent"].keys() <= {
        "title",
        "application_number",
        "own_id",
        "status",
        "status_date",
        "modes",
    }
    assert {item["at"] for item in second["items"]} == {"2026-06-30T09:01:00"}
    # The same by the time of the change, from the beginning.
    since = client.get(ADDRESS, params={"updated_since": "2026-06-30T09:01:00"}).json()
    assert told(since) == told(second)
    assert told(client.get(ADDRESS, params={"updated_since": "2026-06-30T09:02"}).json()) == []


def test_nothing_is_missed_whatever_changes_between_two_pages(client: TestClient, clock: Clock) -> None:
    more = [
        Patent(
            f"CN2021100{number:05d}", "膜", application_number=f"CN2021100{number:05d}", holders=("河东大学",)
        )
        for number in range(20)
    ]
    store, seen, cursor = store_of(client), {}, ""
    store.merge(more, NOW.date())
    for turn in range(40):
        clock.at += timedelta(seconds=1)
        page = client.get(ADDRESS, params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        for item in page["items"]:
            seen[item["id"]] = (item["change"], item["patent"].get("scenario"))
        cursor = page["cursor"]
        if turn < 10:  # what has been paged already, and what has not
            store.merge([replace(more[turn], scenario=f"第{turn}次")], NOW.date())
            store.edits.replace(
                store.patents.get(more[19 - turn].id),
                replace(more[19 - turn], modes=(LicensingMode.OWN_USE,)),
                NOW.date(),
            )
        elif not page["items"]:
            break
    expected = {patent.id: ("offered", f"第{n}次") for n, patent in enumerate(more[:10])}
    expected |= {MEMBRANE.id: ("offered", None), BEARING.id: ("offered", None)}
    known = {id_: found for id_, found in seen.items() if found[0] == "offered"}
    assert known == expected
    assert all(seen[patent.id][0] == "withdrawn" for patent in more[10:] if patent.id in seen)


def test_time_alone_ends_an_offer(client: TestClient, clock: Clock) -> None:
    first = client.get(ADDRESS).json()
    clock.at = datetime(2042, 3, 1, 8, 0)
    headers = key_of(client.app.state.services.access, Role.BUREAU)
    assert headers  # a key of today is out of date by then
    offers = client.app.state.services.offers
    offers.refresh(clock.at)
    newest = offers.feed.page(0, None, 10)
    assert [(change.record_id, change.offered) for change in newest] == [
        (MEMBRANE.id, True),
        (BEARING.id, False),
    ]
    assert first["items"][0]["id"] == BEARING.id


def test_a_record_that_is_gone_and_one_that_was_linked_to_another_leave_tombstones(
    client: TestClient,
) -> None:
    first, store = client.get(ADDRESS).json(), store_of(client)
    store.edits.replace(store.patents.get(BEARING.id), None, NOW.date())
    assert told(after(client, first)) == [(BEARING.id, "withdrawn", "已不在库中")]


def test_burdens_are_told_in_columns_that_an_import_reads(client: TestClient) -> None:
    store = store_of(client)
    pledge = Encumbrance(EncumbranceKind.PLEDGE, "云州银行", date(2026, 1, 1))
    sole = Encumbrance(EncumbranceKind.SOLE_LICENCE, "云州水务", None, date(2027, 1, 1))
    over = replace(sole, kind=EncumbranceKind.EXCLUSIVE_LICENCE, until=date(2025, 1, 1))
    store.edits.replace(
        store.patents.get(MEMBRANE.id), replace(MEMBRANE, encumbrances=(over, pledge, sole)), NOW.date()
    )
    [item] = [item for item in client.get(ADDRESS).json()["items"] if item["id"] == MEMBRANE.id]
    assert {
        name: item["patent"].get(name)
        for name in ("是否质押", "质权人", "许可类型", "被许可人", "许可期限届满日")
    } == {
        "是否质押": True,
        "质权人": "云州银行",
        "许可类型": "排他许可",
        "被许可人": "云州水务",
        "许可期限届满日": "2027-01-01",
    }


def test_contacts_are_not_told_to_those_not_entitled(client: TestClient) -> None:
    store_of(client).merge([replace(MEMBRANE, contact="科研院 0531")], NOW.date())
    analyst = key_of(client.app.state.services.access, Role.ANALYST)
    for item in client.get(ADDRESS, headers=analyst).json()["items"]:
        assert not {"contact", "inventors", "college"} & item["patent"].keys()
    assert "科研院" in client.get(ADDRESS).text


@pytest.mark.parametrize(
    "asked",
    [
        {"updated_since": "昨天"},
        {"updated_since": "1751241600"},
        {"cursor": "WyJ4Il0"},
        {"cursor": "WzkyMjMzNzIwMzY4NTQ3NzU4MDhd"},
    ],
)
def test_what_cannot_be_understood(client: TestClient, asked: dict) -> None:
    assert client.get(ADDRESS, params=asked).status_code == 422


def test_a_patent_that_never_stood_in_the_feed_is_nobodys_concern(client: TestClient) -> None:
    client.get(ADDRESS)
    held = client.app.state.services.offers.feed.held()
    assert held[CLEANING.id].number < 0
