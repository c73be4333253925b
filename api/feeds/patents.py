"""Transferable patents as the goods of a feed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from api.feeds.offers import Standing
from matcher.domain import Transaction
from matcher.programme.transferable import PASSED, Gone, offer
from matcher.store.database import Store


@dataclass(frozen=True, slots=True)
class Patents:
    """All stored patents, and the deals by which they passed to others."""

    store: Store

    def version(self) -> str:
        """Of patents and transactions."""
        return self.store.data_version("patents", "transactions")

    def digests(self) -> dict[str, str]:
        """Of each patent's row and deals."""
        passed: dict[str, list[Transaction]] = defaultdict(list)
        for deal in self.store.transactions.all():
            if deal.kind in PASSED:
                passed[deal.patent_id].append(deal)
        return {id_: _digest(row, passed.get(id_, ())) for id_, row in self.store.patents.rows()}

    def standings(self, ids: Iterable[str], on: date) -> dict[str, Standing]:
        """What is offered of these patents on a day."""
        wanted = list(ids)
        patents = self.store.patents.many(wanted)
        deals = self.store.transactions.by_patent(patents)
        found = {}
        for id_ in wanted:
            now = offer(patents[id_], deals.get(id_, ()), on) if id_ in patents else None
            found[id_] = Standing(str(now.gone or ""), now.review) if now else Standing(Gone.REMOVED)
        return found


def _digest(row: bytes, deals: Iterable[Transaction]) -> str:
    stated = "".join(f"{deal.id}{deal.on}{deal.buyer}" for deal in deals)
    return hashlib.blake2b(row + stated.encode(), digest_size=16).hexdigest()
