"""Cells → service institutions."""

from __future__ import annotations

from matcher.domain import ServiceInstitution
from matcher.identifiers import squeezed
from matcher.importing.cells import Cells, RowRefused, split_phrases


def read_service(cells: Cells, source: str) -> ServiceInstitution:
    """One institution, known by its name. Raises RowRefused where it has no name, or says neither 类型 nor 产品."""
    name = cells.text("name")
    if not name:
        raise RowRefused("缺少机构名称。请补充后重新导入。", "name")
    if not (cells.raw("kind") or cells.raw("products")):
        raise RowRefused("机构类型和产品都没有填写，无法对接。请至少填写一项。", "kind")
    return ServiceInstitution(
        id=squeezed(name),
        name=name,
        kind=cells.text("kind"),
        industries=split_phrases(cells.text("industries")),
        products=split_phrases(cells.text("products")),
        region=cells.raw("region"),
        contact=cells.raw("contact"),
        source=source,
    )
