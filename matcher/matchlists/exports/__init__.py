"""A match list as files and on the screen; which formats and versions there are stands in two tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matcher.errors import InputError
from matcher.matches import MatchList
from matcher.matchlists.exports.presets import PRESETS, Preset, preset_named
from matcher.matchlists.exports.rows import ListRows, list_rows
from matcher.replacing import replacing

__all__ = ["FORMATS", "PRESETS", "Exported", "ListRows", "Preset", "export", "list_rows", "preset_named"]


def _xlsx(rows: ListRows, path: Path) -> None:
    from matcher.matchlists.exports.xlsx import write_xlsx

    write_xlsx(rows, path)


def _json(rows: ListRows, path: Path) -> None:
    from matcher.matchlists.exports.json_file import write_json

    write_json(rows, path)


def _trec(rows: ListRows, path: Path) -> None:
    from matcher.matchlists.exports.trec import write_trec

    write_trec(rows, path)


def _terminal(rows: ListRows, path: Path) -> None:
    from matcher.matchlists.exports.terminal import write_terminal

    write_terminal(rows, path)


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: its name, the suffixes it is known by and what writes it."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[ListRows, Path], None]


FORMATS: tuple[Format, ...] = (
    Format("xlsx", (".xlsx",), _xlsx),
    Format("json", (".json",), _json),
    Format("trec", (".trec", ".run"), _trec),
    Format("terminal", (".txt",), _terminal),
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; `withheld` needs may not stand in this version (tell the officer, not the reader)."""

    path: Path
    needs: int
    matches: int
    withheld: int


def export(
    match_list: MatchList, path: Path, format: str = "", preset: str = "内部版", recipient: str = ""
) -> Exported:
    """Write `match_list` to `path`, whole or not at all; equal input gives equal bytes.

    `format` is a name in FORMATS (by default what the suffix says), `preset` a name in PRESETS, `recipient`
    the enterprise or holder a 企业版 or 高校版 is handed to. Raises InputError for unknown names and for a
    path that cannot be written.
    """
    chosen = _format(format, path)
    rows = list_rows(match_list, preset_named(preset), recipient)
    with replacing(path) as temporary:
        chosen.write(rows, temporary)
    return Exported(path, len(rows.needs), len(rows.matches), rows.withheld)


def _format(name: str, path: Path) -> Format:
    suffix = path.suffix.lower()
    for known in FORMATS:
        if known.name == name or (not name and suffix in known.suffixes):
            return known
    names = "、".join(f"{known.name}（{known.suffixes[0]}）" for known in FORMATS)
    raise InputError(
        f"不支持的导出格式“{name or suffix or path.name}”。可选：{names}。", code="unknown_format"
    )
