"""Search, matches of a need, enterprises of a patent, the list: what is answered and in which order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.http.examples import SEARCH
from api.http.schemas import ListDocument
from matcher import usecases
from matcher.domain import LegalStatus, Patent
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BASE, key_of

TEXT = "海水淡化反渗透膜抗污染"


def listed(document: dict) -> list[tuple[str, list[str], list[str]]]:
    """(need, its patents, its near misses) in the list's order."""
    return [
        (
            need["need_id"],
            [match["patent_id"] for match in need["matches"]],
            [match["patent_id"] for match in need["excluded"]],
        )
        for need in document["needs"]
    ]


def test_a_text_finds_its_patent_with_reasons_and_the_near_miss_with_its_gate(client: TestClient) -> None:
    document = client.post("/api/v1/search", json={"text": TEXT}).json()
    assert listed(document) == [("即时需求", ["CN202310123456"], ["CN202420111222"])]
    match = document["needs"][0]["matches"][0]
    parts = sum(part["weight"] * part["value"] for part in match["contributions"])
    assert match["score"] == pytest.approx(parts, abs=1e-12)
    assert match["row"]["专利号"] == "ZL202310123456.1"
    assert "反渗透膜" in match["row"]["匹配理由"]
    assert document["provenance"]["made_at"] == "2026-06-30T09:00:00"
    assert document["provenance"]["as_of"] == "2026-06-30"
    excluded = document["needs"][0]["excluded"][0]
    assert excluded["row"]["未列入原因"].startswith("①权利有效：法律状态为未缴年费终止")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"region": ["临川市"]}, []),
        ({"region": ["云州市"]}, ["CN202310123456"]),
        ({"holder": ["云州理工学院"]}, []),
        ({"ipc": ["B01D 61"]}, ["CN202310123456"]),
        ({"ipc": ["B01D 6"]}, []),
        ({"type": ["实用新型"]}, []),
        ({"mode": ["普通许可"]}, ["CN202310123456"]),
        ({"status": ["申请中"]}, []),
        ({"as_of": "2022-12-31"}, []),
    ],
)
def test_filters_apply(client: TestClient, filters: dict, found: list[str]) -> None:
    document = client.post("/api/v1/search", json={"text": TEXT, **filters}).json()
    assert listed(document)[0][1] == found


def test_a_stored_need_and_the_list_give_the_same_matches(client: TestClient) -> None:
    whole = client.get("/api/v1/list").json()
    assert listed(whole) == [
        ("N001", ["CN202310123456"], ["CN202420111222"]),
        ("N002", ["CN202210654321"], []),
    ]
    alone = client.get("/api/v1/needs/N002/matches").json()
    assert alone["needs"][0]["matches"][0]["score"] == whole["needs"][1]["matches"][0]["score"]
    assert listed(alone) == listed(whole)[1:]


def test_a_patent_by_any_of_its_numbers_finds_the_need(client: TestClient) -> None:
    for number in ("ZL202310123456.1", "CN202310123456", "2023101234561"):
        document = client.get(f"/api/v1/patents/{number}/enterprises").json()
        assert listed(document)[0] == ("N001", ["CN202310123456"], [])


def test_the_list_can_be_narrowed_to_needs_and_made_for_the_public(client: TestClient) -> None:
    document = client.get("/api/v1/list", params={"need_region": "云州", "event": "秋季路演"}).json()
    assert listed(document) == [("N001", ["CN202310123456"], ["CN202420111222"])]
    assert document["provenance"]["event"] == "秋季路演"
    assert document["provenance"]["organiser"] == "河东省知识产权局"
    public = client.get("/api/v1/list", params={"preset": "对外版"}).json()
    # N002 states no confidentiality: 仅主管部门.
    assert [need["need_id"] for need in public["needs"]] == ["N001"]
    assert "score" not in public["needs"][0]["matches"][0]
    assert "excluded" not in public["needs"][0]


def test_the_list_of_some_groups(client: TestClient) -> None:
    asked = {"group": ["企业地市=云州市", "单位类型=高校", "单位类型=医院"]}
    assert listed(client.get("/api/v1/list", params=asked).json()) == [
        ("N001", ["CN202310123456"], ["CN202420111222"])
    ]
    hospitals = client.get("/api/v1/list", params={"group": "单位类型=医院"}).json()
    assert listed(hospitals) == [("N001", [], []), ("N002", [], [])]


@pytest.mark.parametrize(
    ("group", "sentence"),
    [
        ("单位类型", "query.group.0：应写成 口径=名称（口径：资质类型、企业地市"),
        ("企业地市=云州", "query.group.0：“企业地市”中没有“云州”。可用：临川市、云州市、未注明。"),
        ("资质类型=国企业", "query.group.0：“资质类型”中没有“国企业”。可用：专精特新、专精特新小巨人、"),
    ],
)
def test_groups_that_nobody_belongs_to_are_refused(client: TestClient, group: str, sentence: str) -> None:
    refused = client.get("/api/v1/list", params={"group": group})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "query.group.0")
    assert sentence in refused.json()["detail"]


def test_what_needs_there_are_is_not_told_to_a_holder_by_a_slip(client: TestClient) -> None:
    headers = key_of(client.app.state.services.access, Role.HOLDER, "河东大学")
    holder = TestClient(client.app, base_url=BASE, headers=headers)
    said = {
        group: holder.get("/api/v1/list", params={"group": group}).json()["detail"]
        for group in ("企业地市=云州", "属地=云州", "归口部门=省工信厅")
    }
    assert said == {
        "企业地市=云州": "query.group.0：没有可以按“企业地市=云州”挑选的需求。请核对名称。",
        "属地=云州": "query.group.0：“属地”中没有“云州”。可用：临川市、云州市、未注明。",
        "归口部门=省工信厅": "“专利权人”不能按企业挑选需求，否则会看出匿名需求属于谁。可按地区和产业挑选。",
    }


@pytest.mark.parametrize("example", SEARCH.values(), ids=SEARCH)
def test_the_examples_of_the_description_are_answered(client: TestClient, example: dict) -> None:
    assert client.post("/api/v1/search", json=example["value"]).status_code == 200


@pytest.mark.parametrize(
    "address", ["/api/v1/list", "/api/v1/list?preset=对外版", "/api/v1/needs/N001/matches"]
)
def test_real_answers_have_the_shape_that_the_description_states(client: TestClient, address: str) -> None:
    ListDocument.model_validate(client.get(address).json(), strict=True)


def test_many_at_once_get_what_one_gets(client: TestClient) -> None:
    def ask(number: int) -> list:
        text = (TEXT, "滚动轴承振动信号故障诊断")[number % 2]
        region = ([], ["云州市"], ["临川市"])[number % 3]
        return listed(client.post("/api/v1/search", json={"text": text, "region": region}).json())

    alone = [ask(number) for number in range(6)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(60))) == alone * 10


def test_an_import_goes_on_with_the_old_index_and_a_new_one_is_picked_up(
    client: TestClient, filled: Settings
) -> None:
    before = client.post("/api/v1/search", json={"text": TEXT}).json()
    fresh = Patent(
        id="CN202510000001",
        title="海水淡化反渗透膜抗污染涂层",
        application_number="CN202510000001.8",
        status=LegalStatus.GRANTED,
        holders=("河东大学",),
        filed=datetime(2025, 1, 2).date(),
    )
    with Workspace.open(filled) as workspace:
        workspace.store.merge([fresh])
        lagging = client.post("/api/v1/search", json={"text": TEXT}).json()
        assert listed(lagging) == listed(before)
        assert lagging["provenance"]["index"].startswith("000001")
        ready = client.get("/ready")
        assert ready.status_code == 200
        assert ready.json()["trouble"] == "索引建立后数据有变化，索引已过期。请运行 matcher index 重建索引。"
        usecases.build_index(workspace, datetime(2026, 6, 30, 10, 0))
    after = client.post("/api/v1/search", json={"text": TEXT}).json()
    assert "CN202510000001" in listed(after)[0][1]
    assert (
        after["provenance"]["index"] == "000003（2026-06-30 10:00）"
    )  # added, then merged: one is more than a twentieth
    assert client.get("/ready").json()["trouble"] == ""


def test_an_assessment_or_enterprise_that_arrives_is_seen_by_the_next_request(
    client: TestClient, filled: Settings
) -> None:
    row = client.get("/api/v1/needs/N001/matches").json()["needs"][0]["row"]
    assert row["企业联系方式"] == "赵工 0531-0000000"
    with Workspace.open(filled) as workspace:
        [enterprise] = workspace.store.enterprises.all()
        workspace.store.merge([replace(enterprise, contact="钱工 0531-1111111")], prefer_new=True)
    row = client.get("/api/v1/needs/N001/matches").json()["needs"][0]["row"]
    assert row["企业联系方式"] == "钱工 0531-1111111"
