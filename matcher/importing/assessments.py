"""Cells → assessments of patents by enterprises."""

from __future__ import annotations

from functools import partial

from matcher.domain import Assessment, MaturitySource
from matcher.errors import InputError
from matcher.identifiers import ApplicationNumber, CheckVerdict, enterprise_id, looks_spoilt, own_key
from matcher.importing.cells import Cells, RowRefused, content_id, parse_number, wrong_check
from matcher.importing.maturity import parse_maturity
from matcher.importing.terms import PROSPECTS


def read_assessment(cells: Cells, source: str) -> Assessment:
    """One assessment, known by its own number, else by patent, enterprise and day.

    Raises RowRefused where the patent or the enterprise is not named, or nothing is said.
    """
    patent = patent_reference(cells)
    enterprise = cells.text("enterprise")
    enterprise_key = enterprise_id(cells.credit_code(), enterprise) or cells.raw("enterprise_own_id")
    if not enterprise_key:
        raise RowRefused("缺少评价企业。请填写企业名称或统一社会信用代码。", "enterprise")
    if not any(cells.raw(field) for field in ("prospect", "improvement", "cooperation", "maturity")):
        raise RowRefused("没有填写任何评价（前景、改进需求、合作意愿、成熟度）。填好后重新导入。", "prospect")
    on = cells.date("on")
    return Assessment(
        id=own_key(source, cells.raw("own_id")) or content_id("assessment", patent, enterprise_key, on or ""),
        patent_id=patent,
        enterprise_id=enterprise_key,
        enterprise=enterprise,
        prospect=cells.read("prospect", PROSPECTS.one),
        improvement=cells.text("improvement"),
        cooperation=cells.text("cooperation"),
        maturity=cells.read("maturity", partial(parse_maturity, source=MaturitySource.ENTERPRISE)),
        on=on,
        assessor=cells.raw("assessor"),
        source=source,
    )


def patent_reference(cells: Cells) -> str:
    """The identity of the patent that a row speaks of; a plain word that is no number is an id of the source.

    Raises RowRefused where nothing is stated, and for a spoilt number or a wrong check digit.
    """
    stated = cells.raw("patent")
    if not stated:
        raise RowRefused("缺少专利号。请补充后重新导入。", "patent")
    try:
        number = parse_number(stated)
    except InputError as error:
        if looks_spoilt(stated) or not stated.isascii():
            raise RowRefused(str(error), "patent") from error
        return stated
    if isinstance(number, ApplicationNumber) and number.verdict is CheckVerdict.WRONG:
        raise RowRefused(wrong_check(stated, number), "patent")
    return number.id
