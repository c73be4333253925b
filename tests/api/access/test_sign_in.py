"""Invitations, passwords, sessions and keys, on a real database and a clock that the test moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from api.access.attempts import TooManyAttempts
from api.access.keys import KeyRequest
from api.access.policy import NotSignedIn
from api.access.roles import Caller, Role
from api.access.sign_in import INVITATION, SESSION, Access
from api.store.database import open_service
from api.store.tables import metadata
from matcher.errors import InputError
from matcher.settings import Settings
from matcher.store.engine import reading, writing
from tests.servers.databases import on_both

NOW = datetime(2026, 6, 30, 9, 0)
PASSWORD = "一个足够长的密码-2026"
ADMIN = Caller("管理员", Role.BUREAU)


@pytest.fixture
def access(settings: Settings) -> Access:
    settings.home.mkdir()
    return Access(open_service(settings))


def admitted(access: Access, login: str = "zhang", role: Role = Role.BUREAU, subject: str = "") -> str:
    token = access.invite(ADMIN, "张三", role, subject, NOW)
    return access.accept(token, login, PASSWORD, NOW).token


def acts(access: Access) -> list[tuple[str, str, str]]:
    return [(line.actor, line.action, line.object) for line in reversed(access.audit.recent())]


@on_both
def test_the_first_administrator_comes_by_a_link_that_works_once(access: Access) -> None:
    earlier = access.first_link(NOW)
    link = access.first_link(NOW)
    assert earlier is not None
    assert link is not None
    with pytest.raises(InputError, match="链接无效、已使用或已过期"):
        access.accept(earlier, "zhang", PASSWORD, NOW)
    opened = access.accept(link, "zhang", PASSWORD, NOW)
    assert (opened.caller.name, opened.caller.role) == ("管理员", Role.BUREAU)
    with pytest.raises(InputError, match="链接无效、已使用或已过期"):
        access.accept(link, "li", PASSWORD, NOW)
    assert access.first_link(NOW) is None
    assert acts(access) == [("省级主管部门：管理员", "启用账号", "zhang")]


def test_a_link_is_void_after_its_time(access: Access) -> None:
    token = access.invite(ADMIN, "李四", Role.HOLDER, "河东大学", NOW)
    assert access.invitation(token, NOW + INVITATION - timedelta(seconds=1)).subject == "河东大学"
    with pytest.raises(InputError, match="已过期"):
        access.invitation(token, NOW + INVITATION)


def test_a_taken_name_leaves_the_link_usable(access: Access) -> None:
    admitted(access)
    token = access.invite(ADMIN, "李四", Role.ANALYST, "", NOW)
    with pytest.raises(InputError, match="登录名“zhang”已有人使用"):
        access.accept(token, "zhang", PASSWORD, NOW)
    assert access.accept(token, "li", PASSWORD, NOW).caller.role is Role.ANALYST


@pytest.mark.parametrize(
    ("login", "password", "sentence"),
    [
        ("zhang", "短密码", "密码应为 10 至 200 个字符"),
        ("zhang", "a" * 20, "密码过于简单"),
        ("zhang", "my-zhang-password", "密码过于简单"),
        ("张三", PASSWORD, "登录名应为 2 至 60 个字母"),
        ("a b c", PASSWORD, "登录名应为"),
    ],
)
def test_what_an_account_may_not_be(access: Access, login: str, password: str, sentence: str) -> None:
    token = access.invite(ADMIN, "张三", Role.BUREAU, "", NOW)
    with pytest.raises(InputError, match=sentence):
        access.accept(token, login, password, NOW)
    assert access.accounts.all() == []


def test_roles_that_speak_for_a_party_name_it_and_others_do_not(access: Access) -> None:
    with pytest.raises(InputError, match="“企业”须填写企业名称或统一社会信用代码"):
        access.invite(ADMIN, "王五", Role.ENTERPRISE, " ", NOW)
    with pytest.raises(InputError, match="“分析员”不针对某一单位"):
        access.invite(ADMIN, "王五", Role.ANALYST, "河东大学", NOW)


@on_both
def test_passwords_and_tokens_are_kept_as_hashes_only(access: Access) -> None:
    token = admitted(access)
    [account] = access.accounts.all()
    assert account.password.startswith("$argon2id$")
    with reading(access.accounts._engine) as connection:
        kept = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
    assert len(kept) == 6  # the account, its session, two lines of the log and where the feeds stand
    assert PASSWORD not in str(kept)
    assert token not in str(kept)


@on_both
def test_every_sign_in_opens_a_new_session(access: Access) -> None:
    first = admitted(access)
    second = access.sign_in("zhang", PASSWORD, NOW)
    assert second.token != first
    assert second.caller.csrf != access.of_session(first, NOW).csrf
    assert access.of_session(second.token, NOW) == second.caller


def test_a_session_ends_by_time_by_signing_out_and_everywhere(access: Access) -> None:
    first = admitted(access)
    caller = access.of_session(first, NOW + SESSION - timedelta(seconds=1))
    assert caller is not None
    assert access.of_session(first, NOW + SESSION) is None
    second, third = (access.sign_in("zhang", PASSWORD, NOW).token for _ in range(2))
    access.sign_out(second, caller, NOW, everywhere=False)
    assert access.of_session(second, NOW) is None
    assert access.of_session(third, NOW) is not None
    access.sign_out(third, caller, NOW, everywhere=True)
    assert [access.of_session(token, NOW) for token in (first, third)] == [None, None]


def test_a_disabled_account_is_out_at_once_and_stays_out(access: Access) -> None:
    token = admitted(access)
    [account] = access.accounts.all()
    access.accounts.disable(account.id, disabled=True)
    assert access.of_session(token, NOW) is None
    with pytest.raises(NotSignedIn):
        access.sign_in("zhang", PASSWORD, NOW)
    access.accounts.disable(account.id, disabled=False)
    assert access.sign_in("zhang", PASSWORD, NOW).caller.name == "张三"


@on_both
def test_wrong_passwords_lock_for_a_quarter_of_an_hour_and_nobody_learns_which_names_exist(
    access: Access,
) -> None:
    admitted(access)
    sentences = set()
    for login in ["nobody"] + ["zhang"] * 5:
        with pytest.raises(NotSignedIn) as refused:
            access.sign_in(login, "错误的密码-2026", NOW)
        sentences.add(str(refused.value))
    with pytest.raises(NotSignedIn) as refused:
        access.sign_in("zhang", PASSWORD, NOW + timedelta(minutes=14))
    sentences.add(str(refused.value))
    assert len(sentences) == 1
    assert access.sign_in("zhang", PASSWORD, NOW + timedelta(minutes=15)).caller.name == "张三"
    assert [act for _, act, _ in acts(access)].count("登录失败") == 7


def test_a_right_password_starts_the_count_of_wrong_ones_anew(access: Access) -> None:
    admitted(access)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(NotSignedIn):
                access.sign_in("zhang", "错误的密码-2026", NOW)
        access.sign_in("zhang", PASSWORD, NOW)


def test_a_key_works_within_its_time_until_it_is_revoked(access: Access) -> None:
    given = access.new_key(
        "管理员", KeyRequest("对接平台", Role.BUREAU, ("search", "lists:make"), days=30), NOW
    )
    caller = access.of_key(given, NOW)
    assert caller == Caller("对接平台", Role.BUREAU, "", frozenset({"search", "lists:make"}))
    id_, _, secret = given.partition(".")
    for wrong in ("", id_, f"{id_}.", f"{id_}.{secret[:-1]}x", f"x.{secret}", secret):
        with pytest.raises(NotSignedIn, match="密钥无效、已撤销或已过期"):
            access.of_key(wrong, NOW)
    with pytest.raises(NotSignedIn):
        access.of_key(given, NOW + timedelta(days=30))
    assert access.keys.revoke(id_, NOW)
    assert not access.keys.revoke(id_, NOW)
    with pytest.raises(NotSignedIn):
        access.of_key(given, NOW)
    assert secret not in str(access.keys.all())


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            KeyRequest("平台", "校长", ("search",)),
            "没有名为“校长”的角色。可选：省级主管部门、市级主管部门、省直主管部门",
        ),
        (
            KeyRequest("平台", Role.ANALYST, ("lists:make",)),
            "“分析员”的密钥可用的权限范围：evaluations:write、jobs:read、patents:read、progress:read、search；至少选一项",
        ),
        (KeyRequest("平台", Role.BUREAU, ("accounts:write",)), "“省级主管部门”的密钥可用的权限范围"),
        (KeyRequest("平台", Role.BUREAU, ()), "至少选一项"),
        (KeyRequest("平台", Role.BUREAU, ("search",), days=0), "有效天数应为 1 至 366"),
        (KeyRequest("平台", Role.CITY, ("search",), "云州市"), "“市级主管部门”不发密钥"),
        (KeyRequest(" ", Role.BUREAU, ("search",)), "请填写姓名或用途"),
        (KeyRequest("平台", Role.ENTERPRISE, ("search",)), "“企业”须填写"),
    ],
)
def test_keys_that_may_not_be(access: Access, request_: KeyRequest, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        access.new_key("管理员", request_, NOW)
    assert access.keys.all() == []


@on_both
@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_log_is_append_only(access: Access, change: str) -> None:
    admitted(access)
    before = access.audit.recent()
    with pytest.raises(IntegrityError, match="append-only"), writing(access.audit._engine) as connection:
        connection.execute(text(change))
    assert access.audit.recent() == before


@on_both
def test_failures_are_counted_for_all_processes_together(access: Access, settings: Settings) -> None:
    admitted(access)
    [account] = access.accounts.all()
    other, until, address = Access(open_service(settings)), NOW + timedelta(minutes=15), "198.51.100.7"
    with ThreadPoolExecutor(4) as pool:
        for one in (access, other) * 2:
            pool.submit(one.accounts.note_failure, account.id, 5, until)
        for number in range(20):
            pool.submit((access, other)[number % 2].attempts.failed, address, NOW)
    assert access.accounts.all() == [replace(account, failures=4)]
    other.accounts.note_failure(account.id, 5, until)
    assert access.accounts.all() == [replace(account, failures=0, locked_until=until)]
    for one in (access, other):
        with pytest.raises(TooManyAttempts, match="此地址登录失败次数过多，请 15 分钟后再试"):
            one.attempts.require(address, NOW + timedelta(minutes=14))
        one.attempts.require("198.51.100.8", NOW)
        one.attempts.require(address, until)
