"""The candidates that an event's newest list was chosen from, kept beside the store: what tuning chooses from again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from matcher.events import Scope
from matcher.matches import MatchList
from matcher.sealed import seal, unseal
from matcher.store.records import restored


@dataclass(frozen=True, slots=True)
class Pool:
    """All candidates of one version of an event's list, and the scope they were looked for in."""

    list_id: str
    scope: Scope
    candidates: MatchList


def keep(home: Path, pool: Pool) -> None:
    """Put a pool in the place of the event's older one; it can be made again, so backups leave it out."""
    seal(_file(home, pool.list_id), orjson.dumps(pool))


def kept(home: Path, list_id: str) -> Pool | None:
    """The pool of that version, where it is the event's newest and was not lost."""
    file = _file(home, list_id)
    if not file.is_file():
        return None
    found = _read(file, file.stat().st_mtime_ns)
    return found if found is not None and found.list_id == list_id else None


@lru_cache(1)
def _read(file: Path, written: int) -> Pool | None:
    """Read once: of a large event this takes seconds."""
    content = unseal(file)
    return None if content is None else restored(Pool, orjson.loads(content))


def _file(home: Path, list_id: str) -> Path:
    return home / "pools" / f"{list_id.rpartition('-')[0]}.gz"
