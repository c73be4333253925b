"""我想了解: asked once, answered once by each holder, contacts only after all agree, and no enterprise revealed before."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from api.access.roles import Role
from api.cli.app import app as cli
from matcher.domain import Confidentiality, Enterprise, Holder
from matcher.errors import Conflict
from matcher.interests import Answer, Interest, Reply
from tests.api.conftest import BEARING, CLEANING, ENTERPRISE, MEMBRANE, NEEDS, NOW
from tests.api.pages.conftest import SUBJECTS, Browser
from tests.api.pages.test_events import EVENT, build, second

__all__ = ["second"]
"""A fixture."""

Open = Callable[[Role | None], Browser]
ID = "YX000000000001"
DUE = date(2026, 7, 7)
"""Five working days after Tuesday, 30 June 2026."""
CONTACT = "赵工 0531-0000000"
OFFICE = "成果转化处 0531-1111111"


@pytest.fixture(autouse=True)
def _numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids in the order of asking, in the place of random ones."""
    numbers = count(1)
    monkeypatch.setattr("api.interests.token_hex", lambda length: f"{next(numbers):0{2 * length}x}")


@pytest.fixture
def sides(app: FastAPI, browser: Open) -> tuple[Browser, Browser]:
    """The enterprise, whose need N001 is only the authority's to see, and the holder of MEMBRANE."""
    store = app.state.services.workspace.store
    private = replace(NEEDS[0], confidentiality=Confidentiality.AUTHORITY_ONLY)
    office = Holder("河东大学", "河东大学", contact=OFFICE)
    store.merge([private, office], NOW.date(), prefer_new=True)
    return browser(Role.ENTERPRISE), browser(Role.HOLDER)


def asked(enterprise: Browser, patent: str = MEMBRANE.id, need: str = "N001"):
    return enterprise.post("/interests", {"patent": patent, "need": need}, follow_redirects=False)


def actions(app: FastAPI) -> list[tuple[str, str]]:
    lines = app.state.services.access.audit.recent(50)
    return [(line.action, line.object) for line in reversed(lines) if ID in line.object]


def test_contacts_are_shown_to_both_once_the_holder_agrees(
    app: FastAPI, sides: tuple[Browser, Browser]
) -> None:
    enterprise, holder = sides
    assert asked(enterprise).headers["location"] == f"/interests/{ID}"
    assert asked(enterprise, need="").status_code == 303
    [kept] = app.state.services.interests.all()
    assert (kept.id, kept.need_id, kept.due) == (ID, "N001", DUE)

    for page in (holder.get("/interests").text, holder.get(f"/interests/{ID}").text):
        assert "一家企业（行业：未注明，地区：河东省云州市）" in page
        for secret in (ENTERPRISE.name, ENTERPRISE.id, CONTACT, NEEDS[0].title, "某人（"):
            assert secret not in page.replace("某人（专利权人）", "")
    assert OFFICE not in enterprise.get(f"/interests/{ID}").text

    answer = {"reply": "同意", "reason": ""}
    assert holder.post(f"/interests/{ID}/answer", answer, follow_redirects=False).status_code == 303
    theirs, ours = (one.get(f"/interests/{ID}").text for one in sides)
    for page in (theirs, ours):
        assert CONTACT in page
        assert OFFICE in page
    assert NEEDS[0].title in theirs
    assert NEEDS[0].title not in ours
    shown = ("查看意向双方的联系方式", ID)
    assert actions(app) == [("我想了解", f"{ID} {MEMBRANE.id}"), ("答复意向：同意", ID), shown, shown]

    second = holder.post(f"/interests/{ID}/answer", {"reply": "婉拒", "reason": "改主意"})
    assert second.status_code == 409
    assert "本单位已经答复过这条意向，以先作出的答复为准" in second.text
    assert [one.reply for one in app.state.services.interests.answers([ID])[ID]] == [Reply.AGREED]


def test_a_refusal_has_a_reason_and_shows_nobodys_contact(sides: tuple[Browser, Browser]) -> None:
    enterprise, holder = sides
    asked(enterprise)
    for form, sentence in (
        ({"reply": "婉拒"}, "婉拒请说明原因，企业会看到。"),
        ({"reply": "考虑"}, "请选择“同意”或“婉拒”。"),
        ({"reply": "同意", "reason": "长" * 501}, "原因请写在 500 字以内。"),
    ):
        refused = holder.post(f"/interests/{ID}/answer", form)
        assert (refused.status_code, sentence in refused.text) == (422, True)
    assert "待 河东大学 答复" in holder.get(f"/interests/{ID}").text
    holder.post(f"/interests/{ID}/answer", {"reply": "婉拒", "reason": "已许可他人"})
    theirs, ours = (one.get(f"/interests/{ID}").text for one in sides)
    assert "已许可他人" in theirs
    for page in (theirs, ours):
        assert "已婉拒" in page
        assert CONTACT not in page
        assert OFFICE not in page
    assert ENTERPRISE.name not in ours


def test_an_enterprise_takes_its_interest_back_on_its_page(
    app: FastAPI, sides: tuple[Browser, Browser]
) -> None:
    enterprise, holder = sides
    asked(enterprise)
    withdraw = f"/interests/{ID}/withdraw"
    assert withdraw in enterprise.get(f"/interests/{ID}").text
    assert withdraw not in holder.get(f"/interests/{ID}").text
    assert enterprise.post(withdraw, {}, follow_redirects=False).headers["location"] == "/interests"
    assert enterprise.get(f"/interests/{ID}").status_code == 404
    assert actions(app) == [("我想了解", f"{ID} {MEMBRANE.id}"), ("撤回意向", ID)]
    again = asked(enterprise).headers["location"]
    assert again != f"/interests/{ID}"
    holder.post(f"{again}/answer", {"reply": "同意"})
    assert f"{again}/withdraw" not in enterprise.get(again).text
    refused = enterprise.post(f"{again}/withdraw", {})
    assert (refused.status_code, "专利权人已经答复，意向不能撤回。" in refused.text) == (409, True)


def test_a_public_need_names_its_enterprise(app: FastAPI, browser: Open) -> None:
    asked(browser(Role.ENTERPRISE))
    page = browser(Role.HOLDER).get(f"/interests/{ID}").text
    assert ENTERPRISE.name in page
    assert NEEDS[0].title in page
    assert CONTACT not in page


def test_co_holders_all_have_to_agree(app: FastAPI, sides: tuple[Browser, Browser]) -> None:
    enterprise, holder = sides
    services = app.state.services
    joint = replace(MEMBRANE, holders=("河东大学", "云州理工学院"))
    services.workspace.store.merge([joint], NOW.date(), prefer_new=True)
    asked(enterprise)
    holder.post(f"/interests/{ID}/answer", {"reply": "同意"})
    page = enterprise.get(f"/interests/{ID}").text
    assert "待 云州理工学院 答复" in page
    assert OFFICE not in page
    services.interests.answer(Answer(ID, "云州理工学院", Reply.AGREED, "", "某人", NOW))
    assert OFFICE in enterprise.get(f"/interests/{ID}").text


def test_of_two_answers_at_once_one_stands(app: FastAPI, sides: tuple[Browser, Browser]) -> None:
    asked(sides[0])
    interests = app.state.services.interests

    def give(reply: Reply) -> str:
        try:
            interests.answer(Answer(ID, "河东大学", reply, "", "某人", NOW))
        except Conflict as error:
            return error.code
        return reply

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(give, [Reply.AGREED, Reply.DECLINED] * 4))
    [stands] = interests.answers([ID])[ID]
    assert sorted(said) == sorted(["answered"] * 7 + [stands.reply])


@pytest.mark.parametrize(
    ("patent", "need", "status", "sentence"),
    [
        ("CN404", "", 404, "没有找到专利“CN404”"),
        (MEMBRANE.id, "N002", 404, "没有编号为“N002”的需求"),
        (CLEANING.id, "", 422, "这件专利已失效，任何人都可以使用"),
    ],
)
def test_what_cannot_be_asked(
    app: FastAPI, browser: Open, patent: str, need: str, status: int, sentence: str
) -> None:
    refused = asked(browser(Role.ENTERPRISE), patent, need)
    assert (refused.status_code, sentence in refused.text) == (status, True)
    assert app.state.services.interests.all() == []


def test_overdue_answers_stand_on_the_bureaus_list(
    app: FastAPI, sides: tuple[Browser, Browser], bureau: Browser, browser: Open
) -> None:
    interests = app.state.services.interests
    fresh = Interest("YX0000000000E2", "E2", BEARING.id, "", "某人", NOW, NOW.date())
    interests.add(fresh)
    assert "催办" not in bureau.get("/interests").text
    asked_on = NOW - timedelta(days=10)
    interests.add(Interest(ID, ENTERPRISE.id, MEMBRANE.id, "N001", "某人", asked_on, date(2026, 6, 27)))
    for one in (bureau, browser(Role.CITY), sides[1]):
        page = one.get("/interests").text
        assert "催办：逾期未答复（1 条）" in page
        assert "逾期 3 天" in page
    assert ENTERPRISE.name in bureau.get("/interests").text


def test_a_city_knows_its_own_enterprises_only(app: FastAPI, browser: Open) -> None:
    store = app.state.services.workspace.store
    far = Enterprise("E2", "临川风电设备有限公司", region="河东省临川市")
    store.merge([far], NOW.date())
    services = app.state.services
    asked(browser(Role.ENTERPRISE))
    kept = services.interests.get(ID)
    other = "YX0000000000E2"
    services.interests.add(replace(kept, id=other, enterprise_id="E2", need_id=""))
    foreign = "YX0000000000E3"
    services.interests.add(replace(kept, id=foreign, enterprise_id="E2", patent_id=BEARING.id, need_id=""))
    city = browser(Role.CITY)
    page = city.get("/interests").text
    assert ENTERPRISE.name in page
    assert other in page
    assert far.name not in page
    assert foreign not in page
    assert city.get(f"/interests/{foreign}").status_code == 404
    assert browser(Role.HOLDER).get(f"/interests/{foreign}").status_code == 404
    assert SUBJECTS[Role.CITY] == "云州市"


def test_the_command_lists_what_is_owed_without_the_enterprise(
    app: FastAPI, sides: tuple[Browser, Browser]
) -> None:
    asked(sides[0])
    settings = app.state.services.workspace.settings
    command = ["interests", "--home", str(settings.home), "--as-of"]
    runner = CliRunner(env={"MATCHER_DATABASE_URL": settings.database_url})
    assert runner.invoke(cli, [*command, "2026-07-07"]).output == "共 0 项逾期未答复。\n"
    assert runner.invoke(cli, [*command, "2026-07-09"]).output == (
        f"河东大学　ZL202310123456.1 {MEMBRANE.title}　意向 {ID}　逾期 2 天\n共 1 项逾期未答复。\n"
    )


def test_a_published_list_is_asked_from_and_only_by_enterprises(
    app: FastAPI, browser: Open, bureau: Browser, second: Browser
) -> None:
    bureau.post("/events", EVENT)
    build(bureau)
    bureau.post("/lists/HD001-01/state", {"state": "审核"})
    second.post("/lists/HD001-01/state", {"state": "已发布"})
    enterprise = browser(Role.ENTERPRISE)
    page = enterprise.get("/lists/HD001-01").text
    [form] = re.findall(
        r'action="/interests">.*?name="need" value="(\w+)".*?name="patent" value="(\w+)"', page
    )
    assert form == ("N001", MEMBRANE.id)
    assert asked(enterprise, form[1], form[0]).headers["location"] == f"/interests/{ID}"
    for role in (Role.HOLDER, Role.CITY):
        page = browser(role).get("/lists/HD001-01").text
        assert MEMBRANE.title in page
        assert "我想了解" not in page
        assert "赵工" not in page


def test_fifty_a_page(app: FastAPI, bureau: Browser) -> None:
    interests = app.state.services.interests
    for number in range(51):
        at = NOW - timedelta(days=number)
        interests.add(Interest(f"YX{number:012X}", f"E{number}", MEMBRANE.id, "", "某人", at, NOW.date()))
    first, second_ = (bureau.get(f"/interests?page={number}").text for number in (1, 2))
    assert first.count('<a href="/interests/YX') == 50
    assert re.findall(r'<a href="/interests/(YX\w+)"', second_) == ["YX000000000032"]
    assert ("下一页" in first, "下一页" in second_) == (True, False)
