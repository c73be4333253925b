"""Cells → patent holders: universities, institutes, hospitals."""

from __future__ import annotations

from matcher.domain import Holder
from matcher.importing.cells import Cells, RowRefused


def read_holder(cells: Cells, source: str) -> Holder:
    """One holder, known by its name as patents have it. Raises RowRefused where it has none."""
    name = cells.text("name")
    if not name:
        raise RowRefused("缺少单位名称。请补充后重新导入。", "name")
    return Holder(
        id=name,
        name=name,
        kind=cells.text("kind"),
        region=cells.raw("region"),
        contact=cells.raw("contact"),
        department=cells.text("department"),
    )
