"""What PostgreSQL alone can do to people: be away, refuse, sort otherwise; each is one Chinese sentence."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.doctor import Finding, examine
from matcher.domain import Patent
from matcher.errors import InputError, MatcherError, NotReady, SettingsError
from matcher.settings import load_settings
from matcher.store import database
from matcher.store.database import Store
from matcher.store.engine import open_engine
from matcher.store.migrations import HEAD
from tests.servers.postgres import PASSWORD, PostgresServer

AWAY = "数据库服务器暂时无法连接，这次操作没有写入。请稍后重试；一直如此时，请管理员运行 matcher doctor 查看原因。"


def patents(count: int) -> list[Patent]:
    return [Patent(f"P{number:05d}", f"膜{number}", holders=("甲",)) for number in range(count)]


@pytest.fixture
def stopping(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """The server, for a test that stops it; whatever happens, it runs again afterwards."""
    yield postgres_server
    postgres_server.start()


def test_a_server_that_goes_away_in_the_middle_leaves_whole_batches_and_the_store_recovers(
    postgres_tables: str, stopping: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BATCH", 100)
    batches: list[int] = []

    def stop_after_two(count: int) -> None:
        batches.append(count)
        if len(batches) == 2:
            stopping.stop("immediate")

    with Store.open(postgres_tables) as store:
        with pytest.raises(NotReady) as caught:
            store.merge(patents(500), progress=stop_after_two)
        assert (str(caught.value), caught.value.code) == (AWAY, "database_gone")
        with pytest.raises(NotReady, match="暂时无法连接"):
            store.patents.count()
        stopping.start()
        # The same store, without being opened again.
        assert store.patents.count() == 200
        with Store.open(tmp_path / "same.db") as same:
            same.merge(patents(200))
            assert store.data_version() == same.data_version()
            store.merge(patents(500))
            same.merge(patents(500))
            assert store.data_version() == same.data_version()


def test_a_nul_is_refused_and_nothing_is_written(postgres_tables: str) -> None:
    with Store.open(postgres_tables) as store:
        with pytest.raises(InputError) as caught:
            store.merge([*patents(1), Patent("P\x00", "膜", holders=("甲",))])
        assert (str(caught.value), caught.value.code) == (
            "文字中含有空字符（NUL），数据库不接受。请去掉后重试。",
            "nul",
        )
        assert store.patents.count() == 0


def test_a_wrong_password_is_never_shown(
    postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    url = postgres_server.url(password="错的-S3cret")
    with caplog.at_level(logging.DEBUG), pytest.raises(NotReady) as caught:
        Store.open(url)
    assert str(caught.value) == AWAY
    assert "password authentication failed" in caplog.text
    settings = load_settings(home=tmp_path, database_url=url)
    findings = {finding.label: finding for finding in examine(settings)}
    assert findings["数据库"].ok is False
    assert "password authentication failed for user" in findings["数据库"].detail
    assert "请检查服务器是否在运行" in findings["数据库"].detail
    for said in (caplog.text, repr(settings), *(finding.detail for finding in findings.values())):
        assert "S3cret" not in said


def test_doctor_names_the_database_without_its_password(postgres_tables: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, database_url=f"{postgres_tables}?password={PASSWORD}")
    [finding] = [one for one in examine(settings) if one.label == "数据库"]
    place = postgres_tables.replace(f":{PASSWORD}@", "@")
    assert finding == Finding("数据库", True, f"{place}，结构版本 {HEAD}")


def test_the_password_may_come_from_the_environment(
    postgres_server: PostgresServer, postgres_tables: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with Store.open(postgres_tables.replace(f":{PASSWORD}@", "@")) as store:
        assert store.patents.count() == 0


@pytest.mark.parametrize(
    "address", ["postgresql://u:geheim@127.0.0.1/x", "postgresql://u@127.0.0.1/x?password=geheim"]
)
def test_a_password_in_the_settings_file_is_refused(tmp_path: Path, address: str) -> None:
    file = tmp_path / "matcher.toml"
    file.write_text(f'database_url = "{address}"\n', encoding="utf-8")
    with pytest.raises(
        SettingsError, match="database_url 中写有密码。请从文件中删去，改用环境变量 PGPASSWORD"
    ) as caught:
        load_settings(file)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["mysql://u:geheim@h/x", "not a url", "postgresql+psycopg2://u:geheim@h/x"]
)
def test_another_database_is_refused_without_repeating_its_address(address: str) -> None:
    with pytest.raises(SettingsError, match="database_url 应写成 postgresql://用户@主机:5432/库名") as caught:
        open_engine(address)
    assert "geheim" not in str(caught.value)


def test_without_the_driver_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match="请运行 pip install 'patent-matcher\\[postgres\\]'") as caught:
        open_engine("postgresql://u@127.0.0.1/x")
    assert caught.value.code == "driver_missing"


def test_a_database_of_another_encoding_is_refused(postgres_server: PostgresServer) -> None:
    name = postgres_server.new_database(options="ENCODING 'LATIN1'")
    with pytest.raises(
        MatcherError, match=r"需要 UTF8 和 C.*CREATE DATABASE 库名 TEMPLATE template0"
    ) as caught:
        Store.open(postgres_server.url(name))
    assert caught.value.code == "bad_collation"
    assert postgres_server.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == [
        (0,)
    ]
    postgres_server.drop(name)


def test_a_user_without_rights_is_told(postgres_server: PostgresServer, postgres_tables: str) -> None:
    postgres_server.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    with pytest.raises(NotReady, match="数据库用户没有所需的权限") as caught:
        Store.open(postgres_tables.replace("//postgres:", "//reader:"))
    assert caught.value.code == "database_denied"
