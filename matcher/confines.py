"""What an authority of one city may land: needs and enterprises of its own, whose stored records are its own too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from matcher.domain import Enterprise, Need
from matcher.importing.cells import RowRefused
from matcher.store.database import Store

Screen = Callable[[Any], Any]
"""The record as it may land; raises RowRefused."""


def confined(store: Store, city: str) -> Screen:
    """A screen for the records of `city`: an address that names the city is in it, one that states none is not.

    A need that states no address is where its stored enterprise is. Raises RowRefused for records elsewhere, needs of
    enterprises elsewhere, and numbers or names of stored records elsewhere.
    """

    def screen(record: Any) -> Any:  # noqa: ANN401 (records of any kind)
        if not isinstance(record, Need | Enterprise):
            raise RowRefused(f"{city}的账号只能登记技术需求和企业。")
        if isinstance(record, Need):
            record = _placed(store, record, city)
        if city not in record.region:
            where = f"所在地区“{record.region}”不属于{city}" if record.region else "没有写明所在地区"
            raise RowRefused(
                f"{where}，本账号只能登记{city}的记录。请核对地区，或请省级主管部门登记。", "region"
            )
        if any(city not in known.region for known in _stored(store, record)):
            raise RowRefused(
                f"编号或名称已用于{city}以外的记录，没有更改。请换一个编号，或请省级主管部门办理。", "own_id"
            )
        return record

    return screen


def _placed(store: Store, need: Need, city: str) -> Need:
    named = [name for name in (need.enterprise_id, need.enterprise) if name]
    enterprise = next(filter(None, map(store.enterprises.find, named)), None)
    if enterprise is None:
        return need
    if city not in enterprise.region:
        raise RowRefused(
            f"企业“{need.enterprise or enterprise.name}”不是{city}的企业，本账号不能替它登记需求。请核对企业。",
            "enterprise",
        )
    return need if need.region else replace(need, region=enterprise.region)


def _stored(store: Store, record: Need | Enterprise) -> list[Need | Enterprise]:
    """The stored records that this one would change."""
    if isinstance(record, Need):
        known: list[Need | Enterprise | None] = [store.needs.get(record.id)]
    else:
        keys = (record.id, record.credit_code, record.name)
        known = [store.enterprises.find(key) for key in keys if key]
    return [one for one in known if one is not None]
