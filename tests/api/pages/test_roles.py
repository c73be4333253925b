"""What each of the further roles is shown, and what of it is limited before anything is searched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI

from api.access.parties import known_subject
from api.access.roles import Role
from matcher import usecases
from matcher.domain import Assessment, Enterprise, Prospect
from matcher.errors import InputError
from matcher.store.filters import NeedFilter
from tests.api.conftest import COMMISSIONS, ENTERPRISE, MEMBRANE, NEEDS, NOW, PARTIES
from tests.api.pages.conftest import SUBJECTS, Browser

Open = Callable[[Role | None], Browser]
FAR = Enterprise("E2", "临川风电设备有限公司", region="河东省临川市", focus_areas=("海水淡化反渗透膜",))


def test_a_city_sees_its_needs_in_full_and_no_contact_of_a_holder_elsewhere(browser: Open) -> None:
    city = browser(Role.CITY)
    page = city.get("/needs").text
    assert "海水淡化反渗透膜的抗污染改性" in page
    assert "滚动轴承早期故障诊断" not in page
    need = city.get("/needs/N001").text
    assert "赵工 0531-0000000" in need
    assert "评分明细" in need
    assert "联系部门" not in need


def test_a_search_by_patent_is_limited_to_the_city_before_it_counts_to_k(app: FastAPI) -> None:
    workspace = app.state.services.workspace
    near = [replace(NEEDS[0], id=f"F{number}", region="河东省临川市") for number in range(5)]
    workspace.store.merge([*near, FAR], NOW.date())
    usecases.build_index(workspace, NOW)
    request = usecases.ListRequest(NOW.date(), NOW, k=1)
    found = {
        city: usecases.match_patent(workspace, MEMBRANE.id, request, NeedFilter(within=city)).needs
        for city in ("", "临川市", "云州市")
    }
    assert {city: [item.need.id for item in needs] for city, needs in found.items()} == {
        "": ["N001"],
        "临川市": ["F0"],
        "云州市": ["N001"],
    }


def test_a_city_invites_and_shuts_out_its_own_enterprises(app: FastAPI, browser: Open) -> None:
    app.state.services.workspace.store.merge([FAR], NOW.date())
    browser(Role.ENTERPRISE)
    browser(Role.HOLDER)
    city = browser(Role.CITY)
    page = city.get("/manage").text
    assert "userenterprise" in page
    assert "userholder" not in page
    assert "审计记录" not in page
    wanted = {"name": "王五", "role": "企业", "subject": ENTERPRISE.id}
    assert "/invitation/" in city.post("/manage/invitations", wanted).text
    refused = city.post("/manage/invitations", {**wanted, "subject": FAR.id})
    assert refused.status_code == 403
    assert "“市级主管部门”只能邀请所在地区为云州市的企业" in refused.text
    accounts = app.state.services.access.accounts
    ids = {account.login: account.id for account in accounts.all()}
    assert (
        city.post("/manage/accounts/disable", {"id": ids["userholder"], "disabled": True}).status_code == 404
    )
    city.post("/manage/accounts/disable", {"id": ids["userenterprise"], "disabled": True})
    assert [account.login for account in accounts.all() if account.disabled] == ["userenterprise"]


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.COLLEGE, Role.EXPERT, Role.SERVICE])
def test_own_patents_are_listed(browser: Open, role: Role) -> None:
    opened = browser(role)
    page = opened.get("/patents").text
    assert MEMBRANE.title in page
    assert ("反渗透膜在线清洗装置" in page) == (role is Role.DEPARTMENT)
    assert "滚动轴承" not in page
    inventor = "钱学" in opened.get(f"/patents/{MEMBRANE.id}").text
    assert inventor == (role in (Role.DEPARTMENT, Role.COLLEGE))


@pytest.mark.parametrize(
    ("role", "named", "sentence"),
    [
        (Role.CITY, "云州", "“云州”不是地市全称"),
        (Role.CITY, "云州市高新区", "“云州市高新区”不是地市全称"),
        (Role.DEPARTMENT, "省科技厅", "没有主管部门为“省科技厅”的单位"),
        (Role.COLLEGE, "河东大学", "请写成“专利权人／学院”"),
        (Role.COLLEGE, "河东大学／文学院", "没有“河东大学／文学院”的专利"),
        (Role.EXPERT, "李工", "没有找到专家“李工”"),
        (Role.SERVICE, "某银行", "没有找到服务机构“某银行”"),
    ],
)
def test_parties_that_there_are_not(app: FastAPI, role: Role, named: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        known_subject(app.state.services.workspace.store, role, named)


def test_parties_as_people_name_them(app: FastAPI) -> None:
    store = app.state.services.workspace.store
    named = {Role.CITY: "河东省云州市", Role.COLLEGE: "河东大学/化工学院", Role.EXPERT: "孙工"}
    assert {role: known_subject(store, role, text) for role, text in named.items()} == {
        Role.CITY: "云州市",
        Role.COLLEGE: SUBJECTS[Role.COLLEGE],
        Role.EXPERT: PARTIES[1].id,
    }


def test_an_expert_assesses_what_was_given_and_sees_nobody_elses_words(app: FastAPI, browser: Open) -> None:
    store = app.state.services.workspace.store
    other = Assessment("A9", MEMBRANE.id, "E9", "别的公司", Prospect.POOR, "成本太高", assessor="吴工")
    store.merge([other], NOW.date())
    expert = browser(Role.EXPERT)
    assert expert.get("/start", follow_redirects=False).headers["location"] == "/assigned"
    refused = expert.post(f"/assigned/{MEMBRANE.id}", {"prospect": "", "maturity": "说不清"})
    assert refused.status_code == 422
    assert "请选择产业化前景。" in refused.text
    assert [one.id for one in store.assessments.by_patent([MEMBRANE.id])[MEMBRANE.id]] == ["A9"]
    said = {"prospect": "较好", "maturity": "中试", "improvement": "延长清洗周期", "cooperation": "联合开发"}
    for prospect in ("好", "较好"):
        expert.post(f"/assigned/{MEMBRANE.id}", {**said, "prospect": prospect})
    [own] = [one for one in store.assessments.by_patent([MEMBRANE.id])[MEMBRANE.id] if one.id != "A9"]
    assert (own.enterprise, own.assessor, own.prospect, own.improvement, own.on) == (
        "云州净源水务有限公司",
        "孙工",
        Prospect.FAIR,
        "延长清洗周期",
        NOW.date(),
    )
    for page in ("/assigned", f"/assigned/{MEMBRANE.id}", f"/patents/{MEMBRANE.id}"):
        assert "成本太高" not in expert.get(page).text
    assert "较好（2026-06-30）" in expert.get("/assigned").text


def test_a_service_institution_sees_what_it_was_given(browser: Open) -> None:
    page = browser(Role.SERVICE).get("/assigned").text
    assert MEMBRANE.title in page
    assert "评价" not in page


def test_a_service_institution_answers_on_what_it_saw(app: FastAPI, browser: Open) -> None:
    bank, store, id_ = browser(Role.SERVICE), app.state.services.workspace.store, COMMISSIONS[1].id

    def answered(version: int, state: str, note: str = "") -> tuple[int, str]:
        sent = bank.post(
            f"/service-answers/{id_}",
            {"version": str(version), "state": state, "note": note},
            follow_redirects=False,
        )
        said = re.search(r'role="alert">([^<]+)<', sent.text)
        return sent.status_code, said[1] if said else ""

    assert answered(0, "提供服务") == (422, f"服务对接 {id_} 改为“提供服务”须写明服务方式。")
    assert answered(0, "不适合") == (422, f"服务对接 {id_} 改为“不适合”须写明原因。")
    assert answered(0, "签约")[0] == 422
    assert store.responses.history(id_) == []
    assert answered(0, "已联系") == (303, "")
    assert answered(0, "不适合", "已有同类产品") == (409, f"服务对接 {id_} 刚被他人改动，请刷新后再改。")
    assert answered(1, "提供服务", "质押贷款") == (303, "")
    assert [(one.state, one.note) for one in store.responses.history(id_)] == [
        ("已联系", ""),
        ("提供服务", "质押贷款"),
    ]
    page = bank.get("/assigned").text
    assert "<b>提供服务</b>：质押贷款" in page
    assert "2026-06-30 某人：已联系" in page


def test_an_institution_does_not_answer_for_another(app: FastAPI, browser: Open) -> None:
    store = app.state.services.workspace.store
    store.commissions.add(
        [
            replace(COMMISSIONS[1], id="W2", party_id="别的银行"),
            replace(COMMISSIONS[0], id="W3", party_id="云州科技银行"),
        ]
    )
    bank = browser(Role.SERVICE)
    for id_ in ("W2", "W3"):
        sent = bank.post(f"/service-answers/{id_}", {"version": "0", "state": "已联系"})
        assert (sent.status_code, f"没有编号为“{id_}”的服务对接。" in sent.text) == (404, True)
        assert store.responses.history(id_) == []
