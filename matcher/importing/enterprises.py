"""Cells → enterprises."""

from __future__ import annotations

from matcher.domain import Enterprise
from matcher.identifiers import enterprise_id
from matcher.importing.cells import Cells, RowRefused, split_phrases
from matcher.importing.terms import parse_modes


def read_enterprise(cells: Cells, source: str) -> Enterprise:
    """One enterprise, known by its credit code, else its name. Raises RowRefused where it has no name."""
    name = cells.text("name")
    if not name:
        raise RowRefused("缺少企业名称。请补充后重新导入。", "name")
    credit_code = cells.credit_code()
    return Enterprise(
        id=enterprise_id(credit_code, name),
        name=name,
        credit_code=credit_code,
        region=cells.raw("region"),
        kinds=split_phrases(cells.raw("kinds")),
        industry=cells.text("industry"),
        focus_areas=split_phrases(cells.text("focus_areas")),
        modes=cells.read("modes", parse_modes) or (),
        contact=cells.raw("contact"),
        department=cells.text("department"),
        registration=cells.raw("registration"),
        source=source,
        own_id=cells.raw("own_id"),
    )
