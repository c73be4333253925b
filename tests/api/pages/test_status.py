"""进展: rates with their rows, counts and bars of the records as they are now."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from api.access.roles import Role
from matcher.domain import FeeTerms, ImplementationStatus, Transaction, TransactionKind
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, ENTERPRISE, MEMBRANE, NOW
from tests.api.pages.conftest import Browser
from tests.api.pages.test_imports import finished

DEAL = Transaction(
    "t1",
    MEMBRANE.id,
    TransactionKind.ORDINARY_LICENCE,
    date(2026, 3, 5),
    seller="河东大学",
    buyer=ENTERPRISE.name,
    buyer_id=ENTERPRISE.id,
    fee=FeeTerms(amount=12.5),
)


def bars(page: str, title: str) -> list[tuple[str, str, str]]:
    """(label, width of the bar, count) of one chart."""
    chart = re.search(rf"<h3>{title}</h3>.*?</figure>", page, re.S)[0]
    return re.findall(
        r'<tr><td>([^<]+)</td><td class="bar">.*?width="([0-9.]+)".*?<td class="n">(\d+)</td>', chart
    )


def rates(page: str) -> list[tuple[str, ...]]:
    """(group, width of its bar, share, numerator, denominator) of the chosen dimension."""
    cells = r'<tr><td>([^<]+)</td><td class="chart">.*?<rect width="([0-9.]+)".*?<td class="n">([^<]+)</td>'
    return re.findall(cells + r'<td class="n"><a[^>]+>(\d+)</a></td><td class="n"><a[^>]+>(\d+)</a>', page)


def links(page: str, text: str) -> list[str]:
    """Addresses of the links of that text."""
    return [each.replace("&amp;", "&") for each in re.findall(rf'href="([^"]+)"[^>]*>{text}</a>', page)]


@pytest.fixture
def used(filled: Settings) -> Settings:
    """The workspace with one patent licensed."""
    with Workspace.open(filled) as workspace:
        sold = replace(MEMBRANE, implementation=ImplementationStatus.LICENSED)
        workspace.store.merge([sold, DEAL], date(2026, 3, 5))
    return filled


def test_counts_bars_and_the_index(bureau: Browser, filled: Settings) -> None:
    page = bureau.get("/status").text
    counts = re.findall(r"<li>(专利|企业|需求|企业评价|历史交易)<b>(\d+)</b><span>(\w)</span>", page)
    assert list(map("".join, counts)) == ["专利3件", "企业1家", "需求2项", "企业评价0条", "历史交易0笔"]
    assert bars(page, "各地区的专利（件）") == [("云州市", "100.0", "2"), ("临川市", "50.0", "1")]
    assert bars(page, "需求的公开范围（项）") == [("仅主管部门", "100.0", "1"), ("公开", "100.0", "1")]
    assert "000001（2026-06-30 09:00）" in page
    with Workspace.open(filled) as workspace:
        workspace.store.merge([replace(BEARING, id="CN202210000009", application_number="CN202210000009.1")])
    page = bureau.get("/status").text
    assert bars(page, "各地区的专利（件）") == [("临川市", "100.0", "2"), ("云州市", "100.0", "2")]
    assert "索引建立后数据有变化，索引已过期" in page
    job = finished(bureau, bureau.post("/index", follow_redirects=False).headers["location"])
    assert ("索引已更新。" in job, '<a href="/status">返回“进展”</a>' in job) == (True, True)


def test_every_rate_leads_to_the_patents_that_it_counts(bureau: Browser, used: Settings) -> None:
    page = bureau.get("/status", params={"by": "专利权人", "indicator": "实施率"}).text
    assert rates(page) == [
        ("河东大学", "100.0", "100.0%", "1", "1"),
        ("云州理工学院", "0.0", "0.0%", "0", "1"),
    ]
    wanted = ("group=云州理工学院", "indicator=实施率", "part=分子")
    [address] = [each for each in links(page, "0") if all(part in each for part in wanted)]
    empty = bureau.get(address).text
    assert "分子：0 件" in empty
    missing = bureau.get(address.replace("part=分子", "part=未计入分子")).text
    assert "未计入分子：1 件" in missing
    assert BEARING.title in missing
    assert MEMBRANE.title not in missing


def test_deals_months_and_their_rows(bureau: Browser, used: Settings) -> None:
    page = bureau.get("/status").text
    assert "<td>普通许可</td>" in page
    assert (
        page.count("<circle") == 2 * 6
    )  # two rates over six months; the third has nothing in its denominator
    [march] = [each for each in links(page, "1") if "month=2026-03" in each]
    rows = bureau.get(march).text
    assert "云州净源水务有限公司" in rows
    assert "12.5" in rows
    later = bureau.get("/status", params={"since": "2026-04-01"}).text
    assert "没有登记的交易。" in later
    book = openpyxl.load_workbook(BytesIO(bureau.get("/status/progress.xlsx").content))
    assert {"指标", "转化交易", "分月", "节点", "督办清单", "专利明细"} <= set(book.sheetnames)


def taking_part(page: str) -> list[tuple[str, ...]]:
    """(group, numerator/denominator of each rate) of 企业参与."""
    part = page[page.index("<h2>企业参与") : page.index("<h2>进展节点")]
    return re.findall(r"<tr><td>([^<]+)</td>" + r'<td class="n">[^<]*　(\d+/\d+)</td>' * 3, part)


def test_enterprises_take_part_by_their_groups(bureau: Browser, used: Settings) -> None:
    assert taking_part(bureau.get("/status").text) == [
        ("全部", "1/1", "0/1", "1/1"),
        ("云州市", "1/1", "0/1", "1/1"),
        ("未注明", "1/1", "0/1", "1/1"),  # 归口部门
        ("未注明", "1/1", "0/1", "1/1"),  # 注册状态
        ("未注明", "1/1", "0/1", "1/1"),  # 资质类型
    ]
    then = bureau.get("/status", params={"as_of": "2026-02-28", "since": "2026-01-01"}).text
    assert taking_part(then)[0] == ("全部", "0/1", "0/1", "0/1")


def test_an_analyst_sees_figures_without_the_parties(browser: Callable[..., Browser], used: Settings) -> None:
    analyst = browser(Role.ANALYST)
    page = analyst.get("/status").text
    assert "/status/deals" not in page
    assert analyst.get("/status/patents").status_code == 200
    for address in ("/status/deals", "/status/progress.xlsx"):
        refused = analyst.get(address)
        assert (refused.status_code, "不能查看交易明细" in refused.text) == (403, True)


def test_milestones_by_state_and_who_lags(bureau: Browser, used: Settings) -> None:
    page = bureau.get("/status").text
    assert "督办清单（2 条）" in page  # the other holder has no patent granted up to the cutoff
    rows = bureau.get("/status/milestones", params={"milestone": "1", "state": "滞后"}).text
    assert re.search(r"<h1>其余单位盘点过六成</h1>.*?：1 条。", rows, re.S)
    assert "云州理工学院" in rows
    assert "没有。" in bureau.get("/status/milestones", params={"state": "已完成"}).text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/status?as_of=明天", "统计日“明天”应写成 2026-06-30 的形式。"),
        ("/status?as_of=2026-07-01", "统计日 2026-07-01 还没有到"),
        ("/status?since=2026-07-01", "起始日 2026-07-01 晚于统计日 2026-06-30"),
        ("/status?since=1990-01-01", "不超过十年"),
        ("/status?by=星座", "没有按“星座”的统计。可选：全部、地市"),
        ("/status?indicator=利润率", "没有名为“利润率”的指标。可选：盘点率"),
        ("/status/patents?part=全部", "不认识的“全部”。可选：分子、分母、未计入分子。"),
    ],
)
def test_what_cannot_be_counted(bureau: Browser, address: str, sentence: str) -> None:
    refused = bureau.get(address)
    assert (refused.status_code, sentence in refused.text) == (422, True)


def test_the_day_of_the_clock_is_the_last(bureau: Browser) -> None:
    assert f"截至 {NOW.date()} 日终" in bureau.get("/status").text
