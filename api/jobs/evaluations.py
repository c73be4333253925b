"""Evaluation runs: the workspace's own history replayed, as `matcher eval history` does it."""

from __future__ import annotations

from datetime import date

import orjson

from api.jobs.work import Result, Work
from api.provenance import program, settings_version

REPORT_JSON, REPORT_PAGE = "评估.json", "评估.html"


def replay(work: Work) -> Result:
    """Stand on past days, make the lists of those days, look for the deals that followed; two reports, one page."""
    from eval import usecases
    from eval.html import as_html
    from eval.report import Stamp, as_json

    store, settings = work.workspace.store, work.workspace.settings
    found = usecases.witnesses(store)
    first, last = (
        date.fromisoformat(day) if day else None for day in (work.task["since"], work.task["until"])
    )
    cuts = usecases.cuts_of(found.past, first, last, work.task["months"])
    data = f"{settings.home.name}（{store.data_version()}）"
    asked = f"matcher eval history --from {cuts[0].on} --to {cuts[-1].until} --months {work.task['months']}"
    stamp = Stamp(
        data, settings_version(settings), work.task["seed"], asked, program(), cuts[-1].until.isoformat()
    )
    made = usecases.history(found, cuts, settings, stamp, progress=work.step("回放"))
    (work.folder / REPORT_JSON).write_bytes(
        orjson.dumps(as_json(made.report), option=orjson.OPT_NON_STR_KEYS)
    )
    (work.folder / REPORT_PAGE).write_text(as_html(made.report), encoding="utf-8")
    (work.folder / "一页纸.html").write_text(made.page, encoding="utf-8")
    measures = {
        one.scores.run: {name: value.mean for name, value in one.intervals.items()}
        for one in made.report.evaluations
    }
    return {"file": REPORT_PAGE, "cuts": len(cuts), "measures": measures}
