"""Turns records of the past into judgements, and says which records are no evidence, and why.

A deal is a transfer of rights between strangers: assignment, any licence, investment. Name and address changes and
pledges are none; moves within a group, or from a holder to its own spin-off, are reported apart. Transactions of
one kind between the same two parties within PACKAGE_DAYS of each other are one package, dated by its first day,
so that no boundary in time can split it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from eval.judgements import Judgement, some
from matcher.domain import Assessment, Enterprise, Patent, Prospect, Transaction, TransactionKind
from matcher.errors import InputError
from matcher.outcomes import Outcome, Reason, State

DEALS = frozenset(
    {
        TransactionKind.ASSIGNMENT,
        TransactionKind.ORDINARY_LICENCE,
        TransactionKind.SOLE_LICENCE,
        TransactionKind.EXCLUSIVE_LICENCE,
        TransactionKind.OPEN_LICENCE,
        TransactionKind.INVESTMENT,
    }
)

PACKAGE_DAYS = 30

BOUGHT = 4
"""The level of a deal: strong relevance."""

ASSESSED = {Prospect.GOOD: 4, Prospect.FAIR: 3, Prospect.AVERAGE: 2, Prospect.POOR: 1}
"""The level of an enterprise's assessment."""

FOLLOWED = {State.SIGNED: 4, State.NEGOTIATING: 3, State.INTERESTED: 3}
"""The level of what became of a listed match; the other states do not say that the subject fitted."""

UNFIT = frozenset({Reason.TECHNOLOGY, Reason.MATURITY})
"""Reasons of 不合适 that speak against the subject (level 1); price, timing and the like say nothing of it."""


class Apart(StrEnum):
    """Why a record is no evidence of a match."""

    NO_DEAL = "名称、地址变更或质押，不是交易"
    RELATED = "集团内部或权利人与其关联企业之间的转移"
    NO_DATE = "没有交易日期"
    UNKNOWN_PATENT = "专利编号在数据中找不到"
    BEFORE_FILING = "交易日期早于专利申请日"
    NO_BUYER = "没有受让方或被许可方"
    UNKNOWN_BUYER = "受让方或被许可方不在企业库中"
    NOT_OFFERED = "时点上不在候选专利中（未授权、已失效或已售出）"
    NO_TEXT = "企业在时点之前没有需求或关注领域"
    SAYS_NOTHING = "对接尚无结果，或因价格、时机等未成，不说明技术是否合适"
    LATER = "发生在截止日期之后，或没有日期"


@dataclass(frozen=True, slots=True)
class SetApart:
    """A record that is not used, with the reason."""

    record_id: str
    reason: Apart


@dataclass(frozen=True, slots=True)
class Deal:
    """One package: what went from a seller to a buyer, by day and id; `buyer` is an enterprise id, or a name."""

    buyer: str
    seller: str
    kind: TransactionKind
    on: date
    transactions: tuple[Transaction, ...]


@dataclass(frozen=True, slots=True)
class Deals:
    """The packages by date, buyer and seller; and all that is set apart, by record id."""

    packages: tuple[Deal, ...]
    apart: tuple[SetApart, ...]


def deals(
    transactions: Iterable[Transaction],
    patents: Iterable[Patent],
    enterprises: Iterable[Enterprise] = (),
    groups: Mapping[str, str] | None = None,
) -> Deals:
    """Clean transactions into packages; nothing is dropped: what is no evidence stands in `apart`.

    `groups` names the group of a party by its normalised name, for relations that names do not show.
    """
    filed = {patent.id: patent.filed for patent in patents}
    known = {party_name(enterprise.name): enterprise.id for enterprise in enterprises}
    kept: dict[tuple[str, str, TransactionKind], list[Transaction]] = defaultdict(list)
    apart: list[SetApart] = []
    for transaction in transactions:
        reason = _reason(transaction, filed, groups or {})
        if reason is not None:
            apart.append(SetApart(transaction.id, reason))
            continue
        name = party_name(transaction.buyer)
        buyer = transaction.buyer_id or known.get(name, name)
        kept[buyer, party_name(transaction.seller), transaction.kind].append(transaction)
    packages = [
        deal for (buyer, seller, kind), rows in kept.items() for deal in _packages(buyer, seller, kind, rows)
    ]
    apart.sort(key=lambda one: (one.record_id, one.reason))
    return Deals(tuple(sorted(packages, key=lambda d: (d.on, d.buyer, d.seller, d.kind))), tuple(apart))


def require_deals(found: Deals) -> None:
    """Raise InputError with the reasons where no deal is left."""
    if not found.packages:
        raise InputError("没有可用的历史交易。" + "".join(sentences(found.apart)), code="no_deals")


def sentences(apart: Sequence[SetApart]) -> tuple[str, ...]:
    """One Chinese sentence for each reason, with count and examples."""
    by_reason: dict[Apart, list[str]] = defaultdict(list)
    for one in apart:
        by_reason[one.reason].append(one.record_id)
    return tuple(
        f"{len(by_reason[reason])} 条记录未计入：{reason}（{some(by_reason[reason])}）。"
        for reason in Apart
        if reason in by_reason
    )


def assessed(assessments: Iterable[Assessment], until: date | None = None) -> list[Judgement]:
    """Enterprise × patent levels from assessments; an enterprise's latest word on a patent holds.

    `until` leaves out what was said after that day, and what has no day.
    """
    latest: dict[tuple[str, str], tuple[str, str, int]] = {}
    for one in assessments:
        if one.prospect is None or (until is not None and (one.on is None or one.on > until)):
            continue
        said = (one.on.isoformat() if one.on else "", one.id, ASSESSED[one.prospect])
        pair = (one.enterprise_id, one.patent_id)
        latest[pair] = max(said, latest.get(pair, said))
    return [Judgement(who, patent, said[2]) for (who, patent), said in sorted(latest.items())]


def followed(
    outcomes: Iterable[Outcome], until: date | None = None
) -> tuple[list[Judgement], list[SetApart]]:
    """Need × patent levels from what became of listed matches, and those that say nothing.

    `until` sets apart what changed after that day.
    """
    found: list[Judgement] = []
    apart: list[SetApart] = []
    for one in outcomes:
        level = 1 if one.state is State.UNSUITABLE and one.reason in UNFIT else FOLLOWED.get(one.state)
        if until is not None and (one.changed_on is None or one.changed_on > until):
            apart.append(SetApart(one.id, Apart.LATER))
        elif level is None:
            apart.append(SetApart(one.id, Apart.SAYS_NOTHING))
        else:
            found.append(Judgement(one.need_id, one.patent_id, level))
    return found, apart


def parties(names: str) -> tuple[str, ...]:
    """The single parties of a field that may hold several."""
    return tuple(part.strip() for part in re.split(r"[;；、|]", names) if part.strip())


def party_name(name: str) -> str:
    """A party's name without what varies between registers: width, spaces, brackets, trailing separators."""
    text = unicodedata.normalize("NFKC", name)
    return re.sub(r"[\s()\[\]〔〕【】·.,;:、。]+", "", text).upper()


_FORM = re.compile(
    r"(集团)?(股份|控股)?(有限责任|有限|股份)?(公司|合伙企业有限合伙|合伙企业|分公司|总公司|集团|厂)$"
)
_INSTITUTION = re.compile(r"大学|学院|研究院|研究所|科学院|医院")
_SHORTEST = 4
"""Characters: a shorter stem is shared by strangers."""


def related(first: str, second: str, groups: Mapping[str, str]) -> bool:
    """Whether two parties are of one house by their names, or by `groups`.

    Names are related where, without legal form, one starts with the whole of the other; beside an institution
    (university, institute, hospital) only where its own name is the start. A heuristic: a spin-off under a
    name of its own is not seen.
    """
    a, b = party_name(first), party_name(second)
    if not a or not b:
        return False
    if a == b or (groups.get(a) is not None and groups.get(a) == groups.get(b)):
        return True
    short, long = sorted((_FORM.sub("", a) or a, _FORM.sub("", b) or b), key=len)
    institutional = bool(_INSTITUTION.search(long)) and not _INSTITUTION.search(short)
    return len(short) >= _SHORTEST and long.startswith(short) and not institutional


def _reason(
    transaction: Transaction, filed: Mapping[str, date | None], groups: Mapping[str, str]
) -> Apart | None:
    """Why a transaction is no deal; None where it is one."""
    if transaction.kind not in DEALS:
        return Apart.NO_DEAL
    if transaction.patent_id not in filed:
        return Apart.UNKNOWN_PATENT
    if transaction.on is None:
        return Apart.NO_DATE
    day = filed[transaction.patent_id]
    if day is not None and transaction.on < day:
        return Apart.BEFORE_FILING
    if not transaction.buyer and not transaction.buyer_id:
        return Apart.NO_BUYER
    house = any(related(seller, transaction.buyer, groups) for seller in parties(transaction.seller))
    return Apart.RELATED if house else None


def _packages(buyer: str, seller: str, kind: TransactionKind, rows: Iterable[Transaction]) -> list[Deal]:
    """Transactions of two parties as packages: a new one starts after a gap of more than PACKAGE_DAYS."""
    parts: list[list[Transaction]] = []
    last: date | None = None
    for row in sorted(rows, key=lambda row: (row.on or date.min, row.id)):
        day = row.on or date.min
        if last is None or day - last > timedelta(days=PACKAGE_DAYS):
            parts.append([])
        parts[-1].append(row)
        last = day
    return [Deal(buyer, seller, kind, part[0].on or date.min, tuple(part)) for part in parts]
