"""上报: an authority's template filled with what the workspace knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from api.jobs.work import Result, Work
from matcher.programme.submissions import write_example
from matcher.programme.submitting import Scope, kind_named, prepare
from matcher.programme.submitting import submit as write

TEMPLATE = "模板.xlsx"
_FILLED = "上报.xlsx"
_SHOWN = 200


def submit(work: Work) -> Result:
    """Fill the template that came with the job, or our own example; what rows lack is told in the result."""
    kind = kind_named(work.task["format"])
    template: Path = work.folder / TEMPLATE
    if not template.is_file():
        write_example(kind, template)
    until = work.at.date()
    since = date.fromisoformat(work.task["since"]) if work.task["since"] else date(until.year, 1, 1)
    made = prepare(work.workspace, kind, template, Scope(since, until, tuple(work.task["holders"])))
    lacking = [
        {"patent": lack.patent, "column": lack.header, "reason": lack.reason}
        for lack in made.filled.lacking[:_SHOWN]
    ]
    work.say(0.5, "填写")
    written = write(made, work.folder / _FILLED, partial=work.task["partial"])
    return {
        "file": _FILLED,
        "written": written,
        "omitted": made.filled.omitted,
        "unknown_columns": list(made.template.unknown),
        "lacking": lacking,
        "lacking_count": len(made.filled.lacking),
    }
