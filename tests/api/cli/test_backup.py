"""Backup and restore of a service on a server: accounts, keys and the audit log come back, and go on being protected."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from api.access.roles import Caller, Role
from api.access.sign_in import Access
from api.cli.app import app
from api.store import tables
from api.store.database import open_service
from matcher.settings import Settings
from matcher.store.engine import writing
from tests.servers.postgres import PostgresServer

NOW = datetime(2026, 6, 30, 9, 0)
PASSWORD = "一个足够长的密码-2026"
ADMIN = Caller("管理员", Role.BUREAU)


def account(access: Access, login: str) -> None:
    access.accept(access.invite(ADMIN, "张三", Role.BUREAU, "", NOW), login, PASSWORD, NOW)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_service_comes_back_into_an_empty_database(
    filled: Settings,
    access: Access,
    tmp_path: Path,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account(access, "zhang")
    assert filled.database_url is not None
    monkeypatch.setenv("MATCHER_DATABASE_URL", filled.database_url)
    kept = CliRunner().invoke(app, ["backup", str(tmp_path / "备份.zip"), "--home", str(filled.home)])
    assert kept.exit_code == 0, kept.exception
    fresh = postgres_server.new_database()
    monkeypatch.setenv("MATCHER_DATABASE_URL", postgres_server.url(fresh))
    command = ["restore", str(tmp_path / "备份.zip"), "--home", str(tmp_path / "新")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    restored = Access(open_service(filled.model_copy(update={"database_url": postgres_server.url(fresh)})))
    assert restored.accounts.all() == access.accounts.all()
    assert restored.audit.recent() == access.audit.recent()
    assert restored.sign_in("zhang", PASSWORD, NOW).caller.name == "张三"
    account(restored, "li")  # the numbers of new rows go on after the copied ones
    with pytest.raises(IntegrityError, match="append-only"), writing(restored.audit._engine) as connection:
        connection.execute(delete(tables.audit))
    postgres_server.drop(fresh)
