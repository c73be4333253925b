"""The way in: a file of any known format → records with their places, and everything that was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, overload

from matcher.domain import (
    Assessment,
    Enterprise,
    Expert,
    Holder,
    Need,
    Patent,
    ServiceInstitution,
    Transaction,
)
from matcher.errors import InputError
from matcher.importing.assessments import read_assessment
from matcher.importing.cells import Cells, RowRefused
from matcher.importing.delimited import read_delimited
from matcher.importing.enterprises import read_enterprise
from matcher.importing.experts import read_expert
from matcher.importing.files import FileFormat, format_of
from matcher.importing.headers import LOOKED_AT, Header, Recogniser, header_key
from matcher.importing.holders import read_holder
from matcher.importing.jsonlines import read_json_lines
from matcher.importing.labelled import Filled, Pair, gathered, is_list, unmerged
from matcher.importing.labelled import records as labelled_records
from matcher.importing.needs import read_need
from matcher.importing.patents import read_patent
from matcher.importing.prose import read_prose
from matcher.importing.report import ColumnUse, ReturnedRow, RowProblem, Severity, SheetSummary
from matcher.importing.rows import Entry, Notes, Row, Sheet, cell_text, stated
from matcher.importing.services import read_service
from matcher.importing.synonyms import RecordKind
from matcher.importing.transactions import read_transaction
from matcher.importing.workbooks import read_workbook
from matcher.settings import FileLimits

R = TypeVar("R", Patent, Enterprise, Need, Assessment, Transaction, Holder, Expert, ServiceInstitution)

_BUILDERS: Mapping[RecordKind, Callable[[Cells, str], Any]] = {
    RecordKind.PATENTS: read_patent,
    RecordKind.ENTERPRISES: read_enterprise,
    RecordKind.NEEDS: read_need,
    RecordKind.ASSESSMENTS: read_assessment,
    RecordKind.TRANSACTIONS: read_transaction,
    RecordKind.HOLDERS: read_holder,
    RecordKind.EXPERTS: read_expert,
    RecordKind.SERVICES: read_service,
}
FORMS = frozenset({RecordKind.NEEDS})
"""What is also collected on forms in Word, a label beside its value."""
RETURNED = 20_000
"""Refused rows that are kept to be mended."""
_INSTRUCTIONS = "填写说明"
"""The sheet that our own forms and templates explain themselves on: nothing is missing where it is not read."""
_BEIR = {RecordKind.PATENTS: "corpus.jsonl", RecordKind.NEEDS: "queries.jsonl"}
KIND_LABELS: Mapping[RecordKind, str] = {
    RecordKind.PATENTS: "专利",
    RecordKind.ENTERPRISES: "企业",
    RecordKind.NEEDS: "技术需求",
    RecordKind.ASSESSMENTS: "企业评价",
    RecordKind.TRANSACTIONS: "历史交易",
    RecordKind.HOLDERS: "专利权人",
    RecordKind.EXPERTS: "专家",
    RecordKind.SERVICES: "服务机构",
}


@dataclass(frozen=True, slots=True)
class Located(Generic[R]):
    """A record and where it stands; `sheet` is empty for files without sheets, `row` counts from 1."""

    record: R
    sheet: str
    row: int


class Reading(Generic[R]):
    """The records of one file, read while they are iterated, once.

    Afterwards `rows_read` = records yielded + `refused`, and `problems`, `sheets` and `remarks` are complete.
    Iterating may still raise InputError where a file proves damaged further down.
    """

    def __init__(
        self,
        path: Path,
        kind: RecordKind,
        recogniser: Recogniser,
        source: str,
        screen: Callable[[R], R] | None = None,
    ) -> None:
        self.file = path.name
        self.kind = kind
        self.rows_read = 0
        self.refused = 0
        self.problems: list[RowProblem] = []
        self.sheets: list[SheetSummary] = []
        self.returned: list[ReturnedRow] = []
        """The first refused rows as they stood in the file, to be mended."""
        self._notes = Notes()
        self._recogniser = recogniser
        self._source = source
        self._screen: Callable[[R], R] | None = screen
        self._build: Callable[[Cells, str], R] = _BUILDERS[kind]
        self._records: Iterator[Located[R]] = iter(())

    @property
    def encoding(self) -> str:
        """The encoding of a text file; "" for workbooks."""
        return self._notes.encoding

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said of the file as a whole, in Chinese."""
        names = "、".join(self._notes.skipped_sheets)
        return (*self._notes.remarks, f"未读取的工作表：{names}。") if names else tuple(self._notes.remarks)

    def __iter__(self) -> Iterator[Located[R]]:
        return self._records

    def start(self, path: Path, limits: FileLimits) -> None:
        """Open the file and read up to the first record, so that what is wrong with the file shows at once."""
        format_ = format_of(path)
        if format_ is FileFormat.JSON_LINES:
            records = self._entries(read_json_lines(path, self._notes))
        elif format_ is FileFormat.WORKBOOK:
            forms = self.kind in FORMS
            records = self._tables(read_workbook(path, limits, self._notes, documents=forms))
        else:
            records = self._tables(read_delimited(path, self._notes))
        first = list(islice(records, 1))
        self._records = chain(first, records)

    def _tables(self, sheets: Iterator[Sheet]) -> Iterator[Located[R]]:
        seen: list[str] = []
        filled: Filled | None = None
        for sheet in sheets:
            if sheet.prose:
                said = self._prose(list(sheet.rows), seen)
                for one in gathered(said, filled):
                    filled = one
                    yield from self._filled(one, sheet.name)
                continue
            if sheet.form:
                rows = list(sheet.rows)
                if not is_list(rows, self._recogniser.field):
                    for one in labelled_records(rows, self._recogniser.field, filled):
                        filled = one
                        yield from self._filled(one, sheet.name)
                    continue
                sheet = replace(sheet, rows=iter(unmerged(rows)))
            top = list(islice(sheet.rows, LOOKED_AT))
            header = self._recogniser.header(top)
            if header is None:
                if top and sheet.name != _INSTRUCTIONS:
                    self._notes.skipped_sheets.append(f"{sheet.name or self.file}（未找到表头）")
                    seen += [cell_text(cell).strip() for cell in top[0].cells][:40]
                for _ in sheet.rows:
                    pass
                continue
            self._summarise(sheet.name, header)
            self._note_missing(header.labels)
            fields = [(column.index, column.field) for column in header.columns]
            headers = {column.field: column.header for column in reversed(header.columns)}
            for row in chain((row for row in top if row.number > header.row), sheet.rows):
                if header.repeats(row):
                    continue
                values = _values(row, fields)
                if values:
                    refused = self.refused
                    yield from self._record(values, headers, sheet.name, row.number)
                    if self.refused > refused:
                        self._return(sheet.name, row.number, header.labels, row.cells)
        if not self.sheets:
            raise self._unrecognised(seen)

    def _prose(self, rows: list[Row], seen: list[str]) -> list[Pair]:
        """What paragraphs say; where they are a form, what no label claims is reported with its place."""
        said = read_prose(rows, self._recogniser.field)
        if not said.labels:
            seen += [cell_text(row.cells[0]).strip()[:40] for row in rows][:40]
            return []
        for row in said.rest:
            text = cell_text(row.cells[0]).strip()
            message = "这一段没有认出栏目，未读取。请写成“栏目：内容”，栏目用征集表上的名称。"
            self.problems.append(
                RowProblem(self.file, "正文", row.number, "", text[:60], message, Severity.WARNING)
            )
        return said.pairs

    def _filled(self, one: Filled, sheet: str) -> Iterator[Located[R]]:
        """The record of a form; a head that only names the enterprise is none."""
        if one.speaks:
            uses = tuple(ColumnUse(label, field) for field, label in one.headers.items())
            self.sheets.append(SheetSummary(sheet, 0, uses, ()))
            yield from self._record(one.values, one.headers, sheet, one.row)

    def _entries(self, entries: Iterator[Entry]) -> Iterator[Located[R]]:
        fields: dict[str, str | None] = {}
        for entry in entries:
            for key in entry.values:
                if key not in fields:
                    fields[key] = self._recogniser.field(key)
            keys = sorted((key for key in entry.values if fields[key]), key=self._recogniser.rank)
            values: dict[str, str] = {}
            headers: dict[str, str] = {}
            for key in keys:
                field = fields[key]
                text = stated(entry.values[key], field) if field and field not in values else ""
                if text and field:
                    values[field], headers[field] = text, key
            refused = self.refused
            yield from self._record(values, headers, "", entry.number, entry.refused)
            if self.refused > refused and entry.values:
                self._return("", entry.number, tuple(entry.values), tuple(entry.values.values()))
        if fields and not any(fields.values()):
            raise self._unrecognised(list(fields))
        uses = tuple(ColumnUse(key, field) for key, field in fields.items() if field)
        unknown = tuple(key for key, field in fields.items() if field is None)
        self.sheets.append(SheetSummary("", 0, uses, unknown))
        self._note_missing(list(fields))

    def _record(
        self, values: Mapping[str, str], headers: Mapping[str, str], sheet: str, row: int, refused: str = ""
    ) -> Iterator[Located[R]]:
        self.rows_read += 1
        cells = Cells(values, headers, self.file, sheet, row, self.problems)
        try:
            if refused:
                raise RowRefused(refused)
            record = self._build(cells, self._source)
            record = record if self._screen is None else self._screen(record)
        except RowRefused as reason:
            self.refused += 1
            cells.problem(reason.field, str(reason), Severity.REFUSED)
            return
        yield Located(record, sheet, row)

    def _return(self, sheet: str, row: int, labels: Sequence[str], cells: Sequence[object]) -> None:
        """Keep the row that has just been refused, with all that is wrong with it."""
        if len(self.returned) < RETURNED:
            texts = {label: cell_text(cell) for label, cell in zip(labels, cells, strict=False) if label}
            last = takewhile(lambda each: (each.sheet, each.row) == (sheet, row), reversed(self.problems))
            self.returned.append(ReturnedRow(sheet, texts, "".join(each.message for each in last)))

    def _summarise(self, sheet: str, header: Header) -> None:
        columns = sorted(header.columns, key=lambda column: column.index)
        uses = tuple(ColumnUse(column.header, column.field) for column in columns)
        self.sheets.append(SheetSummary(sheet, header.row, uses, header.unrecognised))

    def _note_missing(self, headers: Sequence[str]) -> None:
        there = set(map(header_key, headers))
        for header in self._recogniser.mapped:
            if header_key(header) not in there:
                self._notes.remarks.append(f"--map 指定的列“{header}”不在文件的表头中。")

    def _unrecognised(self, headers: list[str]) -> InputError:
        found = "、".join(dict.fromkeys(filter(None, headers))) or "无"
        return InputError(
            f"文件“{self.file}”中没有找到{KIND_LABELS[self.kind]}表的表头。看到的列：{found}。"
            "请核对表头，或用 --map 列名=字段 指定对应关系。",
            code="header_unrecognised",
        )


def _values(row: Row, fields: list[tuple[int, str]]) -> dict[str, str]:
    """The stated cells by field; of several columns of one field the preferred one that is filled."""
    cells = row.cells
    width = len(cells)
    values: dict[str, str] = {}
    for index, field in fields:
        if index < width and cells[index] != "" and field not in values:
            text = stated(cells[index], field)
            if text:
                values[field] = text
    return values


@overload
def read_records(
    path: Path,
    kind: Literal[RecordKind.PATENTS],
    *,
    mapping: Mapping[str, str] = ...,
    limits: FileLimits = ...,
    source: str = ...,
) -> Reading[Patent]: ...
@overload
def read_records(
    path: Path,
    kind: Literal[RecordKind.ENTERPRISES],
    *,
    mapping: Mapping[str, str] = ...,
    limits: FileLimits = ...,
    source: str = ...,
) -> Reading[Enterprise]: ...
@overload
def read_records(
    path: Path,
    kind: Literal[RecordKind.NEEDS],
    *,
    mapping: Mapping[str, str] = ...,
    limits: FileLimits = ...,
    source: str = ...,
) -> Reading[Need]: ...
@overload
def read_records(
    path: Path,
    kind: Literal[RecordKind.ASSESSMENTS],
    *,
    mapping: Mapping[str, str] = ...,
    limits: FileLimits = ...,
    source: str = ...,
) -> Reading[Assessment]: ...
@overload
def read_records(
    path: Path,
    kind: Literal[RecordKind.TRANSACTIONS],
    *,
    mapping: Mapping[str, str] = ...,
    limits: FileLimits = ...,
    source: str = ...,
) -> Reading[Transaction]: ...
@overload
def read_records(
    path: Path,
    kind: RecordKind,
    *,
    mapping: Mapping[str, str] = ...,
    limits: FileLimits = ...,
    source: str = ...,
    screen: Callable[[Any], Any] | None = ...,
) -> Reading[Any]: ...
def read_records(
    path: Path,
    kind: RecordKind,
    *,
    mapping: Mapping[str, str] | None = None,
    limits: FileLimits | None = None,
    source: str = "",
    screen: Callable[[Any], Any] | None = None,
) -> Reading[Any]:
    """Read `path` (.xlsx, .xls, .csv, .jsonl, a BEIR folder, for needs also .docx) as records of one kind.

    `mapping` (header → field) overrides the synonym table. `source` names where the file comes from: it becomes
    part of the identity of records that have only an id of their own. `screen` answers each record as it may land, or
    raises RowRefused. Raises InputError, with one Chinese
    sentence, for a file that cannot be read or has no recognisable header.
    """
    reading: Reading[Any] = Reading(path, kind, Recogniser(kind, mapping or {}), source, screen)
    member = path / _BEIR.get(kind, "")
    reading.start(member if is_collection(path, kind) else path, limits or FileLimits())
    return reading


def is_collection(path: Path, kind: RecordKind) -> bool:
    """Whether a path is a BEIR folder that holds records of the kind."""
    return kind in _BEIR and (path / _BEIR[kind]).is_file()
