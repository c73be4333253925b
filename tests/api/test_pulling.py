"""A real service is pulled from over loopback into another workspace."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import uvicorn

from api.access.roles import Role
from api.access.sign_in import Access
from api.http import create_app
from api.pulling import pull, source_named
from api.store.database import open_service
from api.store.sources import Sources
from matcher.domain import (
    Confidentiality,
    Encumbrance,
    EncumbranceKind,
    LicensingMode,
    Need,
    Patent,
    Transaction,
    TransactionKind,
)
from matcher.errors import InputError, NotReady, SettingsError
from matcher.settings import FeedSettings, Settings, load_settings
from matcher.store.database import Store
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, MEMBRANE, NEEDS, NOW, key_of

GOOD = replace(
    MEMBRANE,
    id="CN202310123456",
    application_number="CN202310123456.6",
    scenario="海水淡化厂",
    encumbrances=(Encumbrance(EncumbranceKind.PLEDGE, "云州银行"),),
)
OTHER = Patent("CN202110000001", "泵", application_number="CN202110000001", holders=("河东大学",))


def served(app: object) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def source(settings: Settings) -> Iterator[Store]:
    """The store behind the service that is pulled from."""
    with Store.open(settings.home / "matcher.db") as store:
        store.merge([GOOD, OTHER, replace(BEARING, application_number="")], NOW.date())
        yield store


@pytest.fixture
def port(settings: Settings, source: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    app = create_app(settings.model_copy(update={"database_url": None}), now=lambda: NOW)
    given = key_of(app.state.services.access, Role.ANALYST)["Authorization"]
    monkeypatch.setenv("FEED_KEY", given.removeprefix("Bearer "))
    yield from served(app)


@pytest.fixture
def here(tmp_path: Path, port: int) -> Iterator[Workspace]:
    address = f"http://127.0.0.1:{port}/api/v1/transferable-patents"
    feeds = {"省平台": {"address": address, "page": 1}}
    with Workspace.open(load_settings(home=tmp_path / "本地", feeds=feeds)) as workspace:
        yield workspace


def pulled(workspace: Workspace):
    return pull(workspace, Sources(open_service(workspace.settings)), "省平台", lambda: NOW)


def test_what_is_offered_lands_with_its_provenance_and_a_second_pull_changes_nothing(here: Workspace) -> None:
    report = pulled(here)
    assert (report.offered, report.withdrawn, report.landed, report.merged, report.refused) == (3, 0, 3, 0, 0)
    found = here.store.patents.get(GOOD.id)
    assert found == replace(
        GOOD, source="省平台", own_id=GOOD.id, inventors=(), college="", status_date=GOOD.status_date
    )
    sources = Sources(open_service(here.settings))
    records = {record.remote_id: record for record in sources.records("省平台")}
    assert {id_: (one.record_id, one.gone) for id_, one in records.items()} == {
        GOOD.id: (GOOD.id, False),
        OTHER.id: (OTHER.id, False),
        BEARING.id: (BEARING.id, False),
    }
    assert records[GOOD.id].changed == NOW
    [journal, *_] = here.store.imports.all()
    assert journal.file.startswith("省平台-")
    version, cursor = here.store.data_version(), sources.cursor("省平台")
    again = pulled(here)
    assert (again.offered, again.landed, again.merged) == (0, 0, 0)
    # Pulled from the beginning, as after a crash before the note: nothing changes either.
    sources.keep("省平台", "", (), NOW)
    repeated = pulled(here)
    assert (repeated.landed, repeated.merged, repeated.refused) == (0, 3, 0)
    assert (here.store.data_version(), sources.cursor("省平台")) == (version, cursor)


def test_changes_and_tombstones_follow(here: Workspace, source: Store) -> None:
    pulled(here)
    source.edits.replace(source.patents.get(OTHER.id), replace(OTHER, title="耐酸泵"), NOW.date())
    deal = Transaction("T1", GOOD.id, TransactionKind.ASSIGNMENT, date(2026, 6, 1), "河东大学", "云州水务")
    source.merge([deal], NOW.date())
    bearing = source.patents.get(BEARING.id)
    source.edits.replace(bearing, replace(bearing, modes=(LicensingMode.OWN_USE,)), NOW.date())
    report = pulled(here)
    assert (report.offered, report.withdrawn, report.merged) == (1, 2, 3)
    assert here.store.patents.get(OTHER.id).title == "耐酸泵"
    assert here.store.patents.get(BEARING.id).modes == (LicensingMode.OWN_USE,)
    gone = {
        one.remote_id: one.reason
        for one in Sources(open_service(here.settings)).records("省平台")
        if one.gone
    }
    assert gone == {GOOD.id: "已转让或作价入股", BEARING.id: "权利人不再提供"}


def test_needs_land_as_they_may_be_told_and_go_when_they_are_told_no_more(
    here: Workspace, source: Store, port: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    client = key_of(Access(open_service(settings)), Role.CLIENT)["Authorization"]
    monkeypatch.setenv("NEED_KEY", client.removeprefix("Bearer "))
    hidden = replace(NEEDS[1], confidentiality=Confidentiality.ANONYMOUS)
    source.merge([NEEDS[0], hidden, Need("N003", "保密", own_id="N003")], NOW.date())
    address = f"http://127.0.0.1:{port}/api/v1/public-needs"
    feed = FeedSettings(address=address, kind="needs", key_variable="NEED_KEY", page=1)
    there = replace(here, settings=here.settings.model_copy(update={"feeds": {"省平台": feed}}))
    report = pulled(there)
    assert (report.offered, report.landed, report.refused) == (2, 2, 0)
    found = {need.own_id: need for need in here.store.needs.all()}
    assert (found["N001"].id, found["N001"].title) == ("省平台:N001", NEEDS[0].title)
    [anonymous] = [need for own, need in found.items() if own.startswith("NM")]
    assert (anonymous.confidentiality, anonymous.region) == (Confidentiality.ANONYMOUS, "河东省临川市")
    assert "轴承" not in repr(anonymous)
    assert pulled(there).offered == 0
    source.edits.replace(source.needs.get("N001"), None, NOW.date())
    assert pulled(there).withdrawn == 1
    assert [need.id for need in here.store.needs.all()] == [anonymous.id]
    records = {one.remote_id: one for one in Sources(open_service(here.settings)).records("省平台")}
    assert (records["N001"].gone, records["N001"].record_id) == (True, "省平台:N001")
    wrong = replace(
        there,
        settings=there.settings.model_copy(
            update={"feeds": {"省平台": feed.model_copy(update={"kind": "patents"})}}
        ),
    )
    Sources(open_service(here.settings)).keep("省平台", "", (), NOW)
    with pytest.raises(InputError, match=r"不是可转化专利的变动。请核对地址 .* 和 kind"):
        pulled(wrong)


def test_an_interrupted_pull_goes_on_where_it_stopped(
    here: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, seen = Sources(open_service(here.settings)), []

    def interrupted(count: int) -> None:
        seen.append(count)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(here, sources, "省平台", lambda: NOW, interrupted)
    assert (here.store.patents.count(), seen) == (1, [1])
    rest = pulled(here)
    assert (rest.pages, rest.landed, here.store.patents.count()) == (2, 2, 3)


def test_a_source_that_is_silent_or_no_feed_says_so_and_nothing_changes(
    here: Workspace, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(address: str) -> Workspace:
        feeds = {"省平台": FeedSettings(address=address)}
        return replace(here, settings=here.settings.model_copy(update={"feeds": feeds}))

    monkeypatch.setattr("api.pulling._ATTEMPTS", 1)
    with pytest.raises(NotReady, match="来源“省平台”没有应答"):
        pulled(at("http://127.0.0.1:9/feed"))
    with pytest.raises(InputError, match="不是可转化专利的变动"):
        pulled(at(f"http://127.0.0.1:{port}/health"))
    with pytest.raises(InputError, match="状态 404"):
        pulled(at(f"http://127.0.0.1:{port}/api/v2"))
    monkeypatch.setenv("FEED_KEY", "wrong.key")
    with pytest.raises(SettingsError, match="来源不接受密钥（状态 401）"):
        pulled(here)
    assert here.store.patents.count() == 0


def test_a_key_never_leaves_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = {
        "远": FeedSettings(address="http://platform.example/feed"),
        "近": FeedSettings(address="ftp://x"),
    }
    monkeypatch.setenv("FEED_KEY", "secret")
    with pytest.raises(SettingsError, match="没有加密，密钥会被他人看到"):
        source_named(feeds, "远")
    with pytest.raises(SettingsError, match="无法识别"):
        source_named(feeds, "近")
    with pytest.raises(SettingsError, match="没有名为“别处”的来源（已有：远、近）"):
        source_named(feeds, "别处")
    monkeypatch.delenv("FEED_KEY")
    with pytest.raises(SettingsError, match="请把它放在环境变量 FEED_KEY 中"):
        source_named({"近": FeedSettings(address="http://127.0.0.1:1/feed")}, "近")
