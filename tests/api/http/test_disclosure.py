"""What callers may not learn, by whatever they ask: whose a 匿名 need is, whom a report is about; and what is noted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.access.sign_in import Access
from matcher.domain import Confidentiality
from matcher.store.database import Store
from tests.api.conftest import ENTERPRISE, NEEDS, NOW, key_of


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
