"""An event from its form to the published list, by two people; and who sees what of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Caller, Role
from tests.api.conftest import BASE, NOW, key_of
from tests.api.pages.conftest import PASSWORD, SUBJECTS, Browser

EVENT = {"name": "2026年秋季路演", "starts": "2026-10-20", "place": "省科技馆", "per_need": "3"}


def build(bureau: Browser) -> str:
    """Draw up a list of HD001 and wait for it; its page."""
    address = bureau.post("/events/HD001/lists", {}, follow_redirects=False).headers["location"]
    page = bureau.get(address).text
    for _ in range(400):
        if 'http-equiv="refresh"' not in page:
            return page
        time.sleep(0.05)
        page = bureau.get(address).text
    raise AssertionError("the list was not made")


@pytest.fixture
def second(app: FastAPI) -> Browser:
    """The bureau's other officer."""
    client = TestClient(app, base_url=BASE)
    access = app.state.services.access
    token = access.invite(Caller("管理员", Role.BUREAU), "李强", Role.BUREAU, "", NOW)
    client.post(f"/invitation/{token}", data={"login": "liqiang", "password": PASSWORD, "again": PASSWORD})
    return Browser(client)


def test_an_event_to_its_published_list(
    bureau: Browser, second: Browser, browser: Callable[..., Browser], app: FastAPI
) -> None:
    made = bureau.post("/events", EVENT, follow_redirects=False)
    assert made.headers["location"] == "/events/HD001"
    again = bureau.post("/events", EVENT, follow_redirects=False)
    assert again.headers["location"] == "/events/HD001"
    assert len(app.state.services.workspace.store.roadshows.all()) == 1
    page = build(bureau)
    assert re.search(r'清单 <a href="/events/HD001">HD001-01</a>：2 项需求，2 件（组）专利，2 条对接。', page)
    draft = bureau.get("/events/HD001").text
    assert [step in draft for step in ("送审", "作废", ">发布<")] == [True, True, False]
    # Nobody outside sees a draft.
    holder = browser(Role.HOLDER)
    assert "还没有发布的清单。" in holder.get("/events/HD001").text
    assert holder.get("/events/HD001/list.xlsx").status_code == 404
    unseen = [
        re.search(r"没有清单“[^”]+”。", holder.get(f"/lists/{id_}").text)[0]
        for id_ in ("HD001-01", "HD009-01")
    ]
    assert unseen == ["没有清单“HD001-01”。", "没有清单“HD009-01”。"]
    bureau.post("/lists/HD001-01/state", {"state": "审核"})
    own = bureau.post("/lists/HD001-01/state", {"state": "已发布"})
    assert (own.status_code, "须由另一人审核后发布" in own.text) == (422, True)
    second.post("/lists/HD001-01/state", {"state": "已发布"})
    assert "HD001-01　已发布（2026-06-30 发布）" in bureau.get("/events/HD001").text
    again = second.post("/lists/HD001-01/state", {"state": "审核"})
    assert (again.status_code, "下一步只能是：作废" in again.text) == (422, True)

    shown = holder.get("/lists/HD001-01").text
    assert "海水淡化反渗透膜的抗污染改性" in shown
    assert "滚动轴承" not in shown
    assert "对接清单 HD001-01 已发布，其中有本单位的需求或专利。" in holder.get("/messages").text
    assert "编制清单 2026年秋季路演：已完成。" in bureau.get("/messages").text
    assert "已发布" not in bureau.get("/messages").text
    book = openpyxl.load_workbook(BytesIO(holder.get("/events/HD001/list.xlsx").content))
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("海水淡化反渗透膜的抗污染改性" in text for text in texts)
    assert not any("滚动轴承" in text or "临川风电" in text for text in texts)
    found = {}
    for role in (Role.BUREAU, Role.HOLDER, Role.ENTERPRISE):
        headers = key_of(app.state.services.access, role, SUBJECTS.get(role, ""))
        document = TestClient(app, base_url=BASE, headers=headers).get("/api/v1/events/HD001/list").json()
        found[role] = (document["preset"], [need["need_id"] for need in document["needs"]])
    assert found == {
        Role.BUREAU: ("内部版", ["N001", "N002"]),
        Role.HOLDER: ("高校版", ["N001"]),
        Role.ENTERPRISE: ("企业版", ["N001"]),
    }


def test_the_interface_names_events_and_versions(bureau: Browser, app: FastAPI) -> None:
    bureau.post("/events", EVENT)
    build(bureau)
    build(bureau)
    headers = key_of(app.state.services.access, Role.BUREAU)
    client = TestClient(app, base_url=BASE, headers=headers)
    assert client.get("/api/v1/events").json() == [
        {
            "id": "HD001",
            "name": "2026年秋季路演",
            "starts": "2026-10-20",
            "ends": None,
            "place": "省科技馆",
            "organiser": "河东省知识产权局",
        }
    ]
    by_name = client.get("/api/v1/events/2026年秋季路演/list").json()
    assert by_name["provenance"]["list_id"] == "HD001-02"
    older = client.get("/api/v1/events/HD001/list", params={"version": "HD001-01"}).json()
    assert older["provenance"]["list_id"] == "HD001-01"
    refused = client.get("/api/v1/events/HD001/list", params={"version": "HD002-01"})
    assert (refused.status_code, refused.json()["detail"]) == (404, "没有清单“HD002-01”。")
    headers = key_of(app.state.services.access, Role.HOLDER, "河东大学")
    draft = TestClient(app, base_url=BASE, headers=headers).get("/api/v1/events/HD001/list")
    assert (draft.status_code, draft.json()["detail"]) == (404, "这场活动还没有可以查看的清单。")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "活动名称不能为空。"),
        ({"name": "长" * 201}, "活动名称请写在 200 字以内。"),
        ({"starts": "0001-01-01"}, "活动日期 0001-01-01 应在 1985 年至 2200 年之间。"),
        ({"starts": "10月20日"}, "活动日期“10月20日”应写成 2026-10-20 的形式。"),
        ({"floor": "优秀"}, "不认识的推荐等级“优秀”。可选：强烈推荐、推荐、可关注、不推荐。"),
        ({"per_need": "0"}, "每项需求最多几件专利应为 1 到 1000 的整数，填的是“0”。"),
        ({"need_region": "", "group": "星座=金牛"}, "“星座=金牛”应写成 口径=名称"),
        (
            {"need_region": "", "group": "单位类型=高校、属地=云州"},
            "“属地”中没有“云州”。可用：临川市、云州市、未注明。",
        ),
        ({"quota": "专利产业=新才料:3"}, "重点产业表中没有“新才料”。"),
        ({"quota": "专利产业=新材料"}, "“专利产业=新材料”应写成 口径=名称:条数"),
        ({"ends": "2026-10-19"}, "结束日期 2026-10-19 早于活动日期 2026-10-20。"),
    ],
)
def test_events_that_may_not_be(bureau: Browser, changed: dict, sentence: str) -> None:
    refused = bureau.post("/events", {**EVENT, **changed})
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert "还没有活动。" in bureau.get("/events").text
