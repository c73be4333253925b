"""The feed of public needs: 公开 in full, 匿名 by industry and region under another number, the others never."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.http import create_app
from api.store.database import open_service
from matcher.domain import Confidentiality, Need
from matcher.outcomes import Outcome, State, Step
from matcher.settings import Settings
from matcher.store.database import Store
from matcher.store.engine import writing
from matcher.store.outcomes import follow
from tests.api.conftest import BASE, ENTERPRISE, MEMBRANE, NEEDS, NOW, key_of

ADDRESS = "/api/v1/public-needs"
SECRET = Need(
    id="净源-03",
    own_id="净源-03",
    title="膜壳爆破压力检测",
    description="我司云州净源水务的膜壳",
    enterprise_id=ENTERPRISE.id,
    enterprise=ENTERPRISE.name,
    industry="水的生产和供应业",
    region="河东省云州市",
    budget=80.0,
    confidentiality=Confidentiality.ANONYMOUS,
)


@pytest.fixture
def moment() -> list[datetime]:
    return [NOW]


@pytest.fixture
def client(filled: Settings, moment: list[datetime]):
    app = create_app(filled, now=lambda: moment[0])
    with TestClient(app, base_url=BASE, headers=key_of(app.state.services.access, Role.CLIENT)) as opened:
        yield opened


def store_of(client: TestClient) -> Store:
    return client.app.state.services.workspace.store


def told(document: dict) -> list[tuple[str, str, str]]:
    return [(item["id"], item["change"], item["reason"]) for item in document["items"]]


def after(client: TestClient, document: dict) -> dict:
    return client.get(ADDRESS, params={"cursor": document["cursor"]}).json()


def test_what_is_told_of_each_and_nothing_of_those_for_the_authority_alone(client: TestClient) -> None:
    store_of(client).merge([SECRET], NOW.date())
    found = client.get(ADDRESS)
    [public, anonymous] = sorted(found.json()["items"], key=lambda item: item["id"])
    assert (public["id"], public["need"]["title"], public["need"]["enterprise"]) == (
        "N001",
        NEEDS[0].title,
        ENTERPRISE.name,
    )
    assert anonymous["id"].startswith("NM")
    assert anonymous["need"] == {
        "title": "匿名需求（所属行业：水的生产和供应业）",
        "industry": "水的生产和供应业",
        "region": "河东省云州市",
        "confidentiality": "匿名",
    }
    for word in ("净源-03", "膜壳", "N002", NEEDS[1].title):
        assert word not in found.text
    assert told(after(client, found.json())) == []


def test_what_is_narrowed_withdrawn_or_closed_leaves_a_tombstone_without_facts(
    client: TestClient, moment: list[datetime]
) -> None:
    store, first = store_of(client), client.get(ADDRESS).json()
    assert told(first) == [("N001", "offered", "")]
    moment[0] += timedelta(minutes=1)
    public = store.needs.get("N001")
    store.edits.replace(public, replace(public, confidentiality=Confidentiality.ANONYMOUS), NOW.date())
    second = after(client, first)
    [narrowed, hidden] = sorted(second["items"], key=lambda item: item["id"])
    assert (narrowed["id"], narrowed["change"], narrowed["reason"], narrowed["need"]) == (
        "N001",
        "withdrawn",
        "已撤回或不再公开",
        {},
    )
    assert (hidden["change"], "反渗透" in str(hidden)) == ("offered", False)
    since = client.get(ADDRESS, params={"updated_since": "2026-06-30T09:01:00"}).json()
    assert since["items"] == second["items"]
    anonymous = store.needs.get("N001")
    store.edits.replace(anonymous, replace(public, valid_until=date(2026, 7, 1)), NOW.date())
    third = after(client, second)
    assert sorted(told(third)) == [
        ("N001", "offered", ""),
        (hidden["id"], "withdrawn", "已撤回或不再公开"),
    ]
    moment[0] = datetime(2026, 7, 2, 8, 0)
    fourth = after(client, third)
    assert told(fourth) == [("N001", "withdrawn", "已过有效期")]
    store.edits.replace(store.needs.get("N001"), None, NOW.date())
    assert told(after(client, fourth)) == []


def test_a_need_that_was_never_told_leaves_no_tombstone(client: TestClient) -> None:
    first, store = client.get(ADDRESS).json(), store_of(client)
    store.edits.replace(store.needs.get("N002"), None, NOW.date())
    assert told(after(client, first)) == []


def test_signing_closes_a_need(client: TestClient, filled: Settings) -> None:
    first = client.get(ADDRESS).json()
    signed = Outcome("M1", "HD1", "N001", MEMBRANE.id, "HD1-01", State.SIGNED)
    with writing(open_service(filled)) as connection:
        follow(connection, [signed], [Step("M1", 1, NOW, "某人", None, State.SIGNED)])
    assert told(after(client, first)) == [("N001", "withdrawn", "已签约")]
