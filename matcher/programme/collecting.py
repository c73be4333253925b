"""What came back of a batch: rows → answers, and everything that does not fit, before anything is stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from matcher.errors import InputError
from matcher.importing.cells import Cells, RowRefused, parse_number
from matcher.importing.report import RowProblem, Severity
from matcher.importing.rows import stated
from matcher.inventory import Appraisal, Item, Stage, Task
from matcher.matchlists.forms import read_forms
from matcher.programme.answers import is_answered, read_appraisal
from matcher.programme.inventory_form import ENTRIES, PRINTED, SELF_FORM, title_of
from matcher.settings import FileLimits
from matcher.store.merging import shown

_SUFFIXES = frozenset({".xlsx", ".xls"})
OPEN = frozenset({Stage.NOT_STARTED, Stage.AWAITING})
"""States in which an answer is awaited, be it another one than before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One filled row: whose, and where it stands."""

    task: str
    patent_id: str
    said: Appraisal
    cells: Cells

    @property
    def place(self) -> str:
        """File, sheet and row, as people look them up."""
        return f"{self.cells.file} {self.cells.sheet} 第 {self.cells.row} 行"


@dataclass(frozen=True, slots=True)
class Clash:
    """Two answers for one patent, or an answer unlike the stored one; neither was taken."""

    patent_id: str
    field: str
    first: str
    first_place: str
    second: str
    second_place: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A protected cell that no longer says what was printed; the printed value stands."""

    file: str
    sheet: str
    row: int
    column: str
    printed: str
    found: str


@dataclass(slots=True)
class FileLine:
    """What became of one file: its rows by what they were; `refused` says why it could not be read."""

    file: str
    tasks: str = ""
    units: str = ""
    rows: int = 0
    answered: int = 0
    blank: int = 0
    wrong: int = 0
    refused: str = ""


@dataclass(slots=True)
class Collected:
    """All of a folder; `taken` are the answers to be stored, one per patent."""

    files: list[FileLine] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    taken: list[Answer] = field(default_factory=list)
    repeated: int = 0
    """Rows that say what is stored already, or what another row says as well."""


@dataclass(frozen=True)
class Expected:
    """What was handed out in a batch."""

    batch: str
    tasks: Sequence[Task]

    @cached_property
    def by_id(self) -> Mapping[str, Task]:
        """Tasks by id."""
        return {task.id: task for task in self.tasks}

    @cached_property
    def owners(self) -> Mapping[str, Task]:
        """The task that a patent belongs to, by patent id."""
        return {row.patent_id: task for task in self.tasks for row in task.rows}

    @cached_property
    def printed(self) -> Mapping[str, tuple[str, ...]]:
        """The protected cells as they were printed, by patent id."""
        return {row.patent_id: row.cells for task in self.tasks for row in task.rows}

    @cached_property
    def by_number(self) -> Mapping[str, str]:
        """Patent id by the number that was printed."""
        return {row.cells[1]: row.patent_id for task in self.tasks for row in task.rows}

    def patent(self, number: str) -> str:
        """The id of a printed patent, by its number in any form; "" where none was printed."""
        if number in self.by_number:
            return self.by_number[number]
        try:
            id_ = parse_number(number).id
        except InputError:
            return ""
        return id_ if id_ in self.owners else ""


def collect(
    folder: Path, expected: Expected, items: Mapping[str, Item], as_of: date, limits: FileLimits
) -> Collected:
    """Read every workbook below `folder`, in the order of their names; answers that clash are not taken."""
    found = Collected()
    answers: list[Answer] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(("~$", ".")):
            answers += _read_file(path, folder, expected, as_of, limits, found)
    _settle_all(answers, items, found)
    return found


def collect_answers(
    said: Sequence[Mapping[str, str]], place: str, expected: Expected, items: Mapping[str, Item], as_of: date
) -> Collected:
    """What was filled in elsewhere than in a file, row by row, as `collect` reads the rows of a sheet.

    A row maps the form's fields, the printed ones too, to what was written; `place` stands for file and sheet.
    """
    found = Collected()
    line = FileLine(place, tasks="、".join(expected.by_id))
    found.files.append(line)
    headers = {entry.field: entry.title for entry in ENTRIES}
    answers: list[Answer] = []
    for number, row in enumerate(said, 1):
        values = {field: text for field, cell in row.items() if (text := stated(cell.strip(), field))}
        line.rows += 1
        cells = Cells(values, headers, place, line.tasks, number, found.problems)
        answers += _read_row(cells, expected, as_of, line, found)
    _settle_all(answers, items, found)
    return found


def _settle_all(answers: Sequence[Answer], items: Mapping[str, Item], found: Collected) -> None:
    by_patent: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_patent[answer.patent_id].append(answer)
    for patent_id, said in sorted(by_patent.items()):
        _settle(said, items.get(patent_id) or Item(patent_id), found)


def _read_file(
    path: Path, folder: Path, expected: Expected, as_of: date, limits: FileLimits, found: Collected
) -> list[Answer]:
    line = FileLine(str(path.relative_to(folder)))
    found.files.append(line)
    if path.suffix.lower() not in _SUFFIXES:
        line.refused = f"文件“{path.name}”不是 Excel 表格，未读取。请交回系统发出的 .xlsx 文件。"
        return []
    try:
        rows = read_forms(path, limits, found.problems, (SELF_FORM,))
    except InputError as error:
        line.refused = str(error)
        return []
    answers: list[Answer] = []
    seen: Counter[str] = Counter()
    for row in rows:
        line.rows += 1
        seen[row.cells.raw("task")] += 1
        cells = replace(row.cells, file=line.file)  # units may return files of one name
        answers += _read_row(cells, expected, as_of, line, found)
    known = [task for name in seen if (task := expected.by_id.get(name))]
    line.tasks = "、".join(filter(None, seen))
    line.units = "、".join(f"{task.holder} {task.unit}" for task in known)
    return answers


def _read_row(
    cells: Cells, expected: Expected, as_of: date, line: FileLine, found: Collected
) -> Iterator[Answer]:
    try:
        task, patent_id = _owner(cells, expected)
        found.edits += _edits(cells, expected.printed[patent_id])
        if not is_answered(cells):
            line.blank += 1
            return
        said = read_appraisal(cells, as_of)
    except RowRefused as reason:
        line.wrong += 1
        cells.problem(reason.field, str(reason), Severity.REFUSED)
        return
    line.answered += 1
    yield Answer(task.id, patent_id, said, cells)


def _owner(cells: Cells, expected: Expected) -> tuple[Task, str]:
    """The task and the patent of a row; raises RowRefused where they do not belong together."""
    name, number = cells.raw("task"), cells.raw("patent")
    task = expected.by_id.get(name)
    if task is None:
        said = f"任务编号“{name}”" if name else "没有任务编号，"
        raise RowRefused(f"{said}不属于本批次（{expected.batch}）。请核对是否交错了表。", "task")
    patent_id = expected.patent(number)
    if not patent_id:
        raise RowRefused(
            f"专利号“{number}”不在本批次（{expected.batch}）的清单中，可能被改动。请从原表恢复。", "patent"
        )
    owner = expected.owners[patent_id]
    if owner.id != task.id:
        raise RowRefused(
            f"这件专利属于 {owner.holder} {owner.unit}（任务 {owner.id}），不属于 {task.holder} {task.unit}（任务 {task.id}）。"
            "请由所属单位填写。",
            "task",
        )
    return task, patent_id


def _edits(cells: Cells, printed: Sequence[str]) -> list[Edit]:
    return [
        Edit(cells.file, cells.sheet, cells.row, entry.title, was, cells.raw(entry.field))
        for entry, was in zip(PRINTED, printed, strict=True)
        if _plain(cells.raw(entry.field)) != _plain(was)
    ]


def _plain(text: str) -> str:
    return "".join(text.split()).removesuffix("00:00:00")


def _settle(said: Sequence[Answer], item: Item, found: Collected) -> None:
    """One answer per patent is taken; different ones are a clash, as is one unlike the stored one."""
    first = said[0]
    different = [other for other in said[1:] if not other.said.says_the_same(first.said)]
    found.repeated += len(said) - 1 - len(different)
    for other in different:
        found.clashes += _clashes(first.patent_id, first, other)
    if different:
        return
    stored = item.self_assessment
    if item.stage in OPEN or (stored is None and item.stage is Stage.SELF_ASSESSED):
        found.taken.append(first)
    elif stored is None:
        first.cells.problem("patent", f"该专利已处于“{item.stage}”，自评未采用。", Severity.WARNING)
    elif stored.says_the_same(first.said):
        found.repeated += 1
    else:
        place = f"库中自评（{stored.by}，{stored.on}，{stored.source}）"
        found.clashes += list(_differences(first.patent_id, stored, place, first.said, first.place))


def _clashes(patent_id: str, first: Answer, second: Answer) -> Iterable[Clash]:
    return _differences(patent_id, first.said, first.place, second.said, second.place)


def _differences(
    patent_id: str, first: Appraisal, first_place: str, second: Appraisal, second_place: str
) -> Iterator[Clash]:
    for each in fields(Appraisal):
        one, other = getattr(first, each.name), getattr(second, each.name)
        if one != other and each.name != "source":
            title = title_of(each.name)
            yield Clash(patent_id, title, shown(one), first_place, shown(other), second_place)
