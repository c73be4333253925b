"""Needs, patents and enterprises: pages, readers, edits that name what they were made on, the importer's rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from api.access.keys import KeyRequest
from api.access.roles import Role
from api.store.confirmations import asking, confirming
from matcher.domain import Assessment, LicensingMode, Need, Prospect
from matcher.outcomes import Outcome, State, Step
from matcher.store import tables
from matcher.store.engine import writing
from matcher.store.outcomes import follow
from tests.api.conftest import BASE, BEARING, ENTERPRISE, MEMBRANE, NOW, key_of

NEED = "/api/v1/needs/N001"
PATENT = "/api/v1/patents/CN202310123456"


@pytest.fixture
def store(client: TestClient):
    return client.app.state.services.workspace.store


def of(client: TestClient, role: Role, subject: str = "") -> TestClient:
    access = client.app.state.services.access
    return TestClient(client.app, base_url=BASE, headers=key_of(access, role, subject))


def ids(page: dict) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_pages_follow_their_links_and_lose_nothing_to_what_arrives_between(client: TestClient, store) -> None:
    first = client.get("/api/v1/patents", params={"limit": 2, "status": ["授权", "未缴年费终止"]})
    assert ids(first.json()) == ["CN202210654321", "CN202310123456"]
    assert first.headers["link"] == f'<{first.json()["next"]}>; rel="next"'
    store.merge([replace(BEARING, id="CN202110000001", application_number="CN202110000001.0")], NOW.date())
    last = client.get(first.json()["next"]).json()
    assert (ids(last), last["next"]) == (["CN202420111222"], None)
    assert ids(client.get("/api/v1/patents", params={"type": "实用新型"}).json()) == ["CN202420111222"]


@pytest.mark.parametrize("cursor", ["x", "WzFd", "!!", "W10", "eyJhIjoxfQ", "WyJcdTAwMDAiXQ"])
def test_a_cursor_that_is_none_of_ours(client: TestClient, cursor: str) -> None:
    refused = client.get("/api/v1/needs", params={"cursor": cursor})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("limit", ["0", "201", "x"])
def test_the_size_of_a_page_is_bounded(client: TestClient, limit: str) -> None:
    assert client.get("/api/v1/needs", params={"limit": limit}).json()["errors"][0]["path"] == "query.limit"


def test_an_enterprise_sees_its_own_needs_and_itself(client: TestClient) -> None:
    assert ids(client.get("/api/v1/needs").json()) == ["N001", "N002"]
    enterprise = of(client, Role.ENTERPRISE, ENTERPRISE.id)
    assert ids(enterprise.get("/api/v1/needs").json()) == ["N001"]
    assert ids(enterprise.get("/api/v1/enterprises").json()) == [ENTERPRISE.id]
    assert enterprise.get("/api/v1/needs/N002").status_code == 404
    assert enterprise.get("/api/v1/enterprises/CN404").status_code == 404
    other = of(client, Role.ENTERPRISE, "E2")
    assert ids(other.get("/api/v1/needs").json()) == []
    assert other.get(f"/api/v1/enterprises/{ENTERPRISE.id}").status_code == 404


def test_contacts_are_shown_to_those_entitled_and_that_is_noted(client: TestClient, store) -> None:
    member = replace(MEMBRANE, contact="科研院 0531", inventors=("张三",))
    store.merge([member], NOW.date(), prefer_new=True)
    address = f"/api/v1/enterprises/{ENTERPRISE.id}"
    assert client.get(address).json()["contact"] == "赵工 0531-0000000"
    assert client.get(PATENT).json()["inventors"] == ["张三"]
    noted = [line.action for line in client.app.state.services.access.audit.recent(2)]
    assert noted == ["查看专利联系部门", "查看企业联系方式"]
    own = of(client, Role.HOLDER, "河东大学")
    assert own.get(PATENT).json()["contact"] == "科研院 0531"
    for other in (of(client, Role.HOLDER, "云州理工学院"), of(client, Role.ANALYST)):
        assert not {"contact", "inventors"} & other.get(PATENT).json().keys()
        assert not {"contact", "inventors"} & other.get("/api/v1/patents").json()["items"][1].keys()


def test_a_need_is_registered_by_the_importers_rules(client: TestClient, store) -> None:
    body = {"title": "耐酸泵", "enterprise": "云州泵业有限公司", "budget": 30.5, "min_maturity": "中试"}
    made = client.post("/api/v1/needs", json=body)
    assert made.status_code == 201
    document = made.json()
    assert made.headers["location"] == f"/api/v1/needs/{document['id']}"
    assert document["received"] == "2026-06-30"
    assert document["confidentiality"] == "仅主管部门"
    found = store.needs.get(document["id"])
    assert (found.title, found.budget, found.min_maturity.level) == ("耐酸泵", 30.5, 6)
    assert client.get(made.headers["location"]).headers["etag"] == made.headers["etag"]
    [job] = client.app.state.services.worker.jobs.recent()
    assert job.kind == "index"
    again = client.post("/api/v1/needs", json={**body, "own_id": document["own_id"]})
    assert (again.status_code, again.json()["code"]) == (409, "exists")


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({}, "body", "缺少需求名称和需求描述。请至少填写一项后重新导入"),
        ({"title": "泵", "min_maturity": "很好"}, "body.min_maturity", "很好"),
        ({"title": "泵", "ipc": ["xx"]}, "body.ipc", "xx"),
        ({"title": "泵", "credit_code": "123"}, "body.credit_code", "123"),
        ({"title": "泵", "modes": ["租赁"]}, "body.modes.0", "租赁"),
        ({"title": "泵", "budget": "30万"}, "body.budget", "30万"),
        ({"title": "泵", "budget": -1}, "body.budget", "不得小于 0"),
        ({"title": "泵", "valid_until": "明年"}, "body.valid_until", "日期应写成 2026-06-30 的形式"),
        ({"titel": "泵"}, "body.titel", "不认识的字段"),
    ],
)
def test_what_the_importer_refuses_is_refused_with_its_field(
    client: TestClient, store, body: dict, path: str, message: str
) -> None:
    version = store.data_version()
    refused = client.post("/api/v1/needs", json=body)
    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert error["path"] == path
    assert message in error["message"]
    assert store.data_version() == version


def test_a_change_names_the_state_it_was_made_on(client: TestClient, store) -> None:
    read = client.get(NEED)
    tag = read.headers["etag"]
    missing = client.patch(NEED, json={"budget": 1.0})
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_missing")
    assert missing.json()["detail"] == (
        "修改须在请求头 If-Match 中给出读取时得到的 ETag，以免覆盖他人的修改。请先读取，再修改。"
    )
    changed = client.patch(NEED, json={"budget": 12.0, "description": None}, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["budget"] == 12.0
    assert "description" not in changed.json()
    assert changed.json()["title"] == read.json()["title"]
    late = client.patch(NEED, json={"budget": 13.0}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert late.json()["detail"] == "这条记录在您读取之后已被修改，没有保存。请重新读取，核对后再改。"
    assert store.needs.get("N001").budget == 12.0
    replaced = client.put(NEED, json={"title": "新题"}, headers={"If-Match": changed.headers["etag"]})
    assert {"id", "own_id", "title", "confidentiality"} == replaced.json().keys()
    found = store.needs.get("N001")
    assert found == Need("N001", "新题", own_id="N001")


def test_an_enterprise_writes_its_own_needs_whatever_name_it_gives(client: TestClient, store) -> None:
    enterprise = of(client, Role.ENTERPRISE, ENTERPRISE.id)
    made = enterprise.post("/api/v1/needs", json={"title": "泵", "enterprise": "别家公司"}).json()
    found = store.needs.get(made["id"])
    assert (found.enterprise_id, found.enterprise) == (ENTERPRISE.id, ENTERPRISE.name)
    refused = enterprise.patch("/api/v1/needs/N002", json={"title": "x"}, headers={"If-Match": "*"})
    assert refused.status_code == 404
    assert store.needs.get("N002").title == "滚动轴承早期故障诊断"


def test_what_is_refused_does_not_touch_what_an_enterprise_has_agreed_to(client: TestClient) -> None:
    confirmations = client.app.state.services.confirmations
    with writing(confirmations._engine) as connection:
        asking("N002", NOW)(connection)
        confirming("N002", "词", "别家", NOW)(connection)
    agreed = confirmations.get("N002")
    enterprise = of(client, Role.ENTERPRISE, ENTERPRISE.id)
    body = {"own_id": "N002", "title": "泵", "confidentiality": "匿名"}
    made = enterprise.post("/api/v1/needs", json=body)
    # Another's number is answered like any other: which there are is told to nobody.
    assert (made.status_code, made.json()["own_id"], made.json()["id"][:11]) == (201, "N002", "XQ20260630-")
    again = enterprise.post("/api/v1/needs", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    assert f"本企业已有自编号为“N002”的需求 {made.json()['id']}" in again.json()["detail"]
    own = f"/api/v1/needs/{made.json()['id']}"
    changed = enterprise.patch(own, json={"budget": 9}, headers={"If-Match": made.headers["etag"]})
    assert [changed.json()[name] for name in ("id", "own_id", "budget")] == [made.json()["id"], "N002", 9.0]
    late = enterprise.patch(NEED, json={"confidentiality": "匿名"}, headers={"If-Match": '"old"'})
    assert late.status_code == 412
    assert (confirmations.get("N002"), confirmations.get("N001")) == (agreed, None)
    tag = {"If-Match": enterprise.get(NEED).headers["etag"]}
    waits = enterprise.patch(NEED, json={"confidentiality": "匿名"}, headers=tag)
    assert waits.json()["confidentiality"] == "仅主管部门"
    assert confirmations.waiting() == ["N001", made.json()["id"]]


def test_a_need_is_withdrawn_unless_it_is_followed(client: TestClient, store) -> None:
    tag = client.get(NEED).headers["etag"]
    outcome = Outcome("M1", "HD001", "N001", MEMBRANE.id, "HD001-01")
    with writing(store._engine) as connection:
        follow(connection, [outcome], [Step("M1", 1, NOW, "局", None, State.PUSHED)])
    refused = client.delete(NEED, headers={"If-Match": tag})
    assert (refused.status_code, refused.json()["code"]) == (409, "followed")
    assert "对接 M1 处于“已推送”" in refused.json()["detail"]
    with writing(store._engine) as connection:
        connection.execute(tables.outcomes.update().values(state="已撤回"))
    assert client.delete(NEED).status_code == 428
    assert client.delete(NEED, headers={"If-Match": tag}).status_code == 204
    assert client.get(NEED).status_code == 404
    assert client.app.state.services.access.audit.recent(1)[0].action == "撤回需求"


def test_a_holder_changes_what_it_declares_and_nothing_else(client: TestClient, store) -> None:
    holder = of(client, Role.HOLDER, "河东大学")
    tag = {"If-Match": holder.get(PATENT).headers["etag"]}
    for method, body in (("PATCH", {"title": "x"}), ("PUT", {"title": "x"})):
        refused = holder.request(method, PATENT, json=body, headers=tag)
        assert refused.status_code == 403
        assert "只能用 PATCH 修改本单位声明的项目" in refused.json()["detail"]
    body = {"fee": "50万元", "payment": "一次总付", "maturity": "中试", "maturity_source": "自评"}
    changed = holder.patch(PATENT, json=body, headers=tag)
    assert changed.status_code == 200, changed.text
    found = store.patents.get(MEMBRANE.id)
    assert (found.fee.amount, found.fee.kind, found.maturity.level) == (50.0, "一次总付", 6)
    assert replace(found, fee=MEMBRANE.fee, maturity=MEMBRANE.maturity) == MEMBRANE
    foreign = "/api/v1/patents/CN202210654321"
    assert holder.patch(foreign, json={"fee": "1万元"}, headers=tag).status_code == 404
    assert store.patents.get(BEARING.id) == BEARING
    assert holder.post("/api/v1/patents", json={"title": "x"}).status_code == 403


def test_a_withdrawn_patent_stays_and_is_for_its_holders_own_use(client: TestClient, store) -> None:
    tag = {"If-Match": client.get(PATENT).headers["etag"]}
    assert client.delete(PATENT, headers=tag).json()["modes"] == ["自行实施"]
    assert store.patents.get(MEMBRANE.id) == replace(MEMBRANE, modes=(LicensingMode.OWN_USE,))


def test_replacing_keeps_what_the_editor_is_not_shown(client: TestClient, store) -> None:
    store.merge([replace(MEMBRANE, contact="科研院 0531")], NOW.date(), prefer_new=True)
    access = client.app.state.services.access
    narrow = KeyRequest("窄", Role.BUREAU, ("patents:read", "patents:write"))
    headers = {"Authorization": f"Bearer {access.new_key('测试', narrow, NOW)}"}
    tag = client.get(PATENT, headers=headers).headers["etag"]
    body = {"title": "新题", "application_number": "CN202310123456.6", "granted": "2024-08-01"}
    replaced = client.put(PATENT, json=body, headers={**headers, "If-Match": tag})
    assert replaced.status_code == 200, replaced.text
    found = store.patents.get(MEMBRANE.id)
    assert (found.title, found.contact, found.abstract, found.granted) == (
        "新题",
        "科研院 0531",
        "",
        date(2024, 8, 1),
    )


def test_an_enterprise_is_withdrawn_once_nothing_waits_for_it_and_its_history_stays(
    client: TestClient, store
) -> None:
    address = f"/api/v1/enterprises/{ENTERPRISE.id}"
    store.merge(
        [Assessment("A1", MEMBRANE.id, ENTERPRISE.id, on=NOW.date(), prospect=Prospect.GOOD)], NOW.date()
    )
    own = of(client, Role.ENTERPRISE, ENTERPRISE.id)
    assert own.post("/api/v1/interests", json={"patent": MEMBRANE.id}).status_code == 201
    refused = client.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "enterprise_in_use")
    assert "还有 1 条未撤回的需求、1 条等待答复的意向、1 个有效的密钥，没有撤回" in refused.json()["detail"]
    assert own.delete(address).json()["detail"] == "企业不能自行撤回登记。请联系主管部门办理。"
    [interest] = own.get("/api/v1/interests").json()["items"]
    assert own.delete(f"/api/v1/interests/{interest['id']}").status_code == 204
    assert own.delete(NEED, headers={"If-Match": own.get(NEED).headers["etag"]}).status_code == 204
    keys = client.app.state.services.access.keys
    for key in keys.usable(Role.ENTERPRISE, ENTERPRISE.id, NOW):
        keys.revoke(key.id, NOW)
    assert client.delete(address).status_code == 428
    assert client.delete(address, headers={"If-Match": '"x"'}).status_code == 412
    tag = client.get(address).headers["etag"]
    assert client.delete(address, headers={"If-Match": tag}).status_code == 204
    assert client.get(address).status_code == 404
    [kept] = store.assessments.all()
    assert (kept.patent_id, kept.enterprise_id) == (MEMBRANE.id, ENTERPRISE.id)
    # Its name is free again.
    assert client.post("/api/v1/enterprises", json={"name": ENTERPRISE.name}).status_code == 201
