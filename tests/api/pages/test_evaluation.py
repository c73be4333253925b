"""评估: a replay runs in the background, its figures stand with their intervals, and two runs are set against each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from api.access.roles import Role
from matcher.domain import Transaction, TransactionKind
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, ENTERPRISE, MEMBRANE, NOW
from tests.api.pages.conftest import Browser
from tests.api.pages.test_imports import finished
from tests.api.pages.test_pages import words

PERIOD = {"since": "2026-03-31", "until": "2026-06-30", "months": "1"}
JOB = "0" * 32


@pytest.fixture
def analyst(browser: Callable[..., Browser], filled: Settings) -> Browser:
    """An analyst's browser, over a workspace in which both inventions were sold to the enterprise."""
    deals = [
        Transaction(
            f"T{month}",
            patent.id,
            TransactionKind.ASSIGNMENT,
            date(2026, month, 1),
            patent.holders[0],
            ENTERPRISE.name,
            ENTERPRISE.id,
        )
        for month, patent in ((4, MEMBRANE), (6, BEARING))
    ]
    with Workspace.open(filled) as workspace:
        workspace.store.merge(deals, NOW.date())
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


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
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
