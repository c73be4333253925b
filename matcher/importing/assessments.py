"""Cells → assessments of patents by enterprises."""

from __future__ import annotations

from functools import partial

from matcher.domain import Assessment, MaturitySource
from matcher.identifiers import enterprise_id, own_key
from matcher.importing.cells import Cells, RowRefused, content_id, patent_numbers
from matcher.importing.maturity import parse_maturity
from matcher.importing.terms import PROSPECTS


def read_assessment(cells: Cells, source: str) -> Assessment:
    """One assessment, known by its own number, else by patent, enterprise and day.

    Raises RowRefused where the patent or the enterprise is not named.
    """
    patent = patent_reference(cells)
    enterprise = cells.text("enterprise")
    enterprise_key = enterprise_id(cells.credit_code(), enterprise) or cells.raw("enterprise_own_id")
    if not enterprise_key:
        raise RowRefused("缺少评价企业。请填写企业名称或统一社会信用代码。", "enterprise")
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
    """The identity of the patent that a row speaks of; a number that is none stands as an id of the source.

    Raises RowRefused where there is no number, or one with a wrong check digit.
    """
    stated = cells.raw("patent")
    if not stated:
        raise RowRefused("缺少专利号。请补充后重新导入。", "patent")
    before = len(cells.problems)
    identity = patent_numbers(cells, "patent").id
    if not identity:
        messages = [problem.message for problem in cells.problems[before:]]
        del cells.problems[before:]
        if any(sign.isdigit() for sign in stated) and not stated.isascii():
            raise RowRefused("；".join(messages), "patent")
        if any("校验位" in message or "科学计数法" in message for message in messages):
            raise RowRefused("；".join(messages), "patent")
        return stated
    return identity
