"""Public needs as the goods of a feed: 公开 in full, 匿名 by industry and region under another number, others not at all."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from api.feeds.offers import Standing
from matcher.domain import Confidentiality, Enterprise, Need
from matcher.importing.lines import line_of
from matcher.matches import NeedMatches
from matcher.matchlists.exports.audience import anonymised
from matcher.store.database import Store

_TOLD = frozenset({Confidentiality.PUBLIC, Confidentiality.ANONYMOUS})
_ANONYMOUS_FIELDS = ("title", "industry", "region", "confidentiality")


class Gone(StrEnum):
    """Why a need is not told any more. Withdrawn and made confidential read alike: which it was is nobody's concern."""

    EXPIRED = "已过有效期"
    SIGNED = "已签约"
    REMOVED = "已撤回或不再公开"


@dataclass(frozen=True, slots=True)
class Needs:
    """Stored needs by `公开:id` and `匿名:id`, so that a need whose confidentiality changes leaves one and enters the other.

    `secret` numbers the 匿名 ones: their own ids may name the enterprise, and reappear once they are 公开.
    """

    store: Store
    secret: str

    def version(self) -> str:
        """Of needs, their enterprises, and which of them have been signed."""
        signed = "".join(sorted(self.store.outcomes.signed_needs()))
        data = self.store.data_version("needs", "enterprises")
        return f"{data} {hashlib.blake2b(signed.encode(), digest_size=8).hexdigest()}"

    def digests(self) -> dict[str, str]:
        """Of what is told of each, and of whether it is closed."""
        signed, enterprises = self.store.outcomes.signed_needs(), self._enterprises()
        return {
            _key(need): _digest(self._line(need, enterprises), need.valid_until, need.id in signed)
            for need in self.store.needs.all()
            if need.confidentiality in _TOLD
        }

    def standings(self, ids: Iterable[str], on: date) -> dict[str, Standing]:
        """How these stand on a day."""
        wanted = list(ids)
        needs, signed = (
            self.store.needs.many([_need_id(id_) for id_ in wanted]),
            self.store.outcomes.signed_needs(),
        )
        return {id_: _standing(needs.get(_need_id(id_)), id_, signed, on) for id_ in wanted}

    def lines(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What is told of each of these that may be told now, as a line of an import."""
        needs, enterprises = self.store.needs.many([_need_id(id_) for id_ in ids]), self._enterprises()
        return {
            _key(need): self._line(need, enterprises)
            for need in needs.values()
            if need.confidentiality in _TOLD
        }

    def number(self, id_: str) -> str:
        """The number under which others know it; without the secret nobody finds the need behind a 匿名 one."""
        confidentiality, _, need_id = id_.partition(":")
        if confidentiality == Confidentiality.PUBLIC:
            return need_id
        return "NM" + hmac.new(self.secret.encode(), need_id.encode(), hashlib.sha256).hexdigest()[:16]

    def _enterprises(self) -> Mapping[str, Enterprise]:
        return {one.id: one for one in self.store.enterprises.all()}

    def _line(self, need: Need, enterprises: Mapping[str, Enterprise]) -> dict[str, Any]:
        if need.confidentiality is Confidentiality.ANONYMOUS:
            found = NeedMatches(need, enterprises.get(need.enterprise_id), ())
            line = line_of(anonymised(found, self.number(_key(need))).need)
            return {name: line[name] for name in _ANONYMOUS_FIELDS if name in line}
        return {name: value for name, value in line_of(need).items() if name != "own_id"}


def _key(need: Need) -> str:
    return f"{need.confidentiality}:{need.id}"


def _need_id(id_: str) -> str:
    return id_.partition(":")[2]


def _digest(line: Mapping[str, Any], until: date | None, signed: bool) -> str:
    return hashlib.blake2b(repr((line, until, signed)).encode(), digest_size=16).hexdigest()


def _standing(need: Need | None, id_: str, signed: frozenset[str], on: date) -> Standing:
    if need is None or _key(need) != id_:
        return Standing(Gone.REMOVED)
    if need.id in signed:
        return Standing(Gone.SIGNED)
    if need.valid_until is not None and need.valid_until < on:
        return Standing(Gone.EXPIRED)
    return Standing("", need.valid_until and need.valid_until + timedelta(1))
