"""The list for programs: the same rows as every other format, with the arithmetic, gates and availability."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from matcher.matches import Availability, Contribution, GateResult
from matcher.matchlists.exports.columns import Cell, Column, Row, columns_of
from matcher.matchlists.exports.cover import cover_lines
from matcher.matchlists.exports.presets import Preset, Sheet
from matcher.matchlists.exports.rows import ExcludedRow, ListRows, MatchRow, NeedRow

FORMAT = "patent-match-list"
VERSION = 1


def write_json(rows: ListRows, path: Path) -> None:
    """Write the list as UTF-8 JSON (`document` says how it is built)."""
    path.write_bytes(orjson.dumps(document(rows), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def document(rows: ListRows) -> dict[str, Any]:
    """Plain JSON values: `needs` holds `matches` in the list's order; each `row` is keyed by the columns' titles.

    Scores, contributions and probability are there only in an internal version.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "preset": rows.preset.name,
        "provenance": _provenance(rows),
        "cover": [asdict(line) for line in cover_lines(rows)],
        "needs": [_need(row, rows.preset) for row in rows.needs],
    }


def _provenance(rows: ListRows) -> dict[str, Any]:
    made = rows.provenance
    days = {"made_at": made.made_at.isoformat(), "as_of": made.as_of.isoformat()}
    return {**asdict(made), **days, "needs": len(rows.needs)}


def _need(row: NeedRow, preset: Preset) -> dict[str, Any]:
    described = _cells(row, columns_of(Sheet.NEEDS if preset.internal else Sheet.UNANSWERED, preset))
    need: dict[str, Any] = {
        "need_id": row.id,
        "row": described,
        "matches": [_match(line, line, Sheet.LIST, preset) for line in row.lines],
    }
    if Sheet.EXCLUDED in preset.sheets:
        need["excluded"] = [_match(line, line.row, Sheet.EXCLUDED, preset) for line in row.kept_out]
    return need


def _match(row: MatchRow | ExcludedRow, worded: MatchRow, sheet: Sheet, preset: Preset) -> dict[str, Any]:
    match = worded.match
    entry: dict[str, Any] = {
        "patent_id": match.patent.id,
        **({"match_id": match.id} if match.id else {}),
        "row": _cells(row, columns_of(sheet, preset)),
        "gates": [_flat(gate) for gate in match.gates],
        "availability": [_flat(item) for item in match.availability],
    }
    if preset.internal:
        entry |= {
            "score": match.score,
            "probability": match.probability,
            "completeness": match.completeness,
            "missing": match.missing,
            "contributions": [_flat(part) for part in match.contributions],
        }
    return entry


def _flat(part: GateResult | Availability | Contribution) -> dict[str, Any]:
    """Its fields, none of which holds others: several times faster than asdict, which looks and copies."""
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


def _cells(row: Row, columns: tuple[Column, ...]) -> dict[str, str | int | float | None]:
    return {column.title: _plain(column.cell(row)) for column in columns}


def _plain(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, date) else cell
