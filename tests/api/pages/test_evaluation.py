"""评估: a replay runs in the background, its figures stand with their intervals, and two runs are set against each other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Role
from eval.judged_sets import FOLDER
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BASE, BEARING, DEALS, ENTERPRISE, MEMBRANE, NOW, key_of
from tests.api.pages.conftest import Browser
from tests.api.pages.test_imports import finished
from tests.api.pages.test_pages import words

PERIOD = {"since": "2026-03-31", "until": "2026-06-30", "months": "1"}
JOB = "0" * 32


@pytest.fixture
def analyst(browser: Callable[..., Browser], filled: Settings) -> Browser:
    """An analyst's browser, over a workspace in which both inventions were sold to the enterprise."""
    with Workspace.open(filled) as workspace:
        workspace.store.merge(DEALS, NOW.date())
    return browser(Role.ANALYST)


def evaluated(browser: Browser) -> str:
    """The address of a finished run."""
    sent = browser.post("/evaluations", PERIOD, follow_redirects=False)
    address = sent.headers["location"]
    assert finished(browser, address)
    return address.replace("/jobs/", "/evaluations/")


def test_a_run_is_started_listed_and_read_without_naming_anybody(analyst: Browser, bureau: Browser) -> None:
    address = evaluated(analyst)
    listed = analyst.get("/evaluations").text
    assert f'href="{address}"' in listed
    assert "2026-03-31 至 2026-06-30，每 1 个月" in listed
    [hits] = re.findall(r'<td class="n">([01]\.\d{3}［[01]\.\d{3}，[01]\.\d{3}］)</td>', listed)[:1]
    report = analyst.get(address)
    assert report.status_code == 200
    rows = dict(re.findall(r'<tr><th scope="row">([^<]+)</th><td class="n">([^<]+)</td>', report.text))
    assert rows["完整排序"] == hits
    assert {"随机", "BM25（词）", "完整排序"} <= set(rows)
    assert "<svg" in report.text
    assert "不能得出的结论" in report.text
    for page in (listed, report.text):
        for name in (ENTERPRISE.id, ENTERPRISE.name, "T4", MEMBRANE.title):
            assert name not in page
    assert analyst.get(f"{address}/report.html").status_code == 403
    whole = bureau.get(f"{address}/report.html")
    assert (whole.status_code, whole.headers["content-disposition"][:10]) == (200, "attachment")


def test_two_runs_over_the_same_days_differ_by_nothing(analyst: Browser) -> None:
    ids = [evaluated(analyst).rpartition("/")[2] for _ in range(2)]
    page = words(analyst.get(f"/evaluations/compare?run={ids[1]}&run={ids[0]}").text)
    assert re.search(
        r"命中率@10 ([01]\.\d{3}) → \1（\+0\.0000） \+0\.0000 至 \+0\.0000 \+0\.00 1\.0000 0/\d+/0", page
    )
    assert "区间含 0 的，不能说有变化" in page
    for chosen in ([ids[0]], [ids[0], ids[0]], []):
        refused = analyst.get("/evaluations/compare", params={"run": chosen})
        assert (refused.status_code, "请勾选两次已完成的评估" in refused.text) == (422, True)
    assert analyst.get(f"/evaluations/compare?run={ids[0]}&run={JOB}").status_code == 404


def test_two_settings_are_compared_over_what_experts_judged_without_a_restart(
    analyst: Browser, filled: Settings
) -> None:
    folder = filled.home / FOLDER
    folder.mkdir()
    levels = f"N001\t{MEMBRANE.id}\t4\nN001\t{BEARING.id}\t1\nN002\t{BEARING.id}\t3\nN002\t{MEMBRANE.id}\t1\n"
    (folder / "专家.tsv").write_text(f"need_id\tachievement_id\tlevel\n{levels}", "utf-8")
    form = {"judgements": "专家.tsv", "mode": "full"}
    changed = {"candidates": "1", "weight": ["0", "1"]}
    addresses = []
    for varied in ({}, changed):
        sent = analyst.post("/evaluations", {**form, **varied}, follow_redirects=False)
        assert finished(analyst, sent.headers["location"])
        addresses.append(sent.headers["location"].replace("/jobs/", "/evaluations/"))
    listed = words(analyst.get("/evaluations").text)
    assert "标注集“专家.tsv”，全库排序 每个通道的召回候选数 1、权重" in listed
    report = words(analyst.get(addresses[1]).text)
    assert "召回候选数 1；权重 semantic 0，lexical 1" in report
    ids = [address.rpartition("/")[2] for address in addresses]
    page = words(analyst.get(f"/evaluations/compare?run={ids[0]}&run={ids[1]}").text)
    assert "每个通道的召回候选数 200 1" in page
    assert re.search(r"nDCG@10 1\.000 → 1\.000（\+0\.0000） \+0\.0000 至 \+0\.0000", page)
    assert "2 条共同的需求，按 2 家企业重抽样" in page
    for id_ in (ENTERPRISE.id, "N001", MEMBRANE.id):
        assert id_ not in listed + report + page
    replay = evaluated(analyst).rpartition("/")[2]
    refused = analyst.get(f"/evaluations/compare?run={ids[0]}&run={replay}")
    assert (refused.status_code, "检验方式不同" in refused.text) == (422, True)


def test_the_same_over_http(analyst: Browser, app: FastAPI) -> None:
    client = TestClient(app, base_url=BASE, headers=key_of(app.state.services.access, Role.ANALYST))
    choices = client.get("/api/v1/evaluations/choices").json()
    assert (choices["judgements"], choices["settings"]["candidates"]) == (["企业评价", "对接结果"], 200)
    ids = []
    for settings in ({}, {"candidates": 1, "weights": {"lexical": 0}}):
        sent = client.post(
            "/api/v1/evaluations", json={"since": "2026-03-31", "months": 1, "settings": settings}
        )
        assert sent.status_code == 202
        ids.append(sent.json()["id"])
        assert finished(analyst, f"/jobs/{ids[-1]}")
    job = client.get(f"/api/v1/jobs/{ids[1]}").json()
    assert (job["result"]["settings"]["candidates"], job["result"]["settings"]["weights"]["lexical"]) == (
        1,
        0,
    )
    found = client.get("/api/v1/evaluations/comparison", params={"before": ids[0], "after": ids[1]}).json()
    assert [one["setting"] for one in found["settings"]] == ["每个通道的召回候选数", "权重 用词相同"]
    assert found["comparisons"][0]["difference"].keys() == {"mean", "low", "high"}
    for settings, sentence in (
        ({"model": "hub/model"}, "评估不能使用模型“hub/model”"),
        ({"weights": {"x": 1}}, "没有名为 x 的信号"),
    ):
        refused = client.post("/api/v1/evaluations", json={"settings": settings})
        assert (refused.status_code, sentence in refused.json()["detail"]) == (422, True)
    refused = client.post("/api/v1/evaluations", json={"judgements": "../matcher.db"})
    assert "没有名为“../matcher.db”的标注集" in refused.json()["detail"]
    assert len(client.get("/api/v1/jobs").json()["items"]) == 2
    assert (
        client.get(
            "/api/v1/evaluations/choices", headers=key_of(app.state.services.access, Role.HOLDER, "河东大学")
        ).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"judgements": "没有"}, "没有名为“没有”的标注集。现有：企业评价、对接结果。"),
        ({"model": "别人的/模型"}, "评估不能使用模型“别人的/模型”"),
        ({"candidates": "很多"}, "召回候选数应为 1 至 100000 的整数，收到的是“很多”"),
        ({"weight": ["0", "nan"]}, "的权重应为 0 至 1000，收到的是“nan”"),
        ({"since": "去年"}, "“去年”不是日期"),
        ({"since": "0001-01-01"}, "“0001-01-01”应在 1985 年至 2200 年之间。"),
        ({"since": "2026-06-30", "until": "2026-01-01"}, "结束日期须晚于开始日期"),
        ({"months": "0"}, "不得小于 1，收到的是“0”"),
    ],
)
def test_days_that_are_none_start_nothing(analyst: Browser, form: dict[str, str], sentence: str) -> None:
    refused = analyst.post("/evaluations", form)
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert "还没有评估过" in analyst.get("/evaluations").text


def test_a_history_without_deals_fails_with_a_sentence(bureau: Browser) -> None:
    address = bureau.post("/evaluations", {}, follow_redirects=False).headers["location"]
    page = finished(bureau, address)
    assert "工作区中没有带日期的历史交易" in page
    assert bureau.get(address.replace("/jobs/", "/evaluations/")).status_code == 404
