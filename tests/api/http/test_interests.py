"""我想了解 over HTTP: asked once, taken back while nobody has answered, answered once, contacts for both after that."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.http.schemas import InterestDocument
from matcher.domain import Confidentiality
from tests.api.conftest import BEARING, ENTERPRISE, MEMBRANE, NEEDS, NOW
from tests.api.http.test_events import of

ID = "YX000000000001"
ASKED = {"patent": "ZL202310123456.1", "need": "N001"}
CONTACT = "赵工 0531-0000000"


@pytest.fixture(autouse=True)
def _numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids in the order of asking, in the place of random ones."""
    numbers = count(1)
    monkeypatch.setattr("api.interests.token_hex", lambda length: f"{next(numbers):0{2 * length}x}")


@pytest.fixture
def sides(client: TestClient) -> tuple[TestClient, TestClient]:
    """Programs of the enterprise, whose need N001 only the authority sees, and of the holder."""
    private = replace(NEEDS[0], confidentiality=Confidentiality.AUTHORITY_ONLY)
    client.app.state.services.workspace.store.merge([private], NOW.date(), prefer_new=True)
    return of(client, Role.ENTERPRISE, ENTERPRISE.id), of(client, Role.HOLDER, "河东大学")


def kept(client: TestClient) -> list[str]:
    return [one.id for one in client.app.state.services.interests.all()]


def test_both_sides_learn_of_each_other_once_the_holder_agrees(sides: tuple[TestClient, TestClient]) -> None:
    enterprise, holder = sides
    made = enterprise.post("/api/v1/interests", json=ASKED)
    assert (made.status_code, made.json()["standing"], made.json()["due"]) == (201, "待答复", "2026-07-07")
    again = enterprise.post("/api/v1/interests", json={"patent": MEMBRANE.id})
    assert (again.status_code, again.json()) == (200, made.json())

    [seen] = holder.get("/api/v1/interests").json()["items"]
    assert (seen["enterprise"], seen["need"], seen["owing"]) == (
        "一家企业（行业：未注明，地区：河东省云州市）",
        "",
        ["河东大学"],
    )
    for hidden in (ENTERPRISE.name, ENTERPRISE.id, CONTACT, NEEDS[0].title):
        assert hidden not in holder.get(f"/api/v1/interests/{ID}").text

    address = f"/api/v1/interests/{ID}/answer"
    unsaid = holder.post(address, json={"reply": "婉拒"})
    assert (unsaid.status_code, unsaid.json()["detail"]) == (422, "婉拒请说明原因，企业会看到。")
    unknown = holder.post(address, json={"reply": "考虑"})
    assert (unknown.status_code, unknown.json()["errors"][0]["path"]) == (422, "body.reply")
    assert holder.post(address, json={"reply": "同意"}).json()["standing"] == "已同意"
    second = holder.post(address, json={"reply": "婉拒", "reason": "改主意"})
    assert (second.status_code, second.json()["code"]) == (409, "answered")
    for side in sides:
        document = side.get(f"/api/v1/interests/{ID}").json()
        InterestDocument.model_validate(document, strict=True)
        assert CONTACT in document["contacts"].values()
        assert "河东大学" in document["contacts"]
        assert side.get("/api/v1/interests").json()["items"][0]["contacts"] == {}


def test_an_interest_is_taken_back_until_somebody_has_answered(sides: tuple[TestClient, TestClient]) -> None:
    enterprise, holder = sides
    address = f"/api/v1/interests/{ID}"
    enterprise.post("/api/v1/interests", json=ASKED)
    assert holder.delete(address).status_code == 403
    assert kept(enterprise) == [ID]
    assert enterprise.delete(address).status_code == 204
    assert [enterprise.delete(address).status_code, holder.get(address).status_code] == [404, 404]
    assert kept(enterprise) == []
    late = holder.post(f"{address}/answer", json={"reply": "同意"})
    assert (late.status_code, late.json()["detail"]) == (404, "没有这条意向。")

    again = enterprise.post("/api/v1/interests", json=ASKED)
    assert again.status_code == 201
    address = f"/api/v1/interests/{again.json()['id']}"
    holder.post(f"{address}/answer", json={"reply": "婉拒", "reason": "已独占许可"})
    refused = enterprise.delete(address)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "专利权人已经答复，意向不能撤回。请刷新查看答复。",
    )
    assert kept(enterprise) == [again.json()["id"]] != [ID]


def test_interests_come_in_pages_the_newest_first(sides: tuple[TestClient, TestClient]) -> None:
    enterprise, holder = sides
    for patent in (MEMBRANE.id, BEARING.id):
        assert enterprise.post("/api/v1/interests", json={"patent": patent}).status_code == 201
    first = enterprise.get("/api/v1/interests", params={"limit": 1}).json()
    second = enterprise.get(first["next"]).json()
    found = [one["patent_id"] for page in (first, second) for one in page["items"]]
    assert found == [BEARING.id, MEMBRANE.id]
    assert second["next"] is None
    assert [one["patent_id"] for one in holder.get("/api/v1/interests").json()["items"]] == [MEMBRANE.id]
    unknown = enterprise.post("/api/v1/interests", json={"patent": "ZL209999999999.9"})
    assert (unknown.status_code, len(kept(enterprise))) == (404, 2)
