"""Sets a past day up again: what was known then and what was bought afterwards, without a leak between the two.

At a cut, candidates are the patents that were granted, in force and not yet sold, each shown with what nothing after
its grant changes (FIXED); its holders and encumbrances are those of the cut; needs are those received by then.
One query stands for one enterprise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

from eval.history import BOUGHT, Apart, Deal, SetApart, deals, parties, party_name, require_deals
from eval.judgements import Judgement, Judgements, judgements, some
from eval.splits import Cut
from matcher.corpus import FOCUS
from matcher.domain import (
    IN_FORCE,
    Enterprise,
    LegalStatus,
    Need,
    Patent,
    Transaction,
    TransactionKind,
)
from matcher.errors import InputError
from matcher.programme.membership import Registry
from matcher.term import expiry

FIXED = frozenset(
    {
        "id", "title", "abstract", "first_claim", "application_number", "publication_number", "type", "filed",
        "published", "granted", "inventors", "ipc", "locarno", "keywords", "funded", "source", "own_id",
    }
)  # fmt: skip
"""Fields of a patent that stand from its grant on; all others are set back or emptied, for every patent alike."""

SET_BACK = frozenset({"holders", "status", "status_date", "encumbrances"})
"""Fields that are shown as of the cut."""

MASKED = {one.name: one.default for one in fields(Patent) if one.name not in FIXED | SET_BACK}

SOLD = frozenset({TransactionKind.ASSIGNMENT, TransactionKind.INVESTMENT, TransactionKind.EXCLUSIVE_LICENCE})
"""Deals after which nobody else can have the patent."""

CONVEYED = frozenset({TransactionKind.ASSIGNMENT, TransactionKind.INVESTMENT})
"""Deals that make the buyer the holder: what is invested has to be made over (公司法第49条)."""


@dataclass(frozen=True, slots=True)
class Past:
    """All records that a replay starts from."""

    patents: Sequence[Patent]
    enterprises: Sequence[Enterprise]
    needs: Sequence[Need]
    transactions: Sequence[Transaction]
    groups: Mapping[str, str] = field(default_factory=dict)
    """Group by normalised party name, for relations that names do not show."""
    registry: Registry | None = None
    """By which groups results are told apart; None: by none."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A past day set up again: what was known, and what was bought afterwards.

    `needs` have their enterprise's id as their own; `cold` are those without an earlier deal.
    """

    cut: Cut
    needs: tuple[Need, ...]
    patents: tuple[Patent, ...]
    judgements: Judgements
    cold: frozenset[str]
    deals: Mapping[str, int]
    """Number of earlier deals by patent id."""
    apart: tuple[SetApart, ...]
    bought: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """IPC symbols of what each enterprise had bought by the cut."""
    chosen: frozenset[str] | None = None
    """Ids of the needs that are asked for; None: all."""

    @property
    def asked(self) -> tuple[Need, ...]:
        """The needs whose lists are made; the others lend their words to the statistics only."""
        return tuple(need for need in self.needs if self.chosen is None or need.id in self.chosen)

    @property
    def silent(self) -> tuple[Need, ...]:
        """The needs that are not asked for."""
        return tuple(need for need in self.needs if self.chosen is not None and need.id not in self.chosen)


@dataclass(frozen=True, slots=True)
class Leak:
    """A field that holds what nobody could know at the cut."""

    record_id: str
    field: str


def replay(past: Past, cut: Cut) -> Replay:
    """Set up the day of the cut; raises InputError where nothing bought afterwards could have been found."""
    history = deals(past.transactions, past.patents, past.enterprises, past.groups)
    require_deals(history)
    gone = [deal for deal in history.packages if deal.on <= cut.on]
    sold = {part.patent_id for deal in gone if deal.kind in SOLD for part in deal.transactions}
    holders = _holders_at(past.patents, past.transactions, cut.on)
    pool = [
        masked(replace(patent, holders=holders[patent.id]), cut.on)
        for patent in past.patents
        if patent.id not in sold and offered(patent, cut.on)
    ]
    pool.sort(key=lambda patent: patent.id)
    queries = {need.id: need for need in queries_at(past.enterprises, past.needs, cut.on)}
    later = [deal for deal in history.packages if cut.on < deal.on <= cut.until]
    found, apart = _positives(later, queries, pool, {e.id for e in past.enterprises})
    if not found:
        raise InputError(
            f"{cut.on} 之后到 {cut.until} 没有可评测的交易：{len(later)} 笔交易的买方或专利在时点上都不在候选中。",
            code="empty",
        )
    known = judgements(found)
    result = Replay(
        cut,
        tuple(queries[identifier] for identifier in sorted(queries)),
        tuple(pool),
        known,
        frozenset(known.levels) - {deal.buyer for deal in gone},
        Counter(part.patent_id for deal in gone for part in deal.transactions),
        (*history.apart, *apart),
        _bought(gone, past.patents),
    )
    require_no_leaks(result)
    return result


def _bought(gone: Iterable[Deal], patents: Iterable[Patent]) -> dict[str, tuple[str, ...]]:
    ipc = {patent.id: patent.ipc for patent in patents}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for deal in gone:
        for part in deal.transactions:
            found[deal.buyer] |= dict.fromkeys(ipc.get(part.patent_id, ()))
    return {buyer: tuple(symbols) for buyer, symbols in found.items()}


def offered(patent: Patent, on: date) -> bool:
    """Whether a patent was granted and in force on a day, as far as the record shows."""
    if patent.granted is None or patent.granted > on:
        return False
    dead = patent.status is not None and patent.status not in IN_FORCE
    if dead and (patent.status_date is None or patent.status_date <= on):
        return False
    end = expiry(patent)
    return end is None or on < end


def masked(patent: Patent, on: date) -> Patent:
    """The patent as of a day: in force, with the encumbrances of then, and nothing that was stated later."""
    begun = tuple(
        e
        for e in patent.encumbrances
        if e.since is not None and e.since <= on and not (e.until and e.until <= on)
    )
    return replace(patent, **MASKED, status=LegalStatus.GRANTED, status_date=on, encumbrances=begun)  # type: ignore[arg-type]


def queries_at(enterprises: Iterable[Enterprise], needs: Iterable[Need], on: date) -> list[Need]:
    """One query an enterprise: its needs received by then and its focus areas, which carry no day.

    Enterprises that had said nothing by then have no query; needs without a day are not used.
    """
    received: dict[str, list[Need]] = defaultdict(list)
    for need in sorted(needs, key=lambda need: need.id):
        if need.received is not None and need.received <= on:
            received[need.enterprise_id].append(need)
    found = (_query(enterprise, received[enterprise.id]) for enterprise in enterprises)
    return [query for query in found if query.title]


def _query(enterprise: Enterprise, own: Sequence[Need]) -> Need:
    """Its needs with the focus areas as their field; focus areas alone are topics (`corpus.need_text`)."""
    details = (text for need in own for text in (need.description, need.problem, need.indicators))
    areas = "；".join(enterprise.focus_areas)
    return Need(
        enterprise.id,
        title="；".join(need.title for need in own) or areas,
        description="。".join(filter(None, details)),
        field=areas if own else "",
        source="" if own else FOCUS,
        ipc=tuple(dict.fromkeys(symbol for need in own for symbol in need.ipc)),
        enterprise_id=enterprise.id,
        enterprise=enterprise.name,
        industry=enterprise.industry,
        region=enterprise.region,
        received=max((need.received for need in own if need.received), default=None),
    )


def leaks(found: Replay) -> tuple[Leak, ...]:
    """Every field of a replay that shows what came after its cut."""
    on = found.cut.on
    wrong_needs = [Leak(need.id, "received") for need in found.needs if need.received and need.received > on]
    names = {need.id: party_name(need.enterprise) for need in found.needs}
    buyers: dict[str, set[str]] = defaultdict(set)
    for need_id, judged in found.judgements.levels.items():
        for identifier in judged:
            buyers[identifier].add(names.get(need_id, ""))
    return (*wrong_needs, *(leak for p in found.patents for leak in _patent_leaks(p, on, buyers[p.id])))


def _patent_leaks(patent: Patent, on: date, buyers: set[str]) -> Iterator[Leak]:
    wrong = {name: getattr(patent, name) != default for name, default in MASKED.items()}
    wrong["granted"] = patent.granted is None or patent.granted > on
    wrong["status"] = patent.status is not LegalStatus.GRANTED
    wrong["status_date"] = patent.status_date is None or patent.status_date > on
    wrong["encumbrances"] = any(e.since is None or e.since > on for e in patent.encumbrances)
    wrong["holders"] = not buyers.isdisjoint(map(party_name, patent.holders))
    return (Leak(patent.id, name) for name, is_wrong in wrong.items() if is_wrong)


def require_no_leaks(found: Replay) -> None:
    """Raise InputError where the replay shows what came after its cut."""
    wrong = leaks(found)
    if wrong:
        shown = some([f"{leak.record_id} 的 {leak.field}" for leak in wrong])
        raise InputError(
            f"评测数据泄露了时点 {found.cut.on} 之后的信息：共 {len(wrong)} 处（{shown}）。请屏蔽这些字段后再评测。",
            code="leak",
        )


def _by(transaction: Transaction, on: date) -> bool:
    return transaction.on is not None and transaction.on <= on


def _holders_at(
    patents: Iterable[Patent], transfers: Iterable[Transaction], on: date
) -> dict[str, tuple[str, ...]]:
    """The holders on a day: whoever sold first afterwards, else whoever bought last before, else those of the record."""
    holders = {patent.id: patent.holders for patent in patents}
    dated = [t for t in transfers if t.kind in CONVEYED and t.on is not None]
    ordered = sorted(dated, key=lambda t: (t.on or date.min, t.id))
    for transfer in ordered:
        if _by(transfer, on) and transfer.buyer:
            holders[transfer.patent_id] = parties(transfer.buyer)
    for transfer in reversed(ordered):
        if not _by(transfer, on):
            holders[transfer.patent_id] = parties(transfer.seller)
    return holders


def _positives(
    later: Iterable[Deal], queries: Mapping[str, Need], pool: Iterable[Patent], enterprises: set[str]
) -> tuple[list[Judgement], list[SetApart]]:
    holders = {patent.id: set(map(party_name, patent.holders)) for patent in pool}
    found: list[Judgement] = []
    apart: list[SetApart] = []
    for deal in later:
        for part in deal.transactions:
            if deal.buyer not in queries:
                reason = Apart.NO_TEXT if deal.buyer in enterprises else Apart.UNKNOWN_BUYER
            elif part.patent_id not in holders:
                reason = Apart.NOT_OFFERED
            elif party_name(queries[deal.buyer].enterprise) in holders[part.patent_id]:
                reason = Apart.RELATED
            else:
                found.append(Judgement(deal.buyer, part.patent_id, BOUGHT))
                continue
            apart.append(SetApart(part.id, reason))
    return found, apart
