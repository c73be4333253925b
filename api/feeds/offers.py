"""Keeps a feed true: whatever data or time have changed gets a new number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import Generic, Protocol, TypeVar

from api.store.feed import Change, Feed

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a record is offered on a day (`gone` empty, else why not) and the next day on which time may change that."""

    gone: str = ""
    review: date | None = None


class Goods(Protocol):
    """What a feed is about, by the ids under which it keeps their changes."""

    def version(self) -> str:
        """Of the data behind it: equal versions, equal goods."""

    def digests(self) -> Mapping[str, str]:
        """Every record that may be offered, with a digest of all that is told of it."""

    def standings(self, ids: Iterable[str], on: date) -> Mapping[str, Standing]:
        """How each of these stands on a day; those that are not there have gone."""


G = TypeVar("G", bound=Goods)


@dataclass(frozen=True, slots=True)
class Offers(Generic[G]):
    """A feed and what it is about; `refresh` costs a pass over the rows only where something changed."""

    goods: G
    feed: Feed
    lock: Lock

    def refresh(self, at: datetime) -> None:
        """Bring the feed up to the data and the day of `at`."""
        with self.lock:
            for _ in range(_ATTEMPTS):
                state = self.feed.state()
                # Taken before reading: what lands meanwhile is found the next time.
                seen = f"{self.goods.version()} {at.date()}"
                if state.seen == seen or self.feed.advance(state, seen, self._changes(at), at):
                    return

    def keep_up(self, at: datetime) -> None:
        """The same ahead of the next reader, where there was one before."""
        if self.feed.state().seen:
            self.refresh(at)

    def _changes(self, at: datetime) -> dict[str, Change]:
        """Every record whose digest or day differ from what the feed holds, as it is now, unnumbered."""
        held, digests = self.feed.held(), self.goods.digests()
        due = {
            id_ for id_, change in held.items() if change.review is not None and change.review <= at.date()
        }
        stale = [
            id_
            for id_, digest in digests.items()
            if id_ in due or id_ not in held or held[id_].digest != digest
        ]
        found: dict[str, Change] = {}
        for id_, now in self.goods.standings(stale, at.date()).items():
            known = held.get(id_)
            number = known.number if known else 0
            found[id_] = Change(id_, number, at, digests[id_], not now.gone, now.review)
        for id_, change in held.items():
            if id_ not in digests and change.offered:
                found[id_] = replace(change, digest="", offered=False, review=None)
        return found
