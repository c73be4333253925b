"""A file of judgements that is handed in: read as the command line reads it, held against the records, kept whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.judged_sets import FOLDER
from eval.judgements import LEVELS, RELEVANT, Judgements, Placed, judgements, some
from eval.pooling import returned_rows
from eval.trec import judged_rows, write_judgements_tsv
from matcher.errors import Conflict, InputError
from matcher.store.database import Store

_WORKBOOKS = frozenset({".xlsx", ".xls"})
_TEXTS = frozenset({".tsv", ".qrels"})
_NAMED, _VALUE = 5, 40
"""Rows that a refusal names, and characters of a value that it repeats."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a file says under the name that its set will have; `open` counts the pairs that were left without a level."""

    name: str
    judgements: Judgements
    open: int = 0


def read_handed_in(file: Path, store: Store) -> HandedIn:
    """A filled sheet of blind judging, TREC qrels or a table with a header, over needs, enterprises and patents of `store`.

    Raises InputError, with row, column and value, for what is no level, names no record or contradicts an earlier row.
    """
    rows, open_ = _rows(file)
    wrong = list(_wrong(rows, store))
    if wrong:
        raise InputError(
            f"{file.name} 有 {len(wrong)} 处不能采用（{some(wrong, _NAMED)}）。没有收下这个文件，请改正后重新上传。",
            code="rows_refused",
        )
    known = judgements(placed.judgement for placed in rows)
    if not known.needs_with():
        raise InputError(
            f"{file.name} 中没有一条需求有“{LEVELS[RELEVANT]}”（{RELEVANT}）以上的专利，无法用来评估。没有收下这个文件。",
            code="empty",
        )
    return HandedIn(f"{file.stem}.tsv", known, open_)


def keep(
    home: Path, given: HandedIn, *, replace: bool = False, note: Callable[[], None] = lambda: None
) -> None:
    """Put a set among those of the workspace; `note` is called once nothing stands in its way, and before it is there.

    Raises Conflict where one of its name is there and not to be replaced.
    """
    path = home / FOLDER / given.name
    if path.exists() and not replace:
        raise Conflict(
            f"已有名为“{given.name}”的标注集，没有覆盖。请换一个文件名，或选择替换。", code="exists"
        )
    note()
    write_judgements_tsv(given.judgements, path)


def _rows(file: Path) -> tuple[Sequence[Placed], int]:
    suffix = file.suffix.lower()
    if suffix in _WORKBOOKS:
        return returned_rows(file)
    if suffix in _TEXTS:
        return judged_rows(file), 0
    raise InputError(
        f"{file.name} 不是标注文件。请上传填好的评审表（.xlsx），或 .tsv、.qrels 文件。", code="unreadable"
    )


def _wrong(rows: Sequence[Placed], store: Store) -> Iterator[str]:
    asked = {placed.judgement.need_id for placed in rows}
    needs = store.needs.many(asked).keys() | store.enterprises.many(asked).keys()
    patents = store.patents.many(placed.judgement.candidate_id for placed in rows).keys()
    first: dict[tuple[str, str], Placed] = {}
    for placed in rows:
        one = placed.judgement
        before = first.setdefault((one.need_id, one.candidate_id), placed)
        if one.level not in LEVELS:
            yield _place(placed, "等级", str(one.level), "应为 1–4")
        elif one.need_id not in needs:
            yield _place(placed, "需求编号", one.need_id, "库中没有")
        elif one.candidate_id not in patents:
            yield _place(placed, "专利编号", one.candidate_id, "库中没有")
        elif before.judgement.level != one.level:
            yield _place(
                placed, "等级", str(one.level), f"第 {before.row} 行为 {before.judgement.level}，前后不一致"
            )


def _place(placed: Placed, column: str, value: str, what: str) -> str:
    return f"第 {placed.row} 行“{column}”“{value[:_VALUE]}”：{what}"
