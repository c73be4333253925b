"""A city bureau registers, changes and imports needs and enterprises of its own city, and nothing of another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest

from api.access.roles import Caller, Role
from matcher.domain import Enterprise
from matcher.settings import Settings
from matcher.store.database import Store
from matcher.workspace import Workspace
from tests.api.conftest import NEEDS, NOW
from tests.api.pages.conftest import Browser
from tests.api.pages.test_imports import columns, finished, form_of
from tests.api.pages.test_pages import words

ELSEWHERE = Enterprise("name:临川风电设备有限公司", "临川风电设备有限公司", region="河东省临川市")


@pytest.fixture
def city(browser: Callable[..., Browser], filled: Settings) -> Browser:
    with Workspace.open(filled) as workspace:
        workspace.store.merge([ELSEWHERE], NOW.date())
    return browser(Role.CITY)


def store_of(filled: Settings) -> Store:
    return Store.open(filled.database_url or filled.home / "matcher.db")


def landed(browser: Browser, kind: str, rows: list[list[str]], folder) -> str:
    """The page of the job that imported a workbook."""
    book = openpyxl.Workbook()
    book.active.title = "需求表"
    for row in rows:
        book.active.append(row)
    book.save(folder / "本市.xlsx")
    file = {"file": ("本市.xlsx", (folder / "本市.xlsx").read_bytes())}
    sent = browser.post("/import", {"kind": kind}, files=file, follow_redirects=False)
    address = sent.headers["location"]
    confirmed = browser.post(address, form_of(columns(browser.get(address).text)), follow_redirects=False)
    return finished(browser, confirmed.headers["location"])


def test_rows_of_another_region_are_refused_with_their_place(
    city: Browser, filled: Settings, tmp_path
) -> None:
    rows = [
        ["需求编号", "需求名称", "企业名称", "所在地区"],
        ["Y1", "纳滤膜的再生", "云州净源水务有限公司", ""],
        ["Y2", "齿轮箱降噪", "某某厂", "河东省临川市"],
        ["Y3", "齿轮箱降噪", "某某厂", ""],
        ["Y4", "叶片除冰", "临川风电设备有限公司", "河东省云州市"],
        ["N002", "改成本市的", "云州净源水务有限公司", "河东省云州市"],
        ["N001", NEEDS[0].title, "云州净源水务有限公司", "河东省云州市"],
    ]
    page = words(landed(city, "needs", rows, tmp_path))
    for sentence in (
        "需求表 3 所在地区 河东省临川市 所在地区“河东省临川市”不属于云州市，本账号只能登记云州市的记录",
        "需求表 4 所在地区 没有写明所在地区，本账号只能登记云州市的记录",
        "需求表 5 企业名称 临川风电设备有限公司 企业“临川风电设备有限公司”不是云州市的企业，本账号不能替它登记需求",
        "需求表 6 需求编号 N002 编号或名称已用于云州市以外的记录，没有更改",
    ):
        assert sentence in page, page
    with store_of(filled) as store:
        needs = {need.id: need for need in store.needs.all()}
    assert needs.keys() == {"N001", "N002", "Y1"}
    assert needs["Y1"].region == "河东省云州市"
    assert needs["N002"] == NEEDS[1]


def test_enterprises_of_its_own_land_and_others_stay_as_they_were(
    city: Browser, filled: Settings, tmp_path
) -> None:
    rows = [
        ["企业名称", "所在地区", "所属行业"],
        ["云州新膜有限公司", "河东省云州市", "化工"],
        ["临川风电设备有限公司", "河东省云州市", "化工"],
        ["外市公司", "河东省临川市", "化工"],
    ]
    page = words(landed(city, "enterprises", rows, tmp_path))
    assert "编号或名称已用于云州市以外的记录" in page
    assert "所在地区“河东省临川市”不属于云州市" in page
    with store_of(filled) as store:
        assert store.enterprises.find("云州新膜有限公司").industry == "化工"
        assert store.enterprises.find("临川风电设备有限公司") == ELSEWHERE
        assert store.enterprises.find("外市公司") is None


def test_what_else_there_is_to_import_is_the_provinces(
    city: Browser, bureau: Browser, filled: Settings
) -> None:
    file = {"file": ("清单.csv", "专利名称,申请号\n膜,CN202310999999.4\n".encode())}
    for kind in ("patents", "transactions", "assessments"):
        refused = city.post("/import", {"kind": kind}, files=file)
        assert (refused.status_code, "只能导入本市的技术需求和企业" in refused.text) == (403, True)
    sent = bureau.post("/import", {"kind": "patents"}, files=file, follow_redirects=False)
    address = sent.headers["location"]
    assert city.get(address).status_code == 404
    job = bureau.post(address, form_of(columns(bureau.get(address).text)), follow_redirects=False)
    finished(bureau, job.headers["location"])
    assert city.get(job.headers["location"]).status_code == 404
    page = city.get("/import").text
    assert "清单.csv" not in page
    assert re.findall(r'<option value="(\w+)"', page) == ["enterprises", "needs"]


def test_needs_on_the_page(city: Browser, filled: Settings) -> None:
    assert 'value="云州市"' in city.get("/need-forms/new").text
    asked = {"需求名称": "纳滤膜的再生", "企业名称": "云州净源水务有限公司", "所在地区": "云州市"}
    sent = city.post("/need-forms/new", asked, follow_redirects=False)
    number = sent.headers["location"].removeprefix("/needs/")
    assert city.get(f"/needs/{number}").status_code == 200
    for form, sentence in (
        ({**asked, "所在地区": "河东省临川市"}, "不属于云州市"),
        ({**asked, "企业名称": ELSEWHERE.name}, "不是云州市的企业"),
    ):
        refused = city.post("/need-forms/new", form)
        assert (refused.status_code, sentence in refused.text) == (422, True)
    page = city.get(f"/need-forms/{number}").text
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    moved = city.post(f"/need-forms/{number}", {**asked, "所在地区": "临川市", "seen": seen})
    assert (moved.status_code, "不属于云州市" in moved.text) == (422, True)
    changed = city.post(
        f"/need-forms/{number}", {**asked, "预算": "30万元", "seen": seen}, follow_redirects=False
    )
    assert changed.status_code == 303
    with store_of(filled) as store:
        needs = {need.id: need for need in store.needs.all()}
    assert needs.keys() == {"N001", "N002", number}
    assert (needs[number].budget, needs[number].region) == (30.0, "云州市")
    assert needs["N001"] == replace(NEEDS[0])


def test_people_of_one_name_in_two_cities_are_told_apart() -> None:
    names = {Caller("王工", Role.CITY, place).actor for place in ("云州市", "临川市")}
    assert names == {"市级主管部门（云州市）：王工", "市级主管部门（临川市）：王工"}
