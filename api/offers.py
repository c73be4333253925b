"""Keeps the feed of transferable patents true: whatever data or time have changed gets a new number."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from api.store.feed import Change, Feed
from matcher.domain import Transaction
from matcher.programme.transferable import PASSED, Gone, Offer, offer
from matcher.store.database import Store

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Offers:
    """The feed and the records that it is about; `refresh` costs a pass over the rows only where something changed."""

    store: Store
    feed: Feed
    lock: Lock

    def refresh(self, at: datetime) -> None:
        """Bring the feed up to the data and the day of `at`."""
        with self.lock:
            for _ in range(_ATTEMPTS):
                state = self.feed.state()
                # Taken before reading: what lands meanwhile is found the next time.
                seen = f"{self.store.data_version('patents', 'transactions')} {at.date()}"
                if state.seen == seen or self.feed.advance(state, seen, self._changes(at), at):
                    return

    def offers(self, ids: list[str], at: datetime) -> dict[str, Offer]:
        """What is offered of these patents now; those that are not in the store have gone."""
        patents = self.store.patents.many(ids)
        deals = self.store.transactions.by_patent(patents)
        return {
            id_: offer(patents[id_], deals.get(id_, ()), at.date())
            if id_ in patents
            else Offer(Gone.REMOVED, None)
            for id_ in ids
        }

    def _changes(self, at: datetime) -> dict[str, Change]:
        """Every patent whose row, deals or day differ from what the feed holds, as it is now, unnumbered."""
        held, passed = self.feed.held(), self._passed()
        digests = {id_: _digest(row, passed.get(id_, ())) for id_, row in self.store.patents.rows()}
        due = {
            id_ for id_, change in held.items() if change.review is not None and change.review <= at.date()
        }
        stale = [
            id_
            for id_, digest in digests.items()
            if id_ in due or id_ not in held or held[id_].digest != digest
        ]
        found: dict[str, Change] = {}
        patents = self.store.patents.many(stale)
        for id_, patent in patents.items():
            now = offer(patent, passed.get(id_, ()), at.date())
            known = held.get(id_)
            number = known.number if known else 0
            found[id_] = Change(id_, number, at, digests[id_], now.gone is None, now.review)
        for id_, change in held.items():
            if id_ not in digests and change.offered:
                found[id_] = replace(change, digest="", offered=False, review=None)
        return found

    def _passed(self) -> dict[str, list[Transaction]]:
        found: dict[str, list[Transaction]] = defaultdict(list)
        for deal in self.store.transactions.all():
            if deal.kind in PASSED:
                found[deal.patent_id].append(deal)
        return found


def _digest(row: bytes, deals: list[Transaction] | tuple[()]) -> str:
    stated = "".join(f"{deal.id}{deal.on}{deal.buyer}" for deal in deals)
    return hashlib.blake2b(row + stated.encode(), digest_size=16).hexdigest()
