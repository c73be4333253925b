"""An event from its creation to a signed match, and the reports about it, over HTTP alone."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.access.keys import SCOPES, KeyRequest
from api.access.policy import PERMISSIONS
from api.access.roles import Role
from api.access.sign_in import Access
from matcher.domain import Transaction, TransactionKind
from tests.api.conftest import BASE, BEARING, ENTERPRISE, MEMBRANE, NOW, key_of
from tests.api.http.test_imports import ended

EVENT = {
    "name": "2026年秋季路演",
    "starts": "2026-10-20",
    "scope": {"need_ids": ["N001"]},
    "rules": {"per_need": 3, "per_patent": None},
}


def of(client: TestClient, role: Role, subject: str = "") -> TestClient:
    access = client.app.state.services.access
    return TestClient(client.app, base_url=BASE, headers=key_of(access, role, subject))


def built(client: TestClient) -> str:
    """The id of a new version of a new event's list."""
    event = client.post("/api/v1/events", json=EVENT).json()["id"]
    job = ended(client, client.post(f"/api/v1/events/{event}/lists").json()["id"])
    assert job["state"] == "已完成", job
    return job["result"]["list"]


def moved(client: TestClient, list_id: str, state: str, note: str = ""):
    tag = client.get(f"/api/v1/lists/{list_id}").headers["etag"]
    body = {"state": state, "note": note}
    return client.post(f"/api/v1/lists/{list_id}/moves", json=body, headers={"If-Match": tag})


def test_an_event_is_made_and_changed_with_a_reason(client: TestClient) -> None:
    made = client.post("/api/v1/events", json=EVENT)
    assert (made.status_code, made.headers["location"]) == (201, "/api/v1/events/HD001")
    document = made.json()
    assert (document["rules"]["per_need"], document["rules"]["per_patent"]) == (3, None)
    assert (document["scope"]["need_ids"], document["version"]) == (["N001"], 1)
    tag = {"If-Match": made.headers["etag"]}
    body = {**EVENT, "rules": {"per_need": 2}, "reason": "场地变小"}
    assert client.put("/api/v1/events/HD001", json=body).status_code == 428
    changed = client.put("/api/v1/events/HD001", json=body, headers=tag)
    assert (changed.json()["rules"]["per_need"], changed.json()["version"]) == (2, 2)
    assert changed.json()["changes"][0]["reason"] == "场地变小"
    late = client.put("/api/v1/events/HD001", json=body, headers=tag)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    brief = of(client, Role.ENTERPRISE, ENTERPRISE.id).get("/api/v1/events/HD001").json()
    assert brief.keys() == {"id", "name", "starts", "ends", "place", "organiser"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"starts": None}, "body.starts"),
        ({"rules": {"per_need": 0}}, "body.rules.per_need"),
        ({"rules": {"floor": "最好"}}, "body.rules.floor"),
        ({"scope": {"region": []}}, "body.scope.region"),
        ({"scope": {"groups": ["单位类型=高校", "星座=金牛"]}}, "body.scope.groups.1"),
        ({"scope": {"groups": ["属地=云州"]}}, "body.scope.groups.0"),
        ({"rules": {"quotas": [{"group": "专利产业=新才料", "at_most": 1}]}}, "body.rules.quotas.0.group"),
        ({"rules": {"quotas": [{"group": "专利产业=新材料", "at_most": 0}]}}, "body.rules.quotas.0.at_most"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(client: TestClient, change: dict, path: str) -> None:
    refused = client.post("/api/v1/events", json={**EVENT, **change})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, path)
    assert client.get("/api/v1/events").json() == []


def test_days_in_the_wrong_order_and_unknown_groups(client: TestClient) -> None:
    wrong = client.post("/api/v1/events", json={**EVENT, "ends": "2026-10-19"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "day_order")
    unknown = client.post("/api/v1/events", json={**EVENT, "scope": {"groups": ["属地=云州"]}}).json()
    assert unknown["detail"] == "body.scope.groups.0：“属地”中没有“云州”。可用：临川市、云州市、未注明。"


def test_the_groups_and_quotas_of_an_event_bind_its_list(client: TestClient) -> None:
    rules = {"quotas": [{"group": "单位类型=高校", "at_most": 1}]}
    for number, scope in enumerate([[], ["企业地市=临川市"], ["属地=云州市", "单位类型=高校"]], 1):
        body = {**EVENT, "name": f"第{number}场", "scope": {"groups": scope}, "rules": rules}
        made = client.post("/api/v1/events", json=body).json()
        assert (made["scope"]["groups"], made["rules"]["quotas"]) == (scope, rules["quotas"])
        job = ended(client, client.post(f"/api/v1/events/{made['id']}/lists").json()["id"])
        assert job["state"] == "已完成", job
    found = [client.get(f"/api/v1/events/HD00{number}/list").json()["needs"] for number in (1, 2, 3)]
    assert [[(n["need_id"], [m["patent_id"] for m in n["matches"]]) for n in needs] for needs in found] == [
        [("N001", []), ("N002", [BEARING.id])],
        [("N002", [BEARING.id])],
        [("N001", [MEMBRANE.id]), ("N002", [])],
    ]


def test_a_draft_is_reviewed_and_not_published_by_who_sent_it(client: TestClient) -> None:
    list_id = built(client)
    assert list_id == "HD001-01"
    holder = of(client, Role.HOLDER, "河东大学")
    assert holder.get(f"/api/v1/lists/{list_id}").status_code == 404
    assert holder.get("/api/v1/events/HD001/lists").json() == []
    early = moved(client, list_id, "已发布")
    assert (early.status_code, early.json()["code"]) == (422, "list_state")
    assert client.get(f"/api/v1/lists/{list_id}").json()["state"] == "拟稿"
    assert moved(client, list_id, "审核").json()["state"] == "审核"
    alone = moved(client, list_id, "已发布")
    assert (alone.status_code, alone.json()["code"]) == (422, "second_person")


def test_outcomes_are_recorded_on_the_version_that_was_seen(client: TestClient) -> None:
    list_id = built(client)
    access = client.app.state.services.access
    moved(client, list_id, "审核")
    scopes = tuple(str(scope) for scope in SCOPES if Role.BUREAU in PERMISSIONS[scope])
    key = KeyRequest("发布程序", Role.BUREAU, scopes)
    other = TestClient(
        client.app, base_url=BASE, headers={"Authorization": f"Bearer {access.new_key('x', key, NOW)}"}
    )
    assert moved(other, list_id, "已发布").json()["state"] == "已发布"
    [outcome] = client.get("/api/v1/events/HD001/outcomes").json()["items"]
    assert (outcome["need_id"], outcome["patent_id"], outcome["state"]) == ("N001", MEMBRANE.id, "已推送")
    address = f"/api/v1/outcomes/{outcome['id']}"
    enterprise = of(client, Role.ENTERPRISE, ENTERPRISE.id)
    assert of(client, Role.ENTERPRISE, "E2").get(address).status_code == 404
    tag = {"If-Match": enterprise.get(address).headers["etag"]}
    missing = enterprise.patch(address, json={"state": "不合适"}, headers=tag)
    assert (missing.status_code, missing.json()["code"]) == (422, "reason_missing")
    talked = enterprise.patch(address, json={"state": "洽谈中", "note": "约谈"}, headers=tag)
    assert (talked.json()["state"], talked.json()["version"]) == ("洽谈中", 2)
    late = client.patch(address, json={"state": "搁置", "reason": "资金不足"}, headers=tag)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    signed = {"state": "已签约", "mode": "普通许可", "amount": 50.0, "effective": "2026-11-20"}
    done = client.patch(address, json=signed, headers={"If-Match": talked.headers["etag"]})
    assert (done.status_code, done.json()["state"]) == (200, "已签约")
    assert [step["after"] for step in client.get(f"{address}/history").json()] == [
        "已推送",
        "洽谈中",
        "已签约",
    ]
    deals = list(client.app.state.services.workspace.store.transactions.all())
    assert [(deal.patent_id, deal.kind, deal.on) for deal in deals] == [
        (MEMBRANE.id, TransactionKind.ORDINARY_LICENCE, date(2026, 11, 20))
    ]


def test_a_list_is_taken_away_as_a_file(client: TestClient) -> None:
    list_id = built(client)
    file = client.get(f"/api/v1/lists/{list_id}/file", params={"preset": "内部版"})
    assert file.headers["content-type"] == "application/octet-stream"
    assert "filename*=UTF-8''HD001-01-%E5%86%85" in file.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert any("ZL202310123456.1" in str(cell.value) for row in book.worksheets[1].rows for cell in row)
    run = client.get(f"/api/v1/lists/{list_id}/file", params={"format": "trec"})
    assert run.text.split()[:3] == ["N001", "Q0", MEMBRANE.id]
    assert client.get(f"/api/v1/lists/{list_id}/file", params={"format": "pdf"}).status_code == 422


def test_assessments_are_written_by_enterprises_and_read_by_holders_without_names(client: TestClient) -> None:
    address = f"/api/v1/patents/{MEMBRANE.id}/assessments"
    enterprise = of(client, Role.ENTERPRISE, ENTERPRISE.id)
    said = {"prospect": "较好", "improvement": "降低成本", "enterprise": "别家", "assessor": "王工"}
    made = enterprise.post(address, json=said)
    assert made.status_code == 201, made.text
    assert made.json()["enterprise"] == ENTERPRISE.name
    again = enterprise.post(address, json=said)
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    empty = enterprise.post(address, json={"assessor": "王工"})
    assert empty.json()["errors"][0]["message"].startswith("没有填写任何评价")
    holder = of(client, Role.HOLDER, "河东大学")
    [seen] = holder.get(address).json()
    assert seen["improvement"] == "降低成本"
    assert not {"enterprise", "credit_code", "enterprise_id", "assessor"} & seen.keys()
    assert of(client, Role.HOLDER, "云州理工学院").get(address).status_code == 404
    assert enterprise.get(address).status_code == 403
    assert holder.post(address, json=said).status_code == 403
    [whole] = client.get(address).json()
    assert whole["assessor"] == "王工"


def test_progress_counts_what_the_workspace_holds(client: TestClient) -> None:
    document = client.get("/api/v1/progress").json()
    assert (document["as_of"], document["since"]) == ("2026-06-30", "2026-01-01")
    assert {"dimension", "group", "indicator", "rate"} == document["rates"][0].keys()
    assert document["months"][0]["month"] == "2026-01"
    assert document["participation"][0] == {
        "dimension": "全部",
        "group": "全部",
        "indicator": "需求提出率",
        "rate": {"numerator": 1, "denominator": 1},
    }
    assert of(client, Role.HOLDER, "河东大学").get("/api/v1/progress").status_code == 403


@pytest.mark.parametrize("since", ["2026-07-01", "2016-06-01"])
def test_progress_is_told_of_ten_years_at_most(client: TestClient, since: str) -> None:
    refused = client.get("/api/v1/progress", params={"since": since, "as_of": "2026-06-30"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_period")
    assert refused.json()["detail"] == (
        f"起计日 {since} 应不晚于截至日 2026-06-30，且相距不超过十年。请缩短期间。"
    )


def test_an_export_fills_the_template_that_came_with_it(client: TestClient) -> None:
    store = client.app.state.services.workspace.store
    deal = Transaction(
        "T1", MEMBRANE.id, TransactionKind.ORDINARY_LICENCE, date(2026, 3, 1), "河东大学", "云州水务"
    )
    store.merge([deal], NOW.date())
    book = openpyxl.Workbook()
    book.active.append(["专利号", "交易类型", "交易日期", "受让人", "星座"])
    file = io.BytesIO()
    book.save(file)
    asked = client.post("/api/v1/exports", params={"format": "交易反馈"}, content=file.getvalue())
    assert asked.status_code == 202, asked.text
    job = ended(client, asked.json()["id"])
    assert (job["state"], job["message"]) == ("已完成", "")
    assert (job["result"]["written"], job["result"]["unknown_columns"]) == (1, ["星座"])
    filled = openpyxl.load_workbook(io.BytesIO(client.get(f"/api/v1/jobs/{job['id']}/file").content))
    assert "202310123456.1" in str([cell.value for cell in list(filled.active.rows)[1]])
    unknown = client.post("/api/v1/exports", params={"format": "年报"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_format")
    spoilt = client.post("/api/v1/exports", params={"format": "盘点"}, content=b"no workbook")
    failed = ended(client, spoilt.json()["id"])
    assert failed["state"] == "失败"
    assert "模板.xlsx" in failed["message"]


def test_an_evaluation_replays_the_history_and_says_so_where_there_is_none(
    client: TestClient, access: Access
) -> None:
    none = ended(client, client.post("/api/v1/evaluations", json={}).json()["id"])
    assert (none["state"], none["message"]) == (
        "失败",
        "工作区中没有带日期的历史交易。请先运行 matcher import transactions 历史交易.xlsx。",
    )
    assert client.get(f"/api/v1/evaluations/{none['id']}/report").status_code == 404
    backwards = client.post("/api/v1/evaluations", json={"since": "2026-06-30", "until": "2026-03-31"})
    assert (backwards.status_code, backwards.json()["code"]) == (422, "bad_period")
    store = client.app.state.services.workspace.store
    deals = [
        Transaction(
            f"T{n}",
            patent.id,
            TransactionKind.ASSIGNMENT,
            date(2026, n, 1),
            patent.holders[0],
            ENTERPRISE.name,
            ENTERPRISE.id,
        )
        for n, patent in ((4, MEMBRANE), (6, replace(BEARING)))
    ]
    store.merge(deals, NOW.date())
    asked = client.post(
        "/api/v1/evaluations", json={"months": 1, "since": "2026-03-31", "until": "2026-06-30"}
    )
    job = ended(client, asked.json()["id"])
    assert job["state"] == "已完成", job
    assert job["result"]["cuts"] == 3
    assert "full" in job["result"]["measures"] or len(job["result"]["measures"]) > 3
    report = client.get(f"/api/v1/evaluations/{job['id']}/report").json()
    assert report["title"] == "历史回放"
    assert client.get(f"/api/v1/jobs/{job['id']}/file").text.startswith("<!doctype html>")
    assert ENTERPRISE.id in client.get(f"/api/v1/evaluations/{job['id']}/report").text
    analyst = key_of(access, Role.ANALYST)
    told = client.get(f"/api/v1/evaluations/{job['id']}/report", headers=analyst)
    assert ENTERPRISE.id not in told.text
    assert [run["measures"] for run in told.json()["runs"]] == [run["measures"] for run in report["runs"]]
    refused = client.get(f"/api/v1/jobs/{job['id']}/file?name=评估.json", headers=analyst)
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "评估报告的文件写有企业和记录的编号，只供可以查看全部需求的账号下载。数字见 /evaluations/{job_id}/report。",
    )
