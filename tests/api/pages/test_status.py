"""进展: counts and bars of the records as they are now."""

from __future__ import annotations

import re
from dataclasses import replace

from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING
from tests.api.pages.conftest import Browser


def bars(page: str, title: str) -> list[tuple[str, str, str]]:
    """(label, width of the bar, count) of one chart."""
    chart = re.search(rf"<h3>{title}</h3>.*?</figure>", page, re.S)[0]
    return re.findall(
        r'<tr><td>([^<]+)</td><td class="bar">.*?width="([0-9.]+)".*?<td class="n">(\d+)</td>', chart
    )


def test_counts_bars_and_the_index(bureau: Browser, filled: Settings) -> None:
    page = bureau.get("/status").text
    counts = dict(re.findall(r"<li>(专利|企业|需求|企业评价|历史交易)<b>(\d+)</b>", page))
    assert counts == {"专利": "3", "企业": "1", "需求": "2", "企业评价": "0", "历史交易": "0"}
    assert bars(page, "各地区的专利") == [("云州市", "100.0", "2"), ("临川市", "50.0", "1")]
    assert bars(page, "需求的公开范围") == [("仅主管部门", "100.0", "1"), ("公开", "100.0", "1")]
    assert "000001（2026-06-30 09:00）" in page
    with Workspace.open(filled) as workspace:
        workspace.store.merge([replace(BEARING, id="CN202210000009", application_number="CN202210000009.1")])
    page = bureau.get("/status").text
    assert bars(page, "各地区的专利") == [("临川市", "100.0", "2"), ("云州市", "100.0", "2")]
    assert "索引建立后数据有变化，索引已过期" in page
