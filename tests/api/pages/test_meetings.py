"""The schedule, the documents of the day, and the forms that come back."""

from __future__ import annotations

import re
from io import BytesIO

import openpyxl
import pytest

from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.pages.conftest import Browser
from tests.api.pages.test_events import EVENT
from tests.api.pages.test_outcomes import OUTCOMES, cards, published, second

__all__ = ["published", "second"]
SCHEDULE = "/events/HD001/schedule"
DAY = {"start": "09:00", "end": "10:00", "minutes": "30", "tables": "2", "slots": ""}


def texts(content: bytes) -> set[str]:
    book = openpyxl.load_workbook(BytesIO(content))
    return {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}


def test_the_schedule_is_made_shown_and_taken_away(published: Browser) -> None:
    assert published.get(f"{SCHEDULE}.xlsx").status_code == 503
    page = published.post(SCHEDULE, DAY).text
    assert "排上 1 场，未排上 0 场；各家空档合计 0 个。" in page
    assert "1 条需求不公开且企业尚未表示意向，未排。" in page
    assert re.search(r"<td>云州净源水务有限公司<br>河东大学<br>", published.get(SCHEDULE).text)
    book = published.get(f"{SCHEDULE}.xlsx", params={"reader": "河东大学"})
    assert "云州净源水务有限公司" in texts(book.content)
    nobody = published.get(f"{SCHEDULE}.xlsx", params={"reader": "东港大学"})
    assert (nobody.status_code, "日程中没有“东港大学”的洽谈" in nobody.text) == (404, True)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"start": "九点"}, "时间“九点”或“10:00”不能识别，请写成 09:00 的形式。"),
        ({"minutes": "90"}, "从 09:00 到 10:00 排不下一个 90 分钟的时段。"),
        ({"tables": "0"}, "洽谈桌数应为 1 到 200 的整数，填的是“0”。"),
        ({"slots": "09:00\n09:00"}, "时段名称不能重复"),
    ],
)
def test_schedules_that_may_not_be(published: Browser, changed: dict, sentence: str) -> None:
    refused = published.post(SCHEDULE, {**DAY, **changed})
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert "按时段和洽谈桌" not in published.get(SCHEDULE).text


def test_a_schedule_asks_for_a_published_list(bureau: Browser) -> None:
    bureau.post("/events", EVENT)
    refused = bureau.post(SCHEDULE, DAY)
    assert (refused.status_code, "没有编号为“HD001”的清单" in refused.text) == (404, True)


def test_documents_are_offered_once_a_list_is_out_and_forms_come_back(
    published: Browser, filled: Settings
) -> None:
    page = published.get("/events/HD001/documents").text
    assert page.count('.docx"') == 8
    assert "<option>云州净源水务有限公司</option>" in page
    sheet = published.get("/events/HD001/documents/现场意向登记表.xlsx")
    assert sheet.headers["content-type"].endswith("spreadsheetml.sheet")
    odd = published.get("/events/HD001/documents/议程.xlsx")
    assert (odd.status_code, "议程没有“xlsx”格式。可选：docx、pdf。" in odd.text) == (422, True)
    assert published.get("/events/HD001/documents/菜单.docx").status_code == 422
    assert "须写明企业" in published.get("/events/HD001/documents/企业手册.docx").text
    booklet = published.get("/events/HD001/documents/企业手册.docx", params={"of": "云州净源水务有限公司"})
    assert (booklet.status_code, booklet.content[:2]) == (200, b"PK")

    [found, *_] = cards(published.get(OUTCOMES, params={"q": "净源"}).text)
    rows = f"活动编号,企业名称,专利号,对接编号,意向方式,拟合作金额(万元),备注\nHD001,云州净源水务有限公司,,{found},普通许可,20,\n,,,MXXXX,,,看看\n"
    sent = published.post("/events/HD001/forms", files={"file": ("../登记.csv", rows.encode(), "text/csv")})
    assert "登记.csv：读取 2 行 = 有变化 1 + 无变化或未填 0 + 未采用 1。" in sent.text
    assert "不是有效的对接编号" in sent.text
    with Workspace.open(filled) as workspace:
        outcome = workspace.store.outcomes.many([found])[found]
    assert (str(outcome.state), outcome.amount) == ("有意向", 20.0)
    bad = published.post("/events/HD001/forms", files={"file": ("照片.png", b"\x89PNG", "image/png")})
    assert (bad.status_code, "照片.png" in bad.text) == (422, True)
