"""The programme's editable tables: shipped as TOML, replaced by the workspace's own copy where there is one."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from matcher.errors import InputError

TABLES = {
    "tiers": "分层推广规则",
    "services": "服务对接规则",
    "milestones": "进展节点",
    "industries": "重点产业",
    "codes": "上报代码",
}
"""Name of a table → what it holds."""
_FOLDER = "programme"


def read_table(name: str, home: Path) -> dict[str, Any]:
    """A table as plain values; raises InputError where the workspace's copy cannot be read."""
    own = home / _FOLDER / f"{name}.toml"
    text = own.read_text(encoding="utf-8") if own.is_file() else shipped(name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{TABLES[name]}表 {own} 无法读取：{error}。请改正，或删除该文件以恢复默认。"
        ) from error


def shipped(name: str) -> str:
    """The text of a table as it comes with the program."""
    return (files("matcher.programme") / f"{name}.toml").read_text(encoding="utf-8")


def write_copies(home: Path) -> list[Path]:
    """Editable copies of every table in the workspace, those already there left as they are; answers the new ones."""
    made = []
    (home / _FOLDER).mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        path = home / _FOLDER / f"{name}.toml"
        if not path.exists():
            path.write_text(shipped(name), encoding="utf-8")
            made.append(path)
    return made


def only(entry: dict[str, Any], allowed: frozenset[str], where: str) -> None:
    """Raise InputError where an entry has a key that means nothing: a slip of the pen must not be ignored."""
    unknown = "、".join(sorted(entry.keys() - allowed))
    if unknown:
        raise InputError(
            f"{where}有不认识的项 {unknown}。可用：{'、'.join(sorted(allowed))}。", code="unknown_key"
        )
