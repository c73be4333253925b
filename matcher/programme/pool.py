"""Which patents lists are made from: the screened library (资源库) once there is one, else the base library."""

from __future__ import annotations

from dataclasses import replace

from matcher.inventory import Stage
from matcher.store.database import Store
from matcher.store.filters import PatentFilter


def pooled(store: Store, chosen: PatentFilter | None, *, base: bool = False) -> PatentFilter:
    """`chosen` over the screened library; over the base library where nothing has been screened, or `base` asks for it."""
    chosen = chosen or PatentFilter()
    return chosen if base or not store.inventory.has(Stage.SCREENED) else replace(chosen, screened=True)
