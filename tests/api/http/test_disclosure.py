"""What callers may not learn, by whatever they ask: whose a 匿名 need is, whom a report is about; and what is noted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.access.sign_in import Access
from matcher.domain import Confidentiality
from matcher.identifiers import enterprise_id
from matcher.importing.cells import content_id
from matcher.settings import Settings
from matcher.store.database import Store
from tests.api.conftest import ENTERPRISE, MEMBRANE, NEEDS, NOW, key_of


@pytest.fixture
def store(client: TestClient) -> Store:
    """The store behind the service."""
    return client.app.state.services.workspace.store


@pytest.mark.parametrize("asked", [{"enterprise": ENTERPRISE.name}, {"group": "资质类型=高新技术企业"}])
@pytest.mark.parametrize(("role", "subject"), [(Role.HOLDER, "河东大学"), (Role.CLIENT, "")])
def test_an_anonymous_need_is_not_found_by_its_enterprise(
    client: TestClient, access: Access, store: Store, role: Role, subject: str, asked: dict[str, str]
) -> None:
    store.merge(
        [
            replace(NEEDS[0], confidentiality=Confidentiality.ANONYMOUS),
            replace(ENTERPRISE, kinds=("高新技术企业",)),
        ],
        NOW.date(),
        prefer_new=True,
    )
    answer = client.get("/api/v1/list", params=asked, headers=key_of(access, role, subject))
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        f"“{role}”不能按企业挑选需求，否则会看出匿名需求属于谁。可按地区和产业挑选。",
    )
    assert client.get("/api/v1/list", params=asked).json()["needs"][0]["need_id"] == "N001"


def test_contacts_and_inventors_that_are_shown_are_noted(
    client: TestClient, access: Access, store: Store
) -> None:
    store.merge([replace(MEMBRANE, contact="科研院 0531")], NOW.date(), prefer_new=True)
    found = client.post("/api/v1/search", json={"text": NEEDS[0].title, "k": 1})
    assert "科研院 0531" in found.text
    assert [(line.action, line.object) for line in access.audit.recent(1)] == [("检索", "含权利人联系部门")]
    other = client.post(
        "/api/v1/search", json={"text": NEEDS[0].title, "k": 1}, headers=key_of(access, Role.ANALYST)
    )
    assert "科研院 0531" not in other.text
    assert [line.action for line in access.audit.recent(2)] == ["新建密钥", "检索"]
    store.edits.replace(store.patents.get(MEMBRANE.id), MEMBRANE, NOW.date())
    assert client.get(f"/api/v1/patents/{MEMBRANE.id}").json()["inventors"] == ["钱学"]
    assert [(line.action, line.object) for line in access.audit.recent(1)] == [
        ("查看专利联系部门", MEMBRANE.id)
    ]


def test_the_id_of_an_assessment_tells_a_holder_nothing_of_who_made_it(
    client: TestClient, access: Access
) -> None:
    address = f"/api/v1/patents/{MEMBRANE.id}/assessments"
    body = {"prospect": "较好", "enterprise": ENTERPRISE.name}
    made = client.post(address, json=body).json()
    assert made["id"] == content_id("assessment", MEMBRANE.id, enterprise_id("", ENTERPRISE.name), NOW.date())
    assert client.get(address).json() == [made]
    told = client.get(address, headers=key_of(access, Role.HOLDER, "河东大学")).json()
    assert told == [{"id": "", "patent_id": MEMBRANE.id, "prospect": "较好", "on": "2026-06-30"}]


def test_a_search_does_not_wait_for_a_long_write_and_shows_no_contacts_that_it_cannot_note(
    client: TestClient, access: Access, store: Store, filled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.serving._PATIENCE", 0.1)
    store.merge([replace(MEMBRANE, contact="科研院 0531")], NOW.date(), prefer_new=True)
    before = access.audit.recent()
    with closing(sqlite3.connect(filled.home / "matcher.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post("/api/v1/search", json={"text": NEEDS[0].title, "k": 1})
        assert answer.status_code == 200
        assert "科研院" not in answer.text
        assert answer.json()["cover"][-1] == {
            "label": "联系部门",
            "text": "数据库正被另一个程序写入，暂时不能登记查看联系方式，因此这次没有列出联系部门。需要时请稍后再查。",
        }
        assert access.audit.recent() == before
        other.execute("ROLLBACK")
    again = client.post("/api/v1/search", json={"text": NEEDS[0].title, "k": 1})
    assert "科研院 0531" in again.text
    assert [line.action for line in access.audit.recent(1)] == ["检索"]
