"""导入: the columns are confirmed before anything lands, and what did not land comes back to be mended."""

from __future__ import annotations

import re
import time
from io import BytesIO

import openpyxl
import pytest

from api.access.roles import Role
from matcher.settings import Settings
from matcher.store.database import Store
from tests.api.conftest import NOW
from tests.api.pages.conftest import Browser
from tests.api.pages.test_pages import words

GOOD = "CN202310999999.4"
ROWS = f"专利名称,申请号,摘要,批次\n新型盐水电解槽,{GOOD},电解槽,化工\n=1+1,2.01E+12,@摘要,<b>化工</b>\n"
JOB = "0" * 32


def sent(browser: Browser, rows: str = ROWS, **form: str) -> str:
    """The address at which the columns of an uploaded file are confirmed."""
    file = {"file": ("清单.csv", rows.encode())}
    answer = browser.post("/import", {"kind": "patents", **form}, files=file, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert re.fullmatch("/imports/[0-9a-f]{32}", answer.headers["location"])
    return answer.headers["location"]


def columns(page: str) -> dict[str, str]:
    """Header → what its selection stands at, as a browser would send it."""
    rows = re.findall(r'name="header" value="([^"]*)".*?<select name="field"[^>]*>(.*?)</select>', page, re.S)
    chosen = [(header, re.search(r"<option selected>([^<\n]*)", options)) for header, options in rows]
    return {header: found[1] if found else "" for header, found in chosen}


def form_of(fields: dict[str, str]) -> dict[str, list[str]]:
    return {"header": list(fields), "field": list(fields.values())}


def finished(browser: Browser, address: str) -> str:
    """The page of a job once it is done."""
    for _ in range(600):
        page = browser.get(address).text
        if 'http-equiv="refresh"' not in page:
            return page
        time.sleep(0.05)
    raise AssertionError(page)


def patents(settings: Settings) -> list[str]:
    with Store.open(settings.database_url or settings.home / "matcher.db") as store:
        return store.patents.ids()


def test_columns_are_corrected_kept_and_used_for_the_next_file(bureau: Browser, filled: Settings) -> None:
    before = patents(filled)
    address = sent(bureau, source="某校")
    page = bureau.get(address).text
    assert columns(page) == {"专利名称": "专利名称", "申请号": "申请号", "摘要": "摘要", "批次": ""}
    assert "未识别 1 列：批次" in words(page)
    assert "&lt;b&gt;化工&lt;/b&gt;" in page
    assert patents(filled) == before
    corrected = {"专利名称": "专利名称", "申请号": "申请号", "摘要": "", "批次": "所属产业"}
    again = bureau.post(f"{address}/preview", form_of(corrected)).text
    assert columns(again) == corrected
    assert patents(filled) == before
    landed = bureau.post(address, {**form_of(corrected), "keep": "true"}, follow_redirects=False)
    page = finished(bureau, landed.headers["location"])
    numbers = re.findall(r"<li>(读取|新增|合并|未导入|提醒)<b>(\d+)</b>(\w)", page)
    assert list(map("".join, numbers)) == ["读取2行", "新增1行", "合并0行", "未导入1行", "提醒1处"]
    with Store.open(filled.database_url or filled.home / "matcher.db") as store:
        patent = store.patents.get("CN202310999999")
        assert patent is not None
        assert (patent.industry, patent.abstract) == ("化工", "")
        assert store.columns.of("patents", "某校") == {"摘要": "", "批次": "industry"}
    assert columns(bureau.get(sent(bureau, source="某校")).text) == corrected
    assert columns(bureau.get(sent(bureau, source="另一校")).text)["批次"] == ""
    # The file that was waiting is gone with its import.
    assert bureau.get(address).status_code == 404
    assert "导入 清单.csv（patents）" in bureau.get("/manage").text


def test_the_refused_rows_are_mended_and_sent_again(bureau: Browser, filled: Settings) -> None:
    address = sent(bureau)
    landed = bureau.post(address, form_of(columns(bureau.get(address).text)), follow_redirects=False)
    job = landed.headers["location"]
    page = finished(bureau, job)
    assert "2.01E+12" in page
    assert f'href="{job}/rows.xlsx"' in page
    report = bureau.get(f"{job}/report.xlsx")
    assert openpyxl.load_workbook(BytesIO(report.content)).sheetnames == ["概况", "问题行"]
    rows = bureau.get(f"{job}/rows.xlsx")
    assert rows.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6%B8%85%E5%8D%95-")
    book = openpyxl.load_workbook(BytesIO(rows.content))
    sheet = book.worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert [cell.value for cell in sheet[2]][1:] == ["'=1+1", "2.01E+12", "'@摘要", "<b>化工</b>"]
    sheet["C2"] = "CN202310888888.6"
    mended = BytesIO()
    book.save(mended)
    file = {"file": ("清单-待修改的行.xlsx", mended.getvalue())}
    again = bureau.post("/import", {"kind": "patents"}, files=file, follow_redirects=False).headers[
        "location"
    ]
    fields = columns(bureau.get(again).text)
    assert fields["未导入原因"] == ""
    page = finished(bureau, bureau.post(again, form_of(fields), follow_redirects=False).headers["location"])
    assert "<li>未导入<b>0</b>" in page
    with Store.open(filled.database_url or filled.home / "matcher.db") as store:
        patent = store.patents.get("CN202310888888")
        assert patent is not None
        assert (patent.title, patent.abstract) == ("=1+1", "@摘要")
    # Where each fact came from stands beside it.
    page = words(bureau.get("/patents/CN202310888888").text)
    assert f"清单-待修改的行.xlsx “待修改” 第 2 行，{NOW:%Y-%m-%d} 导入" in page


@pytest.mark.parametrize(
    ("kind", "rows", "sentence"),
    [
        ("发票", ROWS, "不认识的数据种类“发票”"),
        ("patents", "", "没有可导入的内容"),
        ("patents", "%PDF-1.7", "是PDF 文件，不是表格"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_kept(
    bureau: Browser, filled: Settings, kind: str, rows: str, sentence: str
) -> None:
    refused = bureau.post("/import", {"kind": kind}, files={"file": ("清单.csv", rows.encode())})
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert list((filled.home / "uploads").glob("*")) == []


def test_uploads_that_are_too_large(bureau: Browser) -> None:
    large = bureau.client.post("/import", headers={"Content-Length": "200000001"}, content=b"x")
    assert (large.status_code, "请求正文超过 200000000 字节。请缩短后重试。" in large.text) == (413, True)


def test_columns_that_cannot_be_kept_or_are_no_fields(bureau: Browser, filled: Settings) -> None:
    address, before = sent(bureau), patents(filled)
    fields = form_of(columns(bureau.get(address).text))
    refused = bureau.post(address, {**fields, "keep": "true"})
    assert (refused.status_code, "须在上传时填写数据来源" in refused.text) == (422, True)
    refused = bureau.post(address, form_of({"专利名称": "价值"}))
    assert (refused.status_code, "没有名为“价值”的项" in refused.text) == (422, True)
    assert patents(filled) == before
    # The file still waits.
    assert bureau.get(address).status_code == 200


def test_a_file_waits_for_the_one_who_sent_it(browser, bureau: Browser) -> None:
    address = sent(bureau)
    assert browser(Role.ANALYST).get(address).status_code == 403
    assert bureau.get(f"/imports/{JOB}").status_code == 404
    assert bureau.get("/imports/../../etc/passwd").status_code == 404
