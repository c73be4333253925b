"""One-time links by which a college or an inventor fills in what its holder was asked; every token here is a hash."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, insert, select, update

from api.store import tables
from matcher.store.engine import reading, writing

_TABLE = tables.links
_PATIENCE = timedelta(minutes=5)
"""After which a hand-in that has stored nothing is taken for dead."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link to one task of a holder's; `used` when a hand-in began, `landed` when what was handed in was stored."""

    token: str
    task_id: str
    holder: str
    unit: str
    made_by: str
    created: datetime
    expires: datetime
    used: datetime | None = None
    landed: datetime | None = None


class Links:
    """All links for filling in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, link: Link) -> None:
        """Keep a new link; an unused one of the same task is void."""
        earlier = delete(_TABLE).where(_TABLE.c.task_id == link.task_id, _TABLE.c.used.is_(None))
        with writing(self._engine) as connection:
            connection.execute(earlier)
            connection.execute(insert(_TABLE), asdict(link))

    def usable(self, token: str, at: datetime) -> Link | None:
        """The link of that hash, unless it was used or its time is over."""
        query = select(_TABLE).where(_TABLE.c.token == token, _free(at), _TABLE.c.expires > at)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else Link(**row._mapping)

    def of_holder(self, holder: str) -> dict[str, Link]:
        """The newest link of each of a holder's tasks, by task."""
        query = select(_TABLE).where(_TABLE.c.holder == holder).order_by(_TABLE.c.created, _TABLE.c.token)
        with reading(self._engine) as connection:
            return {row.task_id: Link(**row._mapping) for row in connection.execute(query)}

    def use(self, link: Link, at: datetime) -> bool:
        """Use it up; False where it was used, withdrawn or ran out meanwhile."""
        unused = update(_TABLE).where(_TABLE.c.token == link.token, _free(at), _TABLE.c.expires > at)
        with writing(self._engine) as connection:
            return connection.execute(unused.values(used=at)).rowcount == 1

    def land(self, link: Link, at: datetime) -> None:
        """What was handed in is stored: the link is used up for good."""
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(_TABLE.c.token == link.token).values(landed=at))

    def give_back(self, link: Link) -> None:
        """What was handed in could not be taken, or more is to follow: the link may be used again."""
        with writing(self._engine) as connection:
            connection.execute(update(_TABLE).where(_TABLE.c.token == link.token).values(used=None))

    def withdraw(self, task_id: str, holder: str) -> bool:
        """Void the unused link of a holder's task; whether there was one."""
        unused = delete(_TABLE).where(
            _TABLE.c.task_id == task_id, _TABLE.c.holder == holder, _TABLE.c.used.is_(None)
        )
        with writing(self._engine) as connection:
            return connection.execute(unused).rowcount > 0


def _free(at: datetime) -> ColumnElement[bool]:
    """Not used, or by a process that died before it had stored anything."""
    return _TABLE.c.used.is_(None) | (_TABLE.c.landed.is_(None) & (_TABLE.c.used < at - _PATIENCE))
