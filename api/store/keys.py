"""Keys of programs: the id is public, of the secret only a hash is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from api.store import tables
from matcher.store.engine import reading, writing

_TABLE = tables.keys


@dataclass(frozen=True, slots=True)
class Key:
    """One program's key; it acts for a role and subject, within `scopes` (operations, separated by spaces)."""

    id: str
    secret: str
    name: str
    role: str
    subject: str
    scopes: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None


class Keys:
    """All keys of the service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, key: Key) -> None:
        """Keep a new key."""
        with writing(self._engine) as connection:
            connection.execute(insert(_TABLE), asdict(key))

    def get(self, id: str) -> Key | None:
        """The key of that id, whatever its state."""
        with reading(self._engine) as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == id)).first()
        return None if row is None else Key(**row._mapping)

    def all(self) -> list[Key]:
        """Every key, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(_TABLE).order_by(_TABLE.c.created, _TABLE.c.id))
            return [Key(**row._mapping) for row in rows]

    def usable(self, role: str, subject: str, at: datetime) -> list[Key]:
        """The keys of one party that are neither revoked nor out of date."""
        return [
            one
            for one in self.all()
            if (one.role, one.subject) == (role, subject) and one.revoked is None and one.expires > at
        ]

    def revoke(self, id: str, at: datetime) -> bool:
        """Shut a key out for good; whether it was in use."""
        valid = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.revoked.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(valid.values(revoked=at)).rowcount == 1
