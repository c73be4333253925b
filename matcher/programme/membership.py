"""Which groups a workspace's patents and needs belong to: holders and enterprises as on record, industries by the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from indexes.contract import Mask
from matcher.domain import Enterprise, Holder, Need, Patent
from matcher.errors import InputError
from matcher.groups import (
    HOLDER_KINDS,
    OF_NEEDS,
    QUALIFICATIONS,
    UNCLASSIFIED,
    UNSTATED,
    Dimension,
    Group,
    city_of,
    kept,
    kind_by_name,
    qualifications,
)
from matcher.programme.industries import Industry, need_tags, patent_tags, read_industries
from matcher.store.database import Store
from matcher.workspace import Workspace

_LISTED = 40


@dataclass(frozen=True, slots=True)
class Registry:
    """Who is on record, by name and by id, and the table of key industries."""

    holders: Mapping[str, Holder]
    enterprises: Mapping[str, Enterprise]
    industries: Sequence[Industry]
    store: Store

    @classmethod
    def of(cls, store: Store, home: Path) -> Self:
        """The records of a workspace as they are now."""
        return cls(
            {one.name: one for one in store.holders.all()},
            {one.id: one for one in store.enterprises.all()},
            read_industries(home),
            store,
        )

    def industries_of(self, patent: Patent) -> tuple[str, ...]:
        """Its key industries; none: 未归类."""
        return tuple(tag.industry for tag in patent_tags(patent, self.industries)) or (UNCLASSIFIED,)

    def of_patent(self, patent: Patent) -> frozenset[Group]:
        """Its first holder's groups, and its key industries."""
        name = patent.holders[0] if patent.holders else ""
        holder = self.holders.get(name)
        return _members(
            {
                Dimension.HOLDER_KIND: [(holder.kind if holder else "") or kind_by_name(name)],
                Dimension.HOLDER_DEPARTMENT: [holder.department if holder else ""],
                Dimension.HOLDER_CITY: [
                    city_of(holder.region if holder and holder.region else patent.region)
                ],
                Dimension.PATENT_INDUSTRY: self.industries_of(patent),
            }
        )

    def of_need(self, need: Need) -> frozenset[Group]:
        """Its enterprise's groups, and its key industries."""
        enterprise = self.enterprises.get(need.enterprise_id)
        tags = [tag.industry for tag in need_tags(need, self.industries)]
        industries = _members({Dimension.NEED_INDUSTRY: tags or [UNCLASSIFIED]})
        return industries | self.of_enterprise(enterprise, need.region)

    def of_enterprise(self, enterprise: Enterprise | None, region: str = "") -> frozenset[Group]:
        """资质类型, 地市, 归口部门, 注册状态; `region` counts where the enterprise has none or is not on record."""
        return _members(
            {
                Dimension.QUALIFICATION: qualifications(enterprise.kinds if enterprise else ()),
                Dimension.ENTERPRISE_CITY: [city_of((enterprise.region if enterprise else "") or region)],
                Dimension.ENTERPRISE_DEPARTMENT: [enterprise.department if enterprise else ""],
                Dimension.REGISTRATION: [enterprise.registration if enterprise else ""],
            }
        )

    def names(self, dimension: Dimension) -> list[str]:
        """What groups of a dimension may be called: by the table of industries, else as on record and 未注明 last."""
        if dimension in (Dimension.NEED_INDUSTRY, Dimension.PATENT_INDUSTRY):
            return [*(one.name for one in self.industries), UNCLASSIFIED]
        return [*sorted(self._on_record(dimension) - {"", UNSTATED}), UNSTATED]

    def _on_record(self, dimension: Dimension) -> set[str]:
        holders, enterprises = self.holders.values(), self.enterprises.values()
        match dimension:
            case Dimension.QUALIFICATION:
                return {*QUALIFICATIONS, *(name for one in enterprises for name in qualifications(one.kinds))}
            case Dimension.ENTERPRISE_CITY:
                regions = (*(one.region for one in enterprises), *self.store.needs.distinct("region"))
                return set(map(city_of, regions))
            case Dimension.ENTERPRISE_DEPARTMENT:
                return {one.department for one in enterprises}
            case Dimension.REGISTRATION:
                return {one.registration for one in enterprises}
            case Dimension.HOLDER_KIND:
                return {*HOLDER_KINDS, *(one.kind for one in holders)}
            case Dimension.HOLDER_DEPARTMENT:
                return {one.department for one in holders}
            case _:
                regions = (*(one.region for one in holders), *self.store.patents.distinct("region"))
                return set(map(city_of, regions))

    def trouble(self, group: Group, *, everything: bool = True) -> str:
        """Why a group would keep nothing, and what it may be called instead; "" where it is known.

        Not for who may not see `everything`: what enterprises and needs there are is not told to them.
        """
        names = self.names(group.dimension)
        if group.name in names:
            return ""
        if not everything and group.dimension in OF_NEEDS - {Dimension.NEED_INDUSTRY}:
            return f"没有可以按“{group}”挑选的需求。请核对名称。"
        industry = group.dimension in (Dimension.NEED_INDUSTRY, Dimension.PATENT_INDUSTRY)
        where = "重点产业表中" if industry else f"“{group.dimension}”中"
        more = f"等 {len(names)} 个" if len(names) > _LISTED else ""
        return f"{where}没有“{group.name}”。可用：{'、'.join(names[:_LISTED])}{more}。"

    def check(self, wanted: Iterable[Group], *, everything: bool = True) -> None:
        """Raise InputError for a name that nobody has: it would silently keep nothing. `everything` as in `trouble`."""
        for group in wanted:
            if trouble := self.trouble(group, everything=everything):
                raise InputError(trouble, code="unknown_group")


def check_groups(workspace: Workspace, wanted: Sequence[Group], *, everything: bool = True) -> None:
    """Raise InputError for a group whose name is not known; `everything` as in `Registry.trouble`."""
    if wanted:
        Registry.of(workspace.store, workspace.settings.home).check(wanted, everything=everything)


def needs_of_groups(workspace: Workspace, needs: Sequence[Need], wanted: Sequence[Group]) -> list[Need]:
    """The needs that belong to the groups asked for; groups of patents ask nothing here. Raises InputError."""
    asked = [group for group in wanted if group.dimension in OF_NEEDS]
    if not asked:
        return list(needs)
    registry = Registry.of(workspace.store, workspace.settings.home)
    registry.check(asked)
    return [need for need in needs if kept(registry.of_need(need), asked)]


def rows_of_groups(workspace: Workspace, ids: Sequence[str], mask: Mask, wanted: Sequence[Group]) -> Mask:
    """The rows of `mask` (parallel to `ids`) whose patents belong to the groups asked for. Raises InputError."""
    asked = [group for group in wanted if group.dimension not in OF_NEEDS]
    if not asked:
        return mask
    registry = Registry.of(workspace.store, workspace.settings.home)
    registry.check(asked)
    found = workspace.store.patents.many(id_ for id_, stays in zip(ids, mask, strict=True) if stays)
    belonging = {id_ for id_, patent in found.items() if kept(registry.of_patent(patent), asked)}
    return np.fromiter((id_ in belonging for id_ in ids), dtype=np.bool_, count=len(ids))


def _members(names: Mapping[Dimension, Iterable[str]]) -> frozenset[Group]:
    return frozenset(
        Group(dimension, name or UNSTATED) for dimension, found in names.items() for name in found
    )
