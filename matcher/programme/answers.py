"""Cells of a self-assessment row → what the inventor said; whatever is wrong refuses the row, for nothing may be guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from matcher.domain import FeeKind, FeeTerms, ImplementationStatus, MaturitySource, Patent, identity
from matcher.errors import InputError
from matcher.importing.amounts import parse_amount
from matcher.importing.cells import Cells, RowRefused
from matcher.importing.dates import parse_date
from matcher.importing.maturity import parse_maturity
from matcher.importing.terms import IMPLEMENTATION, PROSPECTS, fee_kinds, parse_modes, parse_yes_no
from matcher.inventory import Appraisal
from matcher.programme.inventory_form import ANSWERS, ENTRIES, title_of

T = TypeVar("T")


def is_answered(cells: Cells) -> bool:
    """Whether anything has been filled in beyond what was printed."""
    return any(cells.raw(field) for field in ANSWERS)


def read_appraisal(cells: Cells, as_of: date) -> Appraisal:
    """The self-assessment of one row.

    Raises RowRefused, naming the column, where a mandatory cell is empty, a code is unknown or the day has not come.
    """
    for entry in ENTRIES:
        if entry.mandatory and not cells.raw(entry.field):
            raise RowRefused(f"“{entry.title}”未填写。请补填后重新交回。", entry.field)
    implementation = coded(cells, "implementation", IMPLEMENTATION.one)
    if implementation is ImplementationStatus.NOT_IMPLEMENTED and not cells.raw("unimplemented"):
        raise RowRefused(
            f"实施状态为“未实施”，“{title_of('unimplemented')}”未填写。请补填后重新交回。", "unimplemented"
        )
    return Appraisal(
        by=cells.raw("by"),
        on=read_day(cells, "on", as_of),
        prospect=coded(cells, "prospect", PROSPECTS.one),
        maturity=coded(cells, "maturity", lambda text: parse_maturity(text, MaturitySource.SELF)),
        scenario=cells.text("scenario"),
        funded=coded(cells, "funded", parse_yes_no),
        project=cells.raw("project"),
        implementation=implementation,
        unimplemented=cells.text("unimplemented"),
        modes=coded(cells, "modes", parse_modes) or (),
        fee=coded(cells, "fee", _fee),
        source=cells.file,
    )


def read_day(cells: Cells, field: str, as_of: date) -> date:
    """A stated day no later than `as_of`; raises RowRefused."""
    day = coded(cells, field, parse_date)
    if day is None:
        raise RowRefused("未填写日期。", field)
    if day > as_of:
        raise RowRefused(f"日期 {day} 晚于今天（{as_of}）。请核对年份和月份。", field)
    return day


def coded(cells: Cells, field: str, parse: Callable[[str], T]) -> T | None:
    """The cell through a parser, None where it is empty; raises RowRefused where the parser does not know it."""
    text = cells.raw(field)
    if not text:
        return None
    try:
        return parse(text)
    except InputError as error:
        raise RowRefused(f"{error}请更正后重新交回。", field) from error


def declared(patent: Patent, said: Appraisal) -> Patent:
    """A record of what the holder now declares of its patent, to be merged with the stored one."""
    return replace(
        identity(patent),
        maturity=said.maturity,
        modes=said.modes,
        fee=said.fee,
        funded=said.funded,
        project=said.project,
        implementation=said.implementation,
        scenario=said.scenario,
        prospect=said.prospect,
    )


def _fee(text: str) -> FeeTerms:
    """Amount and payment of one cell: 20万元，一次总付."""
    kinds = fee_kinds(text)
    kind = kinds[0] if kinds else None
    if kind is not None and not re.search(r"\d", text):
        return FeeTerms(kind, 0.0 if kind is FeeKind.FREE else None, text)
    return FeeTerms(kind, parse_amount(text).high, text)
