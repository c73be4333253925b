"""Every address as every role and as nobody, on own and foreign things; an address that is not here fails the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.http import create_app
from matcher.settings import Settings
from tests.api.conftest import BASE, COMMISSIONS, NOW, key_of
from tests.api.pages.conftest import SUBJECTS, Browser

NOBODY = None
WHO = (
    *(Role.BUREAU, Role.HOLDER, Role.ENTERPRISE, Role.ANALYST, NOBODY),
    *(Role.CITY, Role.DEPARTMENT, Role.COLLEGE, Role.EXPERT, Role.SERVICE),
)
PROGRAMS = (Role.BUREAU, Role.HOLDER, Role.ENTERPRISE, Role.ANALYST, NOBODY, Role.CLIENT)
JOB = "0" * 32
TOKEN = "x" * 43

# Address, form → status by role in the order of WHO; roles that a row leaves out at its end are refused (403).
# 303: nobody is sent to sign in.
# MEMBRANE is the holder's, its college's, its department's and the city's own, given to the expert and the service
# institution; N001 is the enterprise's and the city's own; BEARING and N002 are foreign to all of them.
PAGES = [
    ("GET", "/", None, (200, 200, 200, 200, 303, 200)),
    ("POST", "/", {"text": "反渗透膜"}, (200, 200, 200, 200, 401, 200)),
    (
        "POST",
        "/compare",
        {"text": "膜", "compare": ["CN202310123456", "CN202210654321"]},
        (200, 200, 200, 200, 401, 200),
    ),
    (
        "POST",
        "/compare",
        {"need": "N002", "compare": ["CN202310123456", "CN202210654321"]},
        (200, 403, 404, 403, 401, 404),
    ),
    ("GET", "/patents?number=ZL202310123456.1", None, (303, 303, 303, 303, 303, 303, 303, 303, 303, 303)),
    ("GET", "/patents", None, (200, 200, 200, 200, 303, 200, 200, 200, 200, 200)),
    ("GET", "/patents/CN202310123456", None, (200, 200, 200, 200, 303, 200, 200, 200, 200, 200)),
    ("GET", "/patents/CN202210654321", None, (200, 200, 200, 200, 303, 200, 404, 404, 404, 404)),
    ("GET", "/needs", None, (200, 403, 200, 403, 303, 200)),
    ("GET", "/needs/N001", None, (200, 403, 200, 403, 303, 200)),
    ("GET", "/needs/N002", None, (200, 403, 404, 403, 303, 404)),
    ("GET", "/need-forms/new", None, (200, 403, 200, 403, 303, 200)),
    ("POST", "/need-forms/draft", {"text": "膜"}, (200, 403, 200, 403, 401, 200)),
    ("POST", "/need-forms/diagnosis", {"需求名称": "膜"}, (200, 403, 200, 403, 401, 200)),
    ("POST", "/need-forms/new", {"需求名称": ""}, (422, 403, 422, 403, 401, 422)),
    ("GET", "/need-forms/N001", None, (200, 403, 200, 403, 303, 200)),
    ("GET", "/need-forms/N002", None, (200, 403, 404, 403, 303, 404)),
    ("POST", "/need-forms/N001", {"需求名称": "改"}, (409, 403, 409, 403, 401, 409)),
    ("POST", "/need-forms/N002", {"需求名称": "改"}, (409, 403, 404, 403, 401, 404)),
    ("GET", "/lists", None, (200, 200, 200, 403, 303, 200)),
    ("POST", "/lists", {"event": "路演"}, (200, 200, 200, 403, 401, 200)),
    ("GET", "/events", None, (200, 200, 200, 403, 303, 200)),
    ("POST", "/events", {"name": "路演", "starts": "2026-10-20"}, (303, 403, 403, 403, 401)),
    ("GET", "/events/HD001", None, (200, 404, 404, 403, 303, 404)),
    ("GET", "/events/HD001/edit", None, (200, 403, 403, 403, 303)),
    ("POST", "/events/HD001/edit", {"name": "路演"}, (422, 403, 403, 403, 401)),
    ("GET", "/events/HD001/tuning", None, (200, 403, 403, 403, 303)),
    ("POST", "/events/HD001/tuning", {"per_need": "1"}, (200, 403, 403, 403, 401)),
    ("GET", "/events/HD001/tuning/N001", None, (303, 403, 403, 403, 303)),
    ("POST", "/events/HD001/places/N001", {"patent": "x", "place": "必须列入"}, (503, 403, 403, 403, 401)),
    ("GET", "/events/HD001/schedule", None, (200, 403, 403, 403, 303)),
    ("POST", "/events/HD001/schedule", {"minutes": "30", "tables": "4"}, (422, 403, 403, 403, 401)),
    ("GET", "/events/HD001/schedule.xlsx", None, (503, 403, 403, 403, 303)),
    ("GET", "/events/HD001/documents", None, (200, 403, 403, 403, 303)),
    ("GET", "/events/HD001/documents/签到表.xlsx", None, (404, 403, 403, 403, 303)),
    ("POST", "/events/HD001/forms", {}, (422, 403, 403, 403, 401)),
    ("GET", "/events/HD001/outcomes", None, (200, 403, 403, 403, 303)),
    ("POST", "/events/HD001/outcomes/M", {"state": "有意向"}, (404, 403, 403, 403, 401)),
    ("GET", "/events/HD001/schedule", None, (200, 403, 403, 403, 303)),
    ("POST", "/events/HD001/schedule", {"minutes": "30", "tables": "4"}, (422, 403, 403, 403, 401)),
    ("GET", "/events/HD001/schedule.xlsx", None, (503, 403, 403, 403, 303)),
    ("GET", "/events/HD001/documents", None, (200, 403, 403, 403, 303)),
    ("GET", "/events/HD001/documents/签到表.xlsx", None, (404, 403, 403, 403, 303)),
    ("POST", "/events/HD001/forms", {}, (422, 403, 403, 403, 401)),
    ("GET", "/events/HD001/outcomes", None, (200, 403, 403, 403, 303)),
    ("POST", "/events/HD001/outcomes/M", {"state": "有意向"}, (404, 403, 403, 403, 401)),
    ("GET", "/lists/HD404-01", None, (404, 404, 404, 403, 303, 404)),
    ("POST", "/events/HD404/lists", {}, (404, 403, 403, 403, 401)),
    ("POST", "/lists/HD404-01/state", {"state": "审核"}, (404, 403, 403, 403, 401)),
    ("GET", "/events/HD404/list.xlsx", None, (404, 404, 404, 403, 303, 404)),
    ("GET", "/import", None, (200, 403, 403, 403, 303, 200)),
    ("POST", "/import", {"kind": "patents"}, (422, 403, 403, 403, 401, 422)),
    ("GET", "/evaluations", None, (200, 403, 403, 200, 303)),
    ("POST", "/evaluations", {"months": "0"}, (422, 403, 403, 422, 401)),
    ("POST", "/evaluations/judgements", {}, (422, 403, 403, 422, 401)),
    ("GET", f"/evaluations/compare?run={JOB}", None, (422, 403, 403, 422, 303)),
    ("GET", f"/evaluations/{JOB}", None, (404, 403, 403, 404, 303)),
    ("GET", f"/evaluations/{JOB}/report.html", None, (404, 403, 403, 403, 303)),
    ("GET", f"/imports/{JOB}", None, (404, 403, 403, 403, 303, 404)),
    ("POST", f"/imports/{JOB}", {}, (404, 403, 403, 403, 401, 404)),
    ("POST", f"/imports/{JOB}/preview", {}, (404, 403, 403, 403, 401, 404)),
    ("GET", f"/jobs/{JOB}", None, (404, 403, 403, 404, 303, 404)),
    ("POST", f"/jobs/{JOB}/cancel", {}, (404, 403, 403, 404, 401, 404)),
    ("POST", f"/jobs/{JOB}/retry", {}, (404, 403, 403, 404, 401, 404)),
    ("GET", f"/jobs/{JOB}/report.xlsx", None, (404, 403, 403, 404, 303, 404)),
    ("GET", f"/jobs/{JOB}/rows.xlsx", None, (404, 403, 403, 404, 303, 404)),
    ("GET", "/templates/patents", None, (200, 403, 403, 403, 303, 200)),
    ("GET", "/status", None, (200, 403, 403, 200, 303)),
    ("GET", "/status/patents", None, (200, 403, 403, 200, 303)),
    ("GET", "/status/deals", None, (200, 403, 403, 403, 303)),
    ("GET", "/status/milestones", None, (200, 403, 403, 200, 303)),
    ("GET", "/status/progress.xlsx", None, (200, 403, 403, 403, 303)),
    ("POST", "/index", {}, (303, 403, 403, 403, 401)),
    ("GET", "/manage", None, (200, 403, 403, 403, 303, 200)),
    ("POST", "/manage/invitations", {"name": "李四", "role": "分析员"}, (200, 403, 403, 403, 401, 403)),
    (
        "POST",
        "/manage/keys",
        {"name": "平台", "role": "分析员", "scopes": "search"},
        (200, 403, 403, 403, 401),
    ),
    ("POST", "/manage/keys/revoke", {"id": "none"}, (303, 403, 403, 403, 401)),
    ("POST", "/manage/accounts/disable", {"id": "99", "disabled": "true"}, (404, 403, 403, 403, 401, 404)),
    ("GET", "/fill-in-links", None, (403, 200, 403, 403, 303)),
    ("POST", "/fill-in-links", {"task": "PD404"}, (403, 404, 403, 403, 401)),
    ("POST", "/fill-in-links/withdraw", {"task": "PD404"}, (403, 303, 403, 403, 401)),
    ("GET", f"/fill-in/{TOKEN}", None, (422, 422, 422, 422, 422, 422, 422, 422, 422, 422)),
    ("POST", f"/fill-in/{TOKEN}", {}, (422, 422, 422, 422, 422, 422, 422, 422, 422, 422)),
    ("GET", "/messages", None, (200, 200, 200, 200, 303, 200, 200, 200, 200, 200)),
    ("POST", "/messages/read", {"last": "0"}, (303, 303, 303, 303, 401, 303, 303, 303, 303, 303)),
    ("POST", "/account/email", {"email": ""}, (303, 303, 303, 303, 401, 303, 303, 303, 303, 303)),
    ("GET", "/interests", None, (200, 200, 200, 403, 303, 200)),
    ("POST", "/interests", {"patent": "CN202310123456", "need": "N001"}, (403, 403, 303, 403, 401)),
    ("POST", "/interests", {"patent": "CN202310123456", "need": "N002"}, (403, 403, 404, 403, 401)),
    ("GET", "/interests/YX0123456789AB", None, (404, 404, 404, 403, 303, 404)),
    ("POST", "/interests/YX0123456789AB/answer", {"reply": "同意"}, (403, 404, 403, 403, 401)),
    ("POST", "/interests/YX0123456789AB/withdraw", {}, (403, 403, 404, 403, 401)),
    ("GET", "/confirmations/N001", None, (403, 403, 200, 403, 303)),
    ("GET", "/confirmations/N002", None, (403, 403, 404, 403, 303)),
    ("POST", "/confirmations/N001", {"seen": "x"}, (403, 403, 409, 403, 401)),
    ("GET", "/start", None, (303, 303, 303, 303, 303, 303, 303, 303, 303, 303)),
    ("GET", "/assigned", None, (403, 403, 403, 403, 303, 403, 403, 403, 200, 200)),
    ("GET", "/assigned/CN202310123456", None, (403, 403, 403, 403, 303, 403, 403, 403, 200, 200)),
    ("GET", "/assigned/CN202210654321", None, (403, 403, 403, 403, 303, 403, 403, 403, 404, 404)),
    (
        "POST",
        "/assigned/CN202310123456",
        {"prospect": "好"},
        (403, 403, 403, 403, 401, 403, 403, 403, 303, 403),
    ),
    (
        "POST",
        "/assigned/CN202210654321",
        {"prospect": "好"},
        (403, 403, 403, 403, 401, 403, 403, 403, 404, 403),
    ),
    ("POST", "/service-answers/W404", {"version": "0"}, (403, 403, 403, 403, 401, 403, 403, 403, 403, 404)),
    (
        "POST",
        f"/service-answers/{COMMISSIONS[1].id}",
        {"version": "0", "state": "已联系"},
        (403, 403, 403, 403, 401, 403, 403, 403, 403, 303),
    ),
    ("GET", "/docs", None, (200, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("GET", "/sign-in", None, (200, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("POST", "/sign-in", {"login": "x", "password": "x"}, (401, 401, 401, 401, 401, 401, 401, 401, 401, 401)),
    ("GET", f"/invitation/{TOKEN}", None, (422, 422, 422, 422, 422, 422, 422, 422, 422, 422)),
    ("POST", f"/invitation/{TOKEN}", {}, (422, 422, 422, 422, 422, 422, 422, 422, 422, 422)),
    ("GET", "/account", None, (200, 200, 200, 200, 303, 200, 200, 200, 200, 200)),
    (
        "POST",
        "/account/password",
        {"now": "x", "password": "y", "again": "y"},
        (422, 422, 422, 422, 401, 422, 422, 422, 422, 422),
    ),
    ("POST", "/sign-out", {}, (303, 303, 303, 303, 401, 303, 303, 303, 303, 303)),
]
# The same by a program's key that may do all that its role may, in the order of PROGRAMS; 401: no key.
INTERFACE = [
    ("POST", "/api/v1/search", {"text": "反渗透膜"}, (200, 200, 200, 200, 401, 200)),
    ("GET", "/api/v1/needs/N001/matches", None, (200, 403, 200, 403, 401)),
    ("GET", "/api/v1/needs/N002/matches", None, (200, 403, 404, 403, 401)),
    ("GET", "/api/v1/patents/CN202310123456/enterprises", None, (200, 200, 403, 403, 401)),
    ("GET", "/api/v1/patents/CN202210654321/enterprises", None, (200, 404, 403, 403, 401)),
    ("GET", "/api/v1/list", None, (200, 200, 200, 403, 401, 200)),
    ("GET", "/api/v1/list?preset=内部版", None, (200, 403, 403, 403, 401)),
    ("GET", "/api/v1/events", None, (200, 200, 200, 403, 401, 200)),
    ("GET", "/api/v1/events/HD404/list", None, (404, 404, 404, 403, 401, 404)),
    ("GET", "/api/v1/needs", None, (200, 403, 200, 403, 401)),
    ("POST", "/api/v1/needs", {"title": ""}, (422, 403, 422, 403, 401)),
    ("GET", "/api/v1/needs/N001", None, (200, 403, 200, 403, 401)),
    ("GET", "/api/v1/needs/N002", None, (200, 403, 404, 403, 401)),
    ("PUT", "/api/v1/needs/N001", {"title": "改"}, (428, 403, 428, 403, 401)),
    ("PUT", "/api/v1/needs/N002", {"title": "改"}, (428, 403, 404, 403, 401)),
    ("PATCH", "/api/v1/needs/N001", {"title": "改"}, (428, 403, 428, 403, 401)),
    ("PATCH", "/api/v1/needs/N002", {"title": "改"}, (428, 403, 404, 403, 401)),
    ("DELETE", "/api/v1/needs/N001", None, (428, 403, 428, 403, 401)),
    ("DELETE", "/api/v1/needs/N002", None, (428, 403, 404, 403, 401)),
    ("GET", "/api/v1/patents", None, (200, 200, 200, 200, 401, 200)),
    ("POST", "/api/v1/patents", {"title": ""}, (422, 403, 403, 403, 401)),
    ("GET", "/api/v1/patents/CN202210654321", None, (200, 200, 200, 200, 401, 200)),
    ("PUT", "/api/v1/patents/CN202310123456", {"title": "改"}, (422, 403, 403, 403, 401)),
    ("PATCH", "/api/v1/patents/CN202310123456", {"scenario": "改"}, (428, 428, 403, 403, 401)),
    ("PATCH", "/api/v1/patents/CN202210654321", {"scenario": "改"}, (428, 404, 403, 403, 401)),
    ("DELETE", "/api/v1/patents/CN202310123456", None, (428, 428, 403, 403, 401)),
    ("DELETE", "/api/v1/patents/CN202210654321", None, (428, 404, 403, 403, 401)),
    ("GET", "/api/v1/patents/CN202310123456/assessments", None, (200, 200, 403, 403, 401)),
    ("GET", "/api/v1/patents/CN202210654321/assessments", None, (200, 404, 403, 403, 401)),
    ("POST", "/api/v1/patents/CN202310123456/assessments", {}, (422, 403, 422, 403, 401)),
    ("GET", "/api/v1/enterprises", None, (200, 403, 200, 403, 401)),
    ("POST", "/api/v1/enterprises", {"name": ""}, (422, 403, 403, 403, 401)),
    ("GET", "/api/v1/enterprises/91370100MA3TEST01X", None, (200, 403, 200, 403, 401)),
    ("GET", "/api/v1/enterprises/E404", None, (404, 403, 404, 403, 401)),
    ("PUT", "/api/v1/enterprises/91370100MA3TEST01X", {"name": "改"}, (428, 403, 428, 403, 401)),
    ("PATCH", "/api/v1/enterprises/91370100MA3TEST01X", {"name": "改"}, (428, 403, 428, 403, 401)),
    ("DELETE", "/api/v1/enterprises/91370100MA3TEST01X", None, (409, 403, 403, 403, 401)),
    ("DELETE", "/api/v1/enterprises/E404", None, (404, 403, 404, 403, 401)),
    ("GET", "/api/v1/transferable-patents", None, (200, 200, 200, 200, 401, 200)),
    ("GET", "/api/v1/public-needs", None, (200, 200, 403, 403, 401, 200)),
    ("POST", "/api/v1/events", {}, (422, 403, 403, 403, 401)),
    ("GET", "/api/v1/events/HD404", None, (404, 404, 404, 403, 401, 404)),
    ("PUT", "/api/v1/events/HD404", {}, (422, 403, 403, 403, 401)),
    ("GET", "/api/v1/events/HD404/lists", None, (404, 404, 404, 403, 401, 404)),
    ("POST", "/api/v1/events/HD404/lists", None, (404, 403, 403, 403, 401)),
    ("GET", "/api/v1/events/HD404/outcomes", None, (404, 403, 404, 403, 401)),
    ("GET", "/api/v1/lists/HD404-01", None, (404, 404, 404, 403, 401, 404)),
    ("POST", "/api/v1/lists/HD404-01/moves", {"state": "审核"}, (404, 403, 403, 403, 401)),
    ("GET", "/api/v1/lists/HD404-01/file", None, (404, 404, 404, 403, 401, 404)),
    ("GET", "/api/v1/outcomes/M404", None, (404, 403, 404, 403, 401)),
    ("GET", "/api/v1/outcomes/M404/history", None, (404, 403, 404, 403, 401)),
    ("PATCH", "/api/v1/outcomes/M404", {"state": "搁置"}, (404, 403, 404, 403, 401)),
    ("POST", "/api/v1/imports?kind=patents&name=a.csv", None, (422, 403, 403, 403, 401)),
    ("GET", "/api/v1/interests", None, (200, 200, 200, 403, 401)),
    ("POST", "/api/v1/interests", {"patent": "CN202310123456", "need": "N001"}, (403, 403, 201, 403, 401)),
    ("POST", "/api/v1/interests", {"patent": "CN202310123456", "need": "N002"}, (403, 403, 404, 403, 401)),
    ("GET", "/api/v1/interests/YX0123456789AB", None, (404, 404, 404, 403, 401)),
    ("DELETE", "/api/v1/interests/YX0123456789AB", None, (403, 403, 404, 403, 401)),
    ("POST", "/api/v1/interests/YX0123456789AB/answer", {"reply": "同意"}, (403, 404, 403, 403, 401)),
    ("GET", "/api/v1/jobs", None, (200, 403, 403, 200, 401)),
    ("GET", f"/api/v1/jobs/{JOB}", None, (404, 403, 403, 404, 401)),
    ("POST", f"/api/v1/jobs/{JOB}/cancel", None, (404, 403, 403, 404, 401)),
    ("POST", f"/api/v1/jobs/{JOB}/retry", None, (404, 403, 403, 404, 401)),
    ("GET", f"/api/v1/jobs/{JOB}/file", None, (404, 403, 403, 404, 401)),
    ("POST", "/api/v1/index", None, (202, 403, 403, 403, 401)),
    ("POST", "/api/v1/exports?format=年报", None, (422, 403, 403, 403, 401)),
    ("GET", "/api/v1/progress", None, (200, 403, 403, 200, 401)),
    ("POST", "/api/v1/evaluations", {"months": 0}, (422, 403, 403, 422, 401)),
    ("POST", "/api/v1/evaluations/judgements?name=a.tsv", None, (422, 403, 403, 422, 401)),
    ("GET", f"/api/v1/evaluations/{JOB}/report", None, (404, 403, 403, 404, 401)),
    ("GET", "/api/v1/evaluations/choices", None, (200, 403, 403, 200, 401)),
    (
        "GET",
        f"/api/v1/evaluations/comparison?before={JOB}&after={JOB}",
        None,
        (404, 403, 403, 404, 401),
    ),
    ("GET", "/api/v1/openapi.json", None, (200, 200, 200, 200, 200, 200)),
    ("GET", "/health", None, (200, 200, 200, 200, 200, 200)),
    ("GET", "/ready", None, (200, 200, 200, 200, 200, 200)),
    ("GET", "/metrics", None, (200, 200, 200, 200, 200, 200)),
]


def _status(statuses: tuple[int, ...], place: int) -> int:
    return statuses[place] if place < len(statuses) else 403


@pytest.mark.parametrize("role", WHO)
def test_pages(browser: Callable[[Role | None], Browser], role: Role | None) -> None:
    opened = browser(role)
    found, expected = {}, {}
    for method, address, form, statuses in PAGES:
        send = opened.get if method == "GET" else opened.post
        options = {} if form is None else {"data": form}
        cell = method, address, str(form)
        found[cell] = send(address, follow_redirects=False, **options).status_code
        expected[cell] = _status(statuses, WHO.index(role))
    assert found == expected


@pytest.mark.parametrize("role", PROGRAMS)
def test_interface(app: FastAPI, role: Role | None) -> None:
    place = PROGRAMS.index(role)
    access = app.state.services.access
    headers = {} if role is None else key_of(access, role, SUBJECTS.get(role, ""))
    client = TestClient(app, base_url=BASE, headers=headers)
    found = {
        (method, address): client.request(method, address, json=body).status_code
        for method, address, body, _ in INTERFACE
    }
    assert found == {
        (method, address): _status(statuses, place) for method, address, _, statuses in INTERFACE
    }


def test_no_address_is_missing_here(app: FastAPI) -> None:
    tried = [(method, address.partition("?")[0]) for method, address, _, _ in [*PAGES, *INTERFACE]]
    declared = _api_routes(app)
    untried = [
        (method, route.path)
        for route in declared
        for method in route.methods
        if not any(method == asked and route.path_regex.match(address) for asked, address in tried)
    ]
    assert len(declared) > 30
    assert untried == []


def _api_routes(app: FastAPI) -> list[APIRoute]:
    found: list[APIRoute] = []
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found.append(route)
        elif (router := getattr(route, "original_router", None)) is not None:
            waiting += router.routes
    return found


def test_an_address_that_states_no_permission_is_shut(filled: Settings) -> None:
    app = create_app(filled, now=lambda: NOW)
    router = APIRouter()

    @router.get("/api/v1/forgotten")
    def forgotten() -> dict[str, str]:
        return {"secret": "yes"}

    app.include_router(router)
    headers = key_of(app.state.services.access, Role.BUREAU)
    with TestClient(app, base_url=BASE, headers=headers) as client:
        answer = client.get("/api/v1/forgotten")
    assert (answer.status_code, answer.json()["detail"]) == (403, "此地址没有开放。")


def test_a_session_opens_no_interface_and_a_key_no_page(app: FastAPI, bureau: Browser) -> None:
    assert bureau.get("/api/v1/list").status_code == 401
    headers = key_of(app.state.services.access, Role.BUREAU)
    keyed = TestClient(app, base_url=BASE, headers=headers)
    assert keyed.get("/needs", follow_redirects=False).headers["location"] == "/sign-in"
    headers["Authorization"] = headers["Authorization"][:-1] + "!"
    assert keyed.get("/api/v1/list", headers=headers).json()["code"] == "bad_key"
