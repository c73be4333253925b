"""What the databases' own errors mean to people: one table for each dialect."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, TimeoutError

from matcher.errors import InputError, MatcherError, NotReady

BUSY_SECONDS = 20
"""Patience with another writer."""

BUSY = "database_busy"
"""Code of the error that says that others use the database: nothing was written, and trying again will help."""
_BUSY = (BUSY, "数据库正被另一个程序写入，这次没有等到，没有写入。请稍后重试。")
_CROSSED = (BUSY, "数据库中的改动与另一个程序的相冲突，没有写入。请重试。")
_POSTGRES = {
    "55P03": _BUSY,
    "40001": _CROSSED,
    "40P01": _CROSSED,
    "42501": ("database_denied", "数据库用户没有所需的权限。请由数据库管理员授予建表和读写的权限。"),
    "25006": ("database_read_only", "数据库服务器现在只读（如备用服务器）。请改用主服务器。"),
    "53100": ("database_full", "数据库服务器的磁盘已满，没有写入。请腾出空间后重试。"),
    "53300": (BUSY, "数据库服务器的连接数已满。请稍后重试，或由管理员调高 max_connections。"),
}
"""SQLSTATE → our code and sentence."""
GONE = "database_gone"
"""Code of the error that says that the server is away: nothing was written, and trying again later may help."""
_AWAY = (
    GONE,
    "数据库服务器暂时无法连接，这次操作没有写入。请稍后重试；一直如此时，请管理员运行 matcher doctor 查看原因。",
)
_CROWDED = "同时使用数据库的请求太多。请稍后重试。"
_log = logging.getLogger(__name__)


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """The drivers' errors as ours; what people cannot mend goes on as it is."""
    try:
        yield
    except TimeoutError as error:
        raise NotReady(_CROWDED, code=BUSY) from error
    except DataError as error:
        if "NUL" not in str(error.orig):
            raise
        raise InputError("文字中含有空字符（NUL），数据库不接受。请去掉后重试。", code="nul") from error
    except DBAPIError as error:
        ours = _of_sqlite(engine, error) if engine.dialect.name == "sqlite" else _of_postgres(error)
        if ours is None:
            raise
        raise ours from error


def reason_of(error: Exception) -> str:
    """What happened, for whoever keeps the database running: what the server or libpq said, in its own words."""
    cause = error.__cause__
    if isinstance(cause, DBAPIError) and getattr(error, "code", "") == GONE:
        return f"{str(cause.orig).strip()}。请检查服务器是否在运行、database_url 是否正确，密码放在环境变量 PGPASSWORD 或 ~/.pgpass 中。"
    return str(error)


def _of_sqlite(engine: Engine, error: DBAPIError) -> MatcherError | None:
    words = str(error.orig)
    if isinstance(error, OperationalError):
        if "locked" in words or "busy" in words:
            return _not_ready(_BUSY)
        return NotReady(f"数据库无法使用（{words}）。请检查路径、权限和磁盘空间。")
    if "not a database" in words or "malformed" in words:
        name = engine.url.database
        return MatcherError(f"{name} 不是数据库文件或已损坏。请从备份恢复，或换一个工作目录重新导入。")
    return None


def _of_postgres(error: DBAPIError) -> MatcherError | None:
    """The log hears what the server said (libpq names host and user, never a password); people do not."""
    known = _POSTGRES.get(getattr(error.orig, "sqlstate", None) or "")
    if known is None and not isinstance(error, OperationalError | InterfaceError):
        return None
    _log.warning("database: %s", str(error.orig).strip())
    return _not_ready(known or _AWAY)


def _not_ready(known: tuple[str, str]) -> NotReady:
    code, sentence = known
    return NotReady(sentence, code=code)
