"""The sample province through several writers at once on PostgreSQL, and through one on SQLite: the same list."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from matcher import roadshows, usecases
from matcher.events import Event, Rules
from matcher.landing import Manner
from matcher.matchlists.exports import export
from matcher.roadshows import Day
from matcher.sample.workbooks import write_workbooks
from matcher.settings import load_settings
from matcher.usecases import ListRequest
from matcher.workspace import Workspace

AT = datetime(2026, 6, 30, 9, 0)
FILES = {
    "patents": "专利盘点表.xlsx",
    "enterprises": "企业名录.xlsx",
    "needs": "技术需求征集汇总.xlsx",
    "assessments": "企业评价.xlsx",
    "transactions": "历史交易.csv",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_workbooks(folder)
    return folder


def opened(home: Path, url: str | None = None) -> Workspace:
    return Workspace.open(load_settings(home=home, database_url=url, organiser="河东省知识产权局"))


def land(workspace: Workspace, files: Path, kind: str) -> None:
    usecases.import_file(workspace, kind, files / FILES[kind], Manner({}), at=AT)


def listed(workspace: Workspace, file: Path) -> bytes:
    made = usecases.make_list(workspace, ListRequest(AT.date(), AT, "对接会", "河东省知识产权局", k=3))
    export(made, file, preset="内部版")
    return file.read_bytes()


def test_many_writers_on_postgresql_make_the_list_that_one_makes_on_sqlite(
    files: Path, tmp_path: Path, postgres_url: str
) -> None:
    with opened(tmp_path / "one") as single:
        for kind in FILES:
            land(single, files, kind)
        usecases.build_index(single, AT)
        version, expected = single.store.data_version(), listed(single, tmp_path / "one.xlsx")

    def import_alone(kind: str) -> None:
        with opened(tmp_path / "many", postgres_url) as workspace:
            land(workspace, files, kind)

    with opened(tmp_path / "many", postgres_url) as shared, ThreadPoolExecutor(8) as pool:
        land(shared, files, "patents")
        begun = [pool.submit(import_alone, kind) for kind in FILES]  # the patents a second time, meanwhile
        begun.append(pool.submit(usecases.build_index, shared, AT))
        for future in begun:
            future.result()
        assert shared.store.data_version() == version
    # Another server's folder over the same database.
    with opened(tmp_path / "fresh", postgres_url) as fresh, ThreadPoolExecutor(2) as pool:
        usecases.build_index(fresh, AT)
        lists = [pool.submit(listed, fresh, tmp_path / f"{number}.xlsx") for number in range(2)]
        assert [future.result() == expected for future in lists] == [True, True]


def test_lists_of_one_event_made_at_once_get_numbers_of_their_own(
    files: Path, tmp_path: Path, postgres_url: str
) -> None:
    with opened(tmp_path / "home", postgres_url) as workspace, ThreadPoolExecutor(4) as pool:
        for kind in ("enterprises", "needs", "patents"):
            land(workspace, files, kind)
        usecases.build_index(workspace, AT)
        day = Day(AT.date(), AT)
        event = workspace.store.roadshows.add(Event("", "对接会", AT.date(), rules=Rules()))
        made = [pool.submit(roadshows.build_list, workspace, event, day, "甲") for _ in range(4)]
        assert sorted(future.result()[0].id for future in made) == [f"HD001-{n:02d}" for n in (1, 2, 3, 4)]
        events = [
            pool.submit(workspace.store.roadshows.add, Event("", "又一场", AT.date())) for _ in range(8)
        ]
        assert sorted(future.result().id for future in events) == [f"HD{n:03d}" for n in range(2, 10)]
