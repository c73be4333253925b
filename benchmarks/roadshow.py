"""A whole event over real needs and real patents, from import to after-event report, with the time of each step.

python -m benchmarks.roadshow [--needs 60] [--folder FOLDER]     (needs MATCHER_DATA)

Needs come without enterprises: each gets one of its own and is treated as public. Answers are drawn, a third each way.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from matcher import followups, meetings, paperwork, roadshows, usecases
from matcher.domain import Confidentiality, LicensingMode
from matcher.events import Event, ListState
from matcher.importing.reading import read_records
from matcher.importing.synonyms import RecordKind
from matcher.landing import Manner
from matcher.matchlists import exports
from matcher.matchlists.lifecycle import Move
from matcher.outcomes import Change, Reason, State
from matcher.settings import Settings
from matcher.workspace import Workspace

AT = datetime(2020, 3, 2, 9, 0)
"""After the gazette, while its patents stand."""
PATENTS = ("gazette_20190709_invention_authorized.csv", "gazette_20190709_utility_new.csv")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--needs", type=int, default=60)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    data = os.environ.get("MATCHER_DATA")
    if not data:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    with TemporaryDirectory() as temporary, timed("all"):
        folder = options.folder or Path(temporary)
        with Workspace.open(Settings(home=folder / "workspace", organiser="河东省知识产权局")) as workspace:
            hold(workspace, Path(data), options.needs, folder / "会务文件")


def hold(workspace: Workspace, data: Path, needs: int, papers: Path) -> None:
    """One event from import to report."""
    with timed("import"):
        for name in PATENTS:
            usecases.import_file(workspace, "patents", data / "patents" / name, Manner({}), at=AT)
        land_needs(workspace, data / "techneed_dev" / "needs.jsonl", needs)
    with timed("index"):
        usecases.build_index(workspace, AT)
    event = workspace.store.roadshows.add(
        Event("", "真实需求路演", date(2020, 4, 1), organiser="河东省知识产权局")
    )
    with timed("list"):
        version, built = roadshows.build_list(workspace, event, roadshows.Day(AT.date(), AT), "王芳")
    print(f"            {built.needs} needs, {len(built.entries)} lines, gap {built.selection.gap:.2%}")
    with timed("publish"):
        for state, by in ((ListState.REVIEW, "王芳"), (ListState.PUBLISHED, "李强")):
            version = roadshows.move_list(workspace, version, Move(state, by, AT.date()), AT)
        exports.export(roadshows.shown_list(workspace, version), papers / "对接清单.xlsx", preset="对外版")
    with timed("schedule"):
        slots = meetings.slots_between("09:00", "12:00", 30)
        made = meetings.schedule_event(workspace, event, slots, 12)
    print(f"            {len(made.schedule.meetings)} meetings, {made.gaps} gaps")
    with timed("outcomes"):
        answer(workspace, event)
    with timed("documents"):
        written = paperwork.write_all(paperwork.brief(workspace, event, AT), papers)
    print(f"            {len(written.files)} files {written.refused}")


def land_needs(workspace: Workspace, file: Path, count: int) -> None:
    """The first needs of the file, each of an enterprise of its own."""
    records = [item.record for item in read_records(file, RecordKind.NEEDS)][:count]
    workspace.store.merge(
        [
            replace(need, enterprise=f"需求企业{number:03d}", confidentiality=Confidentiality.PUBLIC)
            for number, need in enumerate(records, 1)
        ],
        AT.date(),
    )


def answer(workspace: Workspace, event: Event) -> None:
    """A third of the matches is refused, a third wanted; some of these are signed."""
    dice = random.Random(0)
    for outcome in workspace.store.outcomes.of_event(event.id):
        chance = dice.random()
        if chance < 0.33:
            change = Change(State.UNSUITABLE, "李强", AT, reason=Reason.TECHNOLOGY)
        elif chance < 0.6:
            change = Change(State.INTERESTED, "李强", AT)
        elif chance < 0.66:
            mode = LicensingMode.ORDINARY_LICENCE
            change = Change(State.SIGNED, "李强", AT, mode=mode, amount=20.0, effective=AT.date())
        else:
            continue
        followups.change_outcome(workspace, outcome.id, change)


@contextmanager
def timed(label: str) -> Iterator[None]:
    wall, processor = time.perf_counter(), time.process_time()
    yield
    print(
        f"{label:<12}{time.perf_counter() - wall:>8.1f} s{time.process_time() - processor:>8.1f} s of processor",
        flush=True,
    )


if __name__ == "__main__":
    main()
