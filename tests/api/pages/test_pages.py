"""What stands on the pages, for whom, and what no page may do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.keys import SCOPES
from api.access.policy import PERMISSIONS
from api.access.roles import Role
from matcher.domain import Assessment, Confidentiality, FeeTerms, Prospect, Transaction, TransactionKind
from matcher.inventory import Act, Item, Stage, move
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BASE, BEARING, ENTERPRISE, MEMBRANE, NEEDS, NOW
from tests.api.pages.conftest import PASSWORD, Browser

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def words(page: str) -> str:
    """A page as people read it."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?mark>", "", page))))


def test_search_shows_grade_reasons_with_marked_terms_and_filters_with_counts(bureau: Browser) -> None:
    page = bureau.post("/", {"text": "海水淡化反渗透膜抗污染"}).text
    assert re.findall(r'class="grade">([^<]+)<', page) == ["推荐"]
    assert "<mark>反渗透" in page
    assert "ZL202310123456.1" in page
    counted = re.findall(r'name="(\w+)" value="([^"]+)"(?: checked)?>[^<]*<span class="count">(\d+)', page)
    assert counted == [
        ("region", "云州市", "1"),
        ("holder", "河东大学", "1"),
        ("type", "发明专利", "1"),
        ("status", "授权", "1"),
        ("maturity", "未注明", "1"),
        ("mode", "普通许可", "1"),
        ("fee", "未注明", "1"),
    ]


def test_a_value_that_no_form_offers_and_a_blank_text(bureau: Browser) -> None:
    refused = bureau.post("/", {"text": "膜", "type": "商标"})
    assert (refused.status_code, "筛选条件不在可选范围内" in refused.text) == (422, True)
    blank = bureau.post("/", {"text": "  "})
    assert (blank.status_code, "请用一句或一段中文说明需要什么技术。" in blank.text) == (422, True)


def test_a_patent_page_has_its_facts_modes_with_statute_and_needs(bureau: Browser) -> None:
    page = words(bureau.get("/patents/CN202310123456").text)
    for part in (
        "河东大学",
        "2043-02-01",
        "专利法第",
        "海水淡化反渗透膜的抗污染改性",
        "云州净源水务有限公司",
    ):
        assert part in page


def test_what_was_said_of_a_patent_and_what_happened_to_it(
    browser: Callable[..., Browser], bureau: Browser, filled: Settings
) -> None:
    said = (
        Assessment(
            "P1", MEMBRANE.id, ENTERPRISE.id, ENTERPRISE.name, Prospect.GOOD, "再降能耗", on=date(2026, 5, 2)
        ),
        Assessment("P2", MEMBRANE.id, "", "某厂", Prospect.FAIR, on=date(2026, 4, 1)),
    )
    licence = Transaction(
        "T1",
        MEMBRANE.id,
        TransactionKind.ORDINARY_LICENCE,
        date(2025, 1, 2),
        "河东大学",
        "某厂",
        until=date(2028, 1, 1),
        fee=FeeTerms(amount=8.0),
    )
    with Workspace.open(filled) as workspace:
        workspace.store.merge([*said, licence])
        act = Act("李老师", datetime(2026, 5, 1, 10), "自评表.xlsx")
        item = Item(MEMBRANE.id)
        workspace.store.inventory.write([move(item, Stage.AWAITING, act, "第一批")])
    page = words(bureau.get(f"/patents/{MEMBRANE.id}").text)
    for part in (
        "2 家企业评价过；产业化前景：好 1、较好 1。",
        "2026-05-02 云州净源水务有限公司 好 — 再降能耗 —",
        "待自评 （2026-05-01）：第一批",
        "2026-05-01 10:00 未盘点 待自评 李老师 第一批 自评表.xlsx",
        "2025-01-02 普通许可 河东大学 某厂 2028-01-01 8 万元",
    ):
        assert part in page
    assert page.index("2026-04-01 某厂") < page.index("2026-05-02 云州净源")
    own = words(browser(Role.HOLDER).get(f"/patents/{MEMBRANE.id}").text)
    assert "再降能耗" in own
    # Who said it is not for the holder.
    assert "2026-05-02 好 — 再降能耗" in own
    foreign = words(browser(Role.ENTERPRISE).get(f"/patents/{MEMBRANE.id}").text)
    for part in ("再降能耗", "盘点状态", "历史交易", "李老师"):
        assert part not in foreign


def test_a_holder_finds_its_own_patents_whatever_it_asks_for(
    browser: Callable[..., Browser], bureau: Browser
) -> None:
    listed = re.compile(r'<a href="/patents/(CN\d+)">')
    own = ["CN202310123456", "CN202420111222"]
    holder = browser(Role.HOLDER)
    for address in ("/patents", "/patents?holder=云州理工学院"):
        assert listed.findall(holder.get(address).text) == own
    assert listed.findall(bureau.get("/patents?holder=云州理工学院").text) == ["CN202210654321"]
    assert "没有专利。请核对专利权人全称。" in bureau.get("/patents?holder=河东").text
    found = bureau.get("/patents?number=2023101234561", follow_redirects=False)
    assert found.headers["location"] == "/patents/CN202310123456"


def test_a_need_page_has_its_patents_the_near_miss_and_the_contact(bureau: Browser) -> None:
    page = words(bureau.get("/needs/N001").text)
    for part in ("一种抗污染反渗透膜及其制备方法", "排除清单", "反渗透膜在线清洗装置", "赵工 0531-0000000"):
        assert part in page


# Everything a role can open, and words that it must not find there.
SECRETS = {
    Role.HOLDER: ("滚动轴承早期故障诊断", "临川风电设备有限公司", "赵工"),
    Role.ENTERPRISE: ("滚动轴承早期故障诊断", "临川风电设备有限公司", "赵工", "评分明细："),
    Role.ANALYST: ("滚动轴承早期故障诊断", "临川风电", "云州净源", "赵工", "评分明细："),
}
OPENED = ("/", "/needs", "/needs/N001", "/needs/N002", "/lists", "/status", "/manage", "/account", "/docs")


@pytest.mark.parametrize("role", SECRETS)
def test_no_page_tells_a_role_what_is_not_for_it(browser: Callable[..., Browser], role: Role) -> None:
    opened = browser(role)
    pages = [opened.get(address).text for address in OPENED]
    pages += [opened.get(f"/patents/{patent}").text for patent in ("CN202310123456", "CN202210654321")]
    pages += [opened.post("/", {"text": text}).text for text in ("滚动轴承故障诊断", "海水淡化反渗透膜")]
    found = [
        (secret, number) for number, page in enumerate(pages) for secret in SECRETS[role] if secret in page
    ]
    assert found == []


def test_a_holder_reads_of_its_patent_who_needs_it_as_far_as_they_allow(
    browser: Callable[..., Browser], filled: Settings
) -> None:
    holder = browser(Role.HOLDER)
    assert "云州净源水务有限公司" in words(holder.get("/patents/CN202310123456").text)
    with Workspace.open(filled) as workspace:
        anonymous = replace(NEEDS[0], confidentiality=Confidentiality.ANONYMOUS)
        workspace.store.merge([anonymous], prefer_new=True)
    page = words(holder.get("/patents/CN202310123456").text)
    assert "匿名需求（所属行业：未注明）" in page
    for hidden in ("抗污染改性", "净源", "N001", "通量下降"):
        assert hidden not in page


def test_the_list_of_each_role_as_a_workbook(browser: Callable[..., Browser]) -> None:
    found = {}
    for role in (Role.BUREAU, Role.HOLDER, Role.ENTERPRISE):
        answer = browser(role).post("/lists", {"event": "秋季\r\nX-Evil: 1"})
        assert answer.headers["content-type"] == XLSX
        assert "x-evil" not in answer.headers
        found[role] = openpyxl.load_workbook(BytesIO(answer.content)).sheetnames
    assert found == {
        Role.BUREAU: ["封面", "对接清单", "按专利", "暂无合适专利的需求", "排除清单", "需求一览", "评分明细"],
        Role.HOLDER: ["封面", "按专利", "对接清单", "暂无合适专利的需求"],
        Role.ENTERPRISE: ["封面", "对接清单", "暂无合适专利的需求", "排除清单"],
    }


def test_a_holder_makes_no_list_of_the_needs_of_some_enterprises(browser: Callable[..., Browser]) -> None:
    holder = browser(Role.HOLDER)
    refused = holder.post("/lists", {"group": "注册状态=未注明"})
    assert (refused.status_code, "“专利权人”不能按企业挑选需求" in refused.text) == (403, True)
    assert holder.post("/lists", {"group": "企业地市=云州市"}).status_code == 200


def test_a_list_of_some_groups_and_of_one_that_nobody_belongs_to(bureau: Browser) -> None:
    answer = bureau.post("/lists", {"group": "企业地市=临川市、单位类型=高校"})
    book = openpyxl.load_workbook(BytesIO(answer.content))
    rows = book["需求一览"].iter_rows(min_row=4, values_only=True)
    assert [NEEDS[1].title in row for row in rows] == [True]
    refused = bureau.post("/lists", {"group": "企业地市=临川", "event": "秋季路演"})
    assert refused.status_code == 422
    assert "“企业地市”中没有“临川”。可用：临川市、云州市、未注明。" in refused.text
    assert 'value="企业地市=临川"' in refused.text
    assert 'value="秋季路演"' in refused.text


def test_texts_of_records_are_shown_never_run(bureau: Browser, filled: Settings) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>轴承故障诊断'
    with Workspace.open(filled) as workspace:
        workspace.store.merge([replace(BEARING, title=evil), replace(NEEDS[1], title=evil)], prefer_new=True)
    pages = [
        bureau.get("/patents/CN202210654321"),
        bureau.get("/needs"),
        bureau.get("/needs/N002"),
        bureau.post("/", {"text": evil}),
        bureau.post("/compare", {"text": evil, "compare": ["CN202210654321", "CN202310123456"]}),
        bureau.post("/need-forms/draft", {"text": evil}),
        bureau.get(f"/patents?number={evil}"),
        bureau.post("/sign-in", {"login": evil, "password": "x"}),
    ]
    for page in pages:
        assert re.findall("<script[^>]*>", page.text) in ([], ['<script src="/static/live.js" defer>'])
        assert "<img" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "&lt;script&gt;" in pages[0].text


def test_forms_without_the_token_of_their_page_do_nothing(bureau: Browser) -> None:
    for csrf in ("", "x" * 43):
        refused = bureau.client.post(
            "/manage/invitations", data={"csrf": csrf, "name": "李四", "role": "分析员"}
        )
        assert (refused.status_code, "页面已过期" in refused.text) == (403, True)
    assert "李四" not in bureau.get("/manage").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_forms_of_other_sites_are_refused_before_anything_is_read(bureau: Browser, headers: dict) -> None:
    refused = bureau.post("/sign-in", {"login": "userbureau", "password": PASSWORD}, headers=headers)
    assert (refused.status_code, "请求来自其他网站，已拒绝。" in refused.text) == (403, True)


def test_the_session_cookie_is_out_of_reach_and_a_given_one_is_not_taken_over(
    app: FastAPI, bureau: Browser
) -> None:
    client = TestClient(app, base_url=BASE, cookies={"matcher_session": "chosen-by-somebody-else"})
    form = {"login": "userbureau", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "chosen-by" not in cookie
    assert "HttpOnly; Max-Age=43200; Path=/; SameSite=strict" in cookie


def test_signing_out_ends_the_session_on_the_server(bureau: Browser) -> None:
    token = bureau.client.cookies["matcher_session"]
    assert bureau.post("/sign-out", {}, follow_redirects=False).headers["location"] == "/sign-in"
    kept = bureau.get("/account", headers={"Cookie": f"matcher_session={token}"}, follow_redirects=False)
    assert kept.headers["location"] == "/sign-in"


def test_a_changed_password_signs_out_every_other_browser(app: FastAPI, bureau: Browser) -> None:
    other = TestClient(app, base_url=BASE)
    other.post("/sign-in", data={"login": "userbureau", "password": PASSWORD})
    assert "我的账号" in other.get("/account").text
    new = "另一个足够长的密码-2027"
    for form, sentence in (
        ({"now": "错误的密码-2026", "password": new, "again": new}, "现在的密码不对，没有更改。"),
        ({"now": PASSWORD, "password": new, "again": PASSWORD}, "两次输入的密码不一致。"),
        ({"now": PASSWORD, "password": "短", "again": "短"}, "密码应为 10 至 200 个字符。"),
    ):
        refused = bureau.post("/account/password", form)
        assert (refused.status_code, sentence in refused.text) == (422, True)
    bureau.post("/account/password", {"now": PASSWORD, "password": new, "again": new})
    assert "我的账号" in bureau.get("/account").text
    assert other.get("/account", follow_redirects=False).headers["location"] == "/sign-in"
    assert other.post("/sign-in", data={"login": "userbureau", "password": PASSWORD}).status_code == 401
    again = other.post("/sign-in", data={"login": "userbureau", "password": new}, follow_redirects=False)
    assert again.status_code == 303


def test_an_invitation_makes_an_account_that_sees_its_own(bureau: Browser, app: FastAPI) -> None:
    page = bureau.post(
        "/manage/invitations", {"name": "钱工", "role": "企业", "subject": "云州净源水务有限公司"}
    ).text
    link = re.search(r'class="secret">(/invitation/[^<]+)<', page)[1]
    client = TestClient(app, base_url=BASE)
    form = {"login": "qian", "password": PASSWORD, "again": PASSWORD + "x"}
    assert "两次输入的密码不一致" in client.post(link, data=form).text
    client.post(link, data={**form, "again": PASSWORD})
    assert "海水淡化反渗透膜的抗污染改性" in client.get("/needs").text
    assert client.get(link).status_code == 422
    assert link not in bureau.get("/manage").text


def test_invitations_and_keys_for_parties_that_nobody_knows(bureau: Browser) -> None:
    for role, subject, sentence in (
        ("企业", "无名公司", "没有找到企业“无名公司”"),
        ("专利权人", "无名大学", "没有专利权人为“无名大学”的专利"),
    ):
        refused = bureau.post("/manage/invitations", {"name": "某人", "role": role, "subject": subject})
        assert (refused.status_code, sentence in refused.text) == (422, True)


def test_a_key_made_on_the_page_opens_the_interface_until_it_is_revoked(
    bureau: Browser, app: FastAPI
) -> None:
    form = {"name": "对接平台", "role": "省级主管部门", "scopes": ["search"], "days": "30"}
    given = re.search(r'class="secret">([^<]+)<', bureau.post("/manage/keys", form).text)[1]
    client = TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {given}"})
    assert client.post("/api/v1/search", json={"text": "膜"}).status_code == 200
    assert client.get("/api/v1/list").status_code == 403
    bureau.post("/manage/keys/revoke", {"id": given.partition(".")[0]})
    assert client.post("/api/v1/search", json={"text": "膜"}).json()["code"] == "bad_key"
    assert given.partition(".")[2] not in bureau.get("/manage").text


def test_a_key_may_be_given_everything_that_its_role_may_do(bureau: Browser, app: FastAPI) -> None:
    everything = sorted(str(scope) for scope in SCOPES if Role.BUREAU in PERMISSIONS[scope])
    form = {"name": "全部权限", "role": "省级主管部门", "scopes": everything}
    assert bureau.post("/manage/keys", form).status_code == 200
    [key] = app.state.services.access.keys.all()
    assert key.scopes.split() == everything


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/status?page=x", 422, "地址或表单中有误：应为整数，收到的是“x”。请返回上一页，核对后重试。"),
        (
            "/fill-in/short",
            422,
            "地址或表单中有误：含有不允许的字符，收到的是“short”。请返回上一页，核对后重试。",
        ),
        ("/nowhere", 404, "没有这个页面。请从菜单进入。"),
        ("/sign-out", 405, "这个页面不支持该操作。请从菜单进入。"),
    ],
)
def test_people_are_told_what_is_wrong_in_their_own_words(
    bureau: Browser, address: str, status: int, sentence: str
) -> None:
    refused = bureau.get(address)
    assert (refused.status_code, re.search(r'role="alert">([^<]+)<', refused.text)[1]) == (status, sentence)


def test_a_form_that_cannot_be_read_is_refused_in_peoples_words(bureau: Browser) -> None:
    spoilt = bureau.client.post(
        "/import", content=b"rubbish", headers={"content-type": "multipart/form-data"}
    )
    assert (spoilt.status_code, "提交的内容无法读取。请返回上一页，刷新后重试。" in spoilt.text) == (
        400,
        True,
    )


def test_nobody_can_shut_out_themselves(bureau: Browser) -> None:
    refused = bureau.post("/manage/accounts/disable", {"id": "1", "disabled": "true"})
    assert (refused.status_code, "不能停用自己的账号" in refused.text) == (422, True)


def test_pages_are_small_load_nothing_from_elsewhere_and_are_labelled(bureau: Browser) -> None:
    for address in (
        "/",
        "/needs",
        "/needs/N001",
        "/patents/CN202310123456",
        "/import",
        "/evaluations",
        "/need-forms/new",
        "/status",
        "/manage",
        "/docs",
    ):
        page = bureau.get(address)
        assert len(page.content) < 100_000
        assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
        assert '<html lang="zh-CN">' in page.text
        assert len(re.findall("<h1", page.text)) == 1
        fields = set(
            re.findall(
                r'<(?:input type="(?:text|password|number|file|date)"|select|textarea) id="([^"]+)"',
                page.text,
            )
        )
        assert fields == set(re.findall(r'<label for="([^"]+)"', page.text))
    style = bureau.get("/static/style.css")
    assert (style.status_code, "url(" in style.text, "@import" in style.text) == (200, False, False)
    for outside in ("/static/../routers.py", "/static/%2e%2e/routers.py", "/static//etc/passwd"):
        assert bureau.get(outside).status_code == 404


def test_what_is_seen_and_done_is_in_the_log_without_texts(bureau: Browser) -> None:
    bureau.get("/needs/N002")
    bureau.get("/patents/CN202210654321")
    bureau.post("/", {"text": "绝密的反渗透需求"})
    log = bureau.get("/manage").text
    rows = re.findall(r"<td>省级主管部门：某人</td><td>([^<]+)</td><td>([^<]*)</td>", log)
    assert rows[:3] == [
        ("检索", "含权利人联系部门"),
        ("查看专利", "CN202210654321"),
        ("查看需求", "N002"),
    ]
    assert "绝密" not in log
    assert f"{NOW:%Y-%m-%d %H:%M}" in log
