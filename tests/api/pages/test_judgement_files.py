"""评估: a file of blind judging is uploaded, by a page or a program, and is a judgement set from then on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.roles import Role
from api.handing_in import LARGEST
from eval.judged_sets import FOLDER
from matcher.settings import Settings
from matcher.store.database import Store
from tests.api.conftest import BASE, BEARING, MEMBRANE, key_of
from tests.api.pages.conftest import Browser
from tests.api.pages.test_imports import finished

HEADER = "need_id\tachievement_id\tlevel\n"
GOOD = f"{HEADER}N001\t{BEARING.id}\t1\nN001\t{MEMBRANE.id}\t4\nN002\t{BEARING.id}\t3\n"
BAD = f"{HEADER}N001\t{MEMBRANE.id}\t4\nN009\t{MEMBRANE.id}\t4\n"
SAID = "专家.tsv 有 1 处不能采用（例如 第 3 行“需求编号”“N009”：库中没有）。没有收下这个文件"


@pytest.fixture
def analyst(browser: Callable[..., Browser]) -> Browser:
    return browser(Role.ANALYST)


def upload(browser: Browser, content: str, name: str = "专家.tsv", **form: str):
    files = {"file": (name, content.encode())}
    return browser.post("/evaluations/judgements", form, files=files, follow_redirects=False)


def kept(settings: Settings) -> dict[str, str]:
    folder = settings.home / FOLDER
    return {file.name: file.read_text("utf-8") for file in folder.glob("*")}


def noted(app: FastAPI) -> list[tuple[str, str]]:
    lines = app.state.services.access.audit.recent()
    return [(line.action, line.object) for line in lines if line.action == "上传标注集"]


def test_an_analyst_uploads_a_file_and_evaluates_by_it(
    analyst: Browser, app: FastAPI, filled: Settings
) -> None:
    sent = upload(analyst, GOOD)
    assert sent.status_code == 303
    page = analyst.get(sent.headers["location"]).text
    assert "已收下标注集“专家.tsv”，并已在下面选定。" in page
    assert '<option value="专家.tsv" selected>标注集：专家.tsv</option>' in page
    assert (kept(filled), noted(app)) == ({"专家.tsv": GOOD}, [("上传标注集", "专家.tsv（3 对）")])
    begun = analyst.post(
        "/evaluations", {"judgements": "专家.tsv", "mode": "full"}, follow_redirects=False
    ).headers["location"]
    assert finished(analyst, begun)
    assert analyst.get(begun.replace("/jobs/", "/evaluations/")).status_code == 200


def test_what_is_refused_is_said_on_the_page_and_changes_nothing(
    analyst: Browser, app: FastAPI, filled: Settings
) -> None:
    refused = upload(analyst, BAD)
    assert (refused.status_code, SAID in refused.text, kept(filled), noted(app)) == (422, True, {}, [])
    for name, sentence in (("专家.csv", "专家.csv 不是标注文件"), ("", "")):
        refused = upload(analyst, GOOD, name)
        assert (refused.status_code, sentence in refused.text) == (422, True)
    assert upload(analyst, GOOD).status_code == 303
    other = GOOD.replace("\t1\n", "\t2\n")
    refused = upload(analyst, other)
    assert (refused.status_code, "已有名为“专家.tsv”的标注集，没有覆盖" in refused.text) == (409, True)
    assert (kept(filled), len(noted(app))) == ({"专家.tsv": GOOD}, 1)
    assert upload(analyst, other, replace="true").status_code == 303
    assert (kept(filled), len(noted(app))) == ({"专家.tsv": other}, 2)
    large = upload(analyst, "#" * (LARGEST + 1))
    assert (large.status_code, kept(filled)) == (413, {"专家.tsv": other})


def test_a_name_leads_out_of_no_folder(analyst: Browser, filled: Settings) -> None:
    assert upload(analyst, GOOD, "../../indexes/专家.tsv").status_code == 303
    assert kept(filled) == {"专家.tsv": GOOD}
    with Store.open(filled.database_url or filled.home / "matcher.db") as store:
        assert store.needs.count() == 2


def test_the_same_over_http(app: FastAPI, filled: Settings) -> None:
    client = TestClient(app, base_url=BASE, headers=key_of(app.state.services.access, Role.ANALYST))

    def send(content: str, **query: str):
        return client.post(
            "/api/v1/evaluations/judgements", params={"name": "专家.tsv", **query}, content=content.encode()
        )

    refused = send(BAD).json()
    assert (refused["code"], SAID in refused["detail"], kept(filled)) == ("rows_refused", True, {})
    sent = send(GOOD)
    assert (sent.status_code, sent.json()) == (
        201,
        {"name": "专家.tsv", "needs": 2, "pairs": 3, "open": 0},
    )
    assert client.get("/api/v1/evaluations/choices").json()["judgements"][2:] == ["专家.tsv"]
    again = send(GOOD)
    assert (again.status_code, again.json()["code"], len(noted(app))) == (409, "exists", 1)
    assert (send(GOOD, replace="true").status_code, len(noted(app))) == (201, 2)
    assert send("#" * (LARGEST + 1)).status_code == 413
    holder = key_of(app.state.services.access, Role.HOLDER, "河东大学")
    denied = client.post(
        "/api/v1/evaluations/judgements", params={"name": "甲.tsv"}, content=b"x", headers=holder
    )
    assert (denied.status_code, kept(filled)) == (403, {"专家.tsv": GOOD})
