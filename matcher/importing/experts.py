"""Cells → experts who assess patents for enterprises."""

from __future__ import annotations

from matcher.domain import Expert
from matcher.identifiers import squeezed
from matcher.importing.cells import Cells, RowRefused, split_names, split_phrases


def read_expert(cells: Cells, source: str) -> Expert:
    """One expert, known by name and unit. Raises RowRefused where name, unit or 关注领域 is not stated."""
    for field, label in (("name", "姓名"), ("unit", "单位"), ("focus", "关注领域")):
        if not cells.raw(field):
            raise RowRefused(f"没有{label}，未采用。请补充后重新导入。", field)
    name, unit = cells.text("name"), cells.text("unit")
    avoids = cells.raw("avoids")
    return Expert(
        id=f"{squeezed(name)}（{squeezed(unit)}）",
        name=name,
        unit=unit,
        title=cells.text("title"),
        focus=split_phrases(cells.text("focus")),
        avoids=split_names(avoids) if avoids else (),
        recommended=cells.date("recommended"),
        contact=cells.raw("contact"),
        source=source,
    )
