"""Which needs are to be 匿名 and whether their enterprises have agreed to what others will see.

What is written here is written along with the need, in one transaction.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from api.store import tables
from matcher.store.editing import Along
from matcher.store.engine import reading

_TABLE = tables.confirmations


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One need's; `shown`: the words agreed to, empty until then."""

    need_id: str
    asked: datetime
    shown: str = ""
    by: str = ""
    confirmed: datetime | None = None


class Confirmations:
    """All confirmations of the service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, need_id: str) -> Confirmation | None:
        """What is known of a need's."""
        with reading(self._engine) as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.need_id == need_id)).first()
        return None if row is None else Confirmation(**row._mapping)

    def waiting(self) -> list[str]:
        """The needs whose enterprises have not said anything yet, by id."""
        query = select(_TABLE.c.need_id).where(_TABLE.c.confirmed.is_(None)).order_by(_TABLE.c.need_id)
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())


def asking(need_id: str, at: datetime) -> Along:
    """Wait for the enterprise's word, whatever it said before."""

    def ask(connection: Connection) -> None:
        dropping(need_id)(connection)
        connection.execute(insert(_TABLE), asdict(Confirmation(need_id, at)))

    return ask


def dropping(need_id: str) -> Along:
    """The need is no longer to be 匿名."""

    def drop(connection: Connection) -> None:
        connection.execute(delete(_TABLE).where(_TABLE.c.need_id == need_id))

    return drop


def confirming(need_id: str, shown: str, by: str, at: datetime) -> Along:
    """Note what was agreed to."""

    def confirm(connection: Connection) -> None:
        waiting = update(_TABLE).where(_TABLE.c.need_id == need_id, _TABLE.c.confirmed.is_(None))
        connection.execute(waiting.values(shown=shown, by=by, confirmed=at))

    return confirm
