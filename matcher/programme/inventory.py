"""The inventory, one short function per verb; the command line and HTTP call these alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from matcher.domain import LegalStatus, Patent
from matcher.errors import InputError, NotFound
from matcher.importing.cells import RowRefused
from matcher.importing.report import RowProblem, Severity
from matcher.inventory import Act, Division, Item, Justification, Printed, Stage, Step, Task, changed, move
from matcher.matchlists.forms import read_forms
from matcher.programme.answers import declared
from matcher.programme.collecting import OPEN, Answer, Collected, Expected, collect, collect_answers
from matcher.programme.fill_in import write_fill_in
from matcher.programme.inventory_form import inventory_sheet, title_of
from matcher.programme.overdue import TaskLine, task_lines
from matcher.programme.screening import (
    REVIEW_FORM,
    due_for_panel,
    is_reviewed,
    panel_patent,
    read_review,
    review_sheet,
    waiting_for_panel,
)
from matcher.programme.splitting import Batch, handed_out, settled, shares, stage_today, tasks, to_inventory
from matcher.settings import FileLimits
from matcher.store.database import Store
from matcher.store.filters import PatentFilter


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """What is handed out: by what, of which holders (none: all), until when, by whom printed on the sheets."""

    division: Division
    holders: tuple[str, ...] = ()
    due: date | None = None
    organiser: str = ""


def split(store: Store, request: SplitRequest, folder: Path, act: Act) -> list[Task]:
    """Write one protected workbook per unit below `folder` and remember what was handed out to whom.

    Raises NotFound where nothing is left to hand out.
    """
    today = act.at.date()
    patents = list(store.patents.all(PatentFilter(holders=request.holders)))
    items = store.inventory.all()
    store.inventory.write(settled(items, patents, act))
    items = store.inventory.all()
    open_ones = [
        patent for patent in patents if to_inventory(patent, items.get(patent.id) or Item(patent.id), today)
    ]
    found = shares(open_ones, request.division, request.holders)
    if not found:
        raise NotFound(_nothing_left(request.holders, len(patents)))
    batch = Batch(_next_batch(store, today), request.division, today, request.due)
    made = tasks(found, batch)
    for task, share in zip(made, found, strict=True):
        sheet = inventory_sheet(task, share.patents, request.organiser, act.at)
        write_fill_in(sheet, folder / task.file)
    store.inventory.save(made)
    store.inventory.write(handed_out(found, items, act))
    return made


def _nothing_left(holders: Sequence[str], known: int) -> str:
    whose = f"{'、'.join(holders)} 的" if holders else ""
    if not known:
        return f"没有{whose}专利。请核对专利权人名称，或先运行 matcher import patents 专利清单.xlsx。"
    return f"{whose}{known} 件专利中没有待盘点的（均已自评、失效或转化）。"


def _next_batch(store: Store, today: date) -> str:
    taken = {task.batch for task in store.inventory.tasks()}
    first = name = f"PD{today:%Y%m%d}"
    number = 2
    while name in taken:
        name, number = f"{first}.{number}", number + 1
    return name


@dataclass(frozen=True, slots=True)
class Update:
    """A value of a patent that an answer replaced."""

    patent_id: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Received:
    """What collecting a folder came to, and what each unit still owes."""

    batch: str
    collected: Collected
    updates: tuple[Update, ...]
    lines: tuple[TaskLine, ...]


def collect_folder(store: Store, folder: Path, batch: str, act: Act, limits: FileLimits) -> Received:
    """Take the answers of a folder; what clashes, is wrong or was changed is reported and not taken.

    Collecting the same folder again changes nothing. Raises InputError where the folder or the batch is not there.
    """
    if not folder.is_dir():
        raise InputError(f"“{folder}”不是文件夹。请把交回的盘点表放在一个文件夹里。", code="not_a_folder")
    expected = _expected(store, batch)
    items = store.inventory.many(expected.owners)
    collected = collect(folder, expected, items, act.at.date(), limits)
    updates = _land(store, collected.taken, items, act)
    _note_returns(store, expected, collected, act.at.date())
    lines = task_lines(
        store.inventory.tasks(expected.batch), store.inventory.many(expected.owners), act.at.date()
    )
    return Received(expected.batch, collected, tuple(updates), tuple(lines))


def _expected(store: Store, batch: str) -> Expected:
    """The batch of that name, else the newest; raises NotFound."""
    handed = store.inventory.tasks()
    name = batch or max((task.batch for task in handed), default="")
    mine = [task for task in handed if task.batch == name]
    if not mine:
        known = "、".join(dict.fromkeys(task.batch for task in handed)) or "无"
        raise NotFound(f"没有名为“{name}”的盘点批次。已有批次：{known}。请先运行 matcher inventory split。")
    return Expected(name, mine)


def _land(store: Store, answers: Sequence[Answer], items: dict[str, Item], act: Act) -> list[Update]:
    """Store answers: the item's self-assessment and what the patent's record says."""
    patents = store.patents.many(answer.patent_id for answer in answers)
    moves, records = [], []
    for answer in answers:
        item = items[answer.patent_id]
        source = replace(act, source=answer.place)
        after = replace(
            move(item, Stage.SELF_ASSESSED, source).after if item.stage is not Stage.SELF_ASSESSED else item,
            self_assessment=answer.said,
        )
        moves.append(changed(item, after, source))
        records.append(declared(patents[answer.patent_id], answer.said))
    updates = _merge(store, records, act)
    store.inventory.write(moves)
    return updates


def _merge(store: Store, records: Sequence[Patent], act: Act) -> list[Update]:
    """Merge what holders declare into their patents' records; what it replaces is answered."""
    outcomes = store.merge(records, act.at.date(), prefer_new=True)
    return [
        Update(outcome.id, title_of(conflict.field), conflict.stored, conflict.new)
        for outcome in outcomes
        for conflict in outcome.conflicts
    ]


def _note_returns(store: Store, expected: Expected, collected: Collected, day: date) -> None:
    """A task is returned once a readable file names it."""
    files: dict[str, str] = {}
    for line in collected.files:
        for name in line.tasks.split("、"):
            files.setdefault(name, line.file)
    back = [task for task in expected.tasks if task.id in files and task.returned_on is None]
    store.inventory.save(replace(task, returned_on=day, returned_file=files[task.id]) for task in back)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """What a unit still has to fill in of its task: the printed rows, each with its patent as it is known now."""

    task: Task
    rows: tuple[tuple[Printed, Patent], ...]


def open_task(store: Store, task_id: str) -> OpenTask:
    """The open part of a task; raises NotFound."""
    task = store.inventory.task(task_id)
    if task is None:
        raise NotFound(f"没有盘点任务“{task_id}”。")
    ids = [row.patent_id for row in task.rows]
    items, patents = store.inventory.many(ids), store.patents.many(ids)
    rows = ((row, patents[row.patent_id]) for row in task.rows if row.patent_id in patents)
    return OpenTask(task, tuple(each for each in rows if items[each[1].id].stage in OPEN))


def answer_task(store: Store, task_id: str, said: Sequence[Mapping[str, str]], act: Act) -> Collected:
    """Take what a unit fills in on a page, with the checks of `collect_folder`; all of it, or nothing where any is wrong."""
    task = open_task(store, task_id).task
    expected = Expected(task.batch, [task])
    items = store.inventory.many(expected.owners)
    found = collect_answers(said, act.source, expected, items, act.at.date())
    refused = any(problem.severity is Severity.REFUSED for problem in found.problems)
    if found.taken and not refused and not found.clashes:
        _land(store, found.taken, items, act)
        _note_returns(store, expected, found, act.at.date())
    return found


def overdue(store: Store, batch: str, as_of: date, holder: str = "") -> list[TaskLine]:
    """催办清单 of a batch and a holder (of all where they are empty)."""
    handed = store.inventory.tasks(batch, holder)
    ids = [row.patent_id for task in handed for row in task.rows]
    return task_lines(handed, store.inventory.many(ids), as_of)


def hand_to_panel(store: Store, holders: Sequence[str], path: Path, act: Act) -> int:
    """Write the panel's sheet of everything self-assessed and not yet decided; how many patents stand in it."""
    items = store.inventory.all()
    found = store.patents.many(waiting_for_panel(items))
    mine = [patent for patent in found.values() if not holders or set(holders) & set(patent.holders)]
    mine.sort(key=lambda patent: (patent.holders, patent.college, patent.id))
    if not mine:
        raise NotFound("没有已自评、待集中评价的专利。请先用 matcher inventory collect 回收自评表。")
    write_fill_in(review_sheet(mine, items, act.at), path)
    store.inventory.write(due_for_panel(items, [patent.id for patent in mine], act))
    return len(mine)


@dataclass(frozen=True, slots=True)
class Screening:
    """What a panel's sheet came to."""

    screened: int
    held: int
    unchanged: int
    blank: int
    problems: tuple[RowProblem, ...]
    updates: tuple[Update, ...]


def screen(store: Store, path: Path, act: Act, limits: FileLimits) -> Screening:
    """Take the panel's decisions; a row that is wrong is reported, the others land."""
    problems: list[RowProblem] = []
    rows = read_forms(path, limits, problems, (REVIEW_FORM,))
    act = replace(act, source=path.name)
    decided: dict[str, Item] = {}
    records: list[Patent] = []
    unchanged = blank = 0
    for row in rows:
        if not is_reviewed(row.cells):
            blank += 1
            continue
        try:
            patent = store.patents.find(row.cells.raw("patent"))
            if patent is None:
                raise RowRefused("库中没有这件专利。请核对专利号，或从原表恢复。", "patent")
            if patent.id in decided:
                raise RowRefused("同一专利在本表中出现两次，只采用了第一行。", "patent")
            moves = read_review(row.cells, store.inventory.many([patent.id])[patent.id], act)
        except RowRefused as reason:
            row.cells.problem(reason.field, str(reason), Severity.REFUSED)
            continue
        for each in moves:
            store.inventory.write([each])
        if moves:
            decided[patent.id] = moves[-1].after
            said = moves[-1].after.central
            records += [panel_patent(patent, said)] if said else []
        else:
            unchanged += 1
    updates = _merge(store, records, act)
    stages = [item.stage for item in decided.values()]
    return Screening(
        stages.count(Stage.SCREENED),
        stages.count(Stage.HELD),
        unchanged,
        blank,
        tuple(problems),
        tuple(updates),
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """A patent with its item, and its state with what its own record says by then."""

    patent: Patent
    item: Item
    stage: Stage


def register(store: Store, holders: Sequence[str], as_of: date) -> list[Entered]:
    """Every patent with its place in the inventory, by holder, college and id; applications are no part of it."""
    items = store.inventory.all()
    found = []
    for patent in store.patents.all(PatentFilter(holders=tuple(holders))):
        item = items.get(patent.id) or Item(patent.id)
        if item.version or patent.status is not LegalStatus.PENDING:
            found.append(Entered(patent, item, stage_today(item, patent, as_of)))
    return sorted(found, key=lambda one: (one.patent.holders, one.patent.college, one.patent.id))


def set_stage(store: Store, number: str, stage: str, reason: str, act: Act) -> Item:
    """Bring one patent to a state by hand; raises NotFound and InputError."""
    known = {each.value: each for each in Stage}
    if stage not in known:
        raise InputError(f"不认识的盘点状态“{stage}”。可选：{'、'.join(known)}。", code="unknown_stage")
    item = _item(store, number)
    made = move(item, known[stage], act, reason)
    store.inventory.write([made])
    return made.after


def justify(store: Store, number: str, justification: Justification, act: Act) -> Item:
    """Record a 正当理由 for not using a patent, accepted or not yet."""
    if not justification.reason.strip():
        raise InputError("请写明未实施的正当理由。", code="reason_missing")
    if justification.accepted_on and justification.accepted_on > act.at.date():
        raise InputError(f"认定日期 {justification.accepted_on} 晚于今天。请核对。", code="future_day")
    item = _item(store, number)
    made = changed(item, replace(item, justification=justification), act)
    store.inventory.write([made])
    return made.after


def history(store: Store, number: str) -> list[Step]:
    """Every step of one patent, the first first; raises NotFound where there is no such patent."""
    return store.inventory.history([_item(store, number).id])


def _item(store: Store, number: str) -> Item:
    patent = store.patents.find(number)
    if patent is None:
        raise NotFound(f"没有找到专利“{number}”。可用申请号、专利号或公布公告号查询。")
    return store.inventory.many([patent.id])[patent.id]
