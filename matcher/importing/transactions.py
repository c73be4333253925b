"""Cells → past transactions."""

from __future__ import annotations

from matcher.domain import EncumbranceKind, Transaction, TransactionKind
from matcher.errors import InputError
from matcher.identifiers import enterprise_id, own_key
from matcher.importing.assessments import patent_reference
from matcher.importing.cells import Cells, RowRefused, content_id
from matcher.importing.terms import LICENCE_EVENT, LICENCES, TRANSACTION_KINDS, is_ended, word_key

_LICENCE_KINDS = {
    EncumbranceKind.ORDINARY_LICENCE: TransactionKind.ORDINARY_LICENCE,
    EncumbranceKind.SOLE_LICENCE: TransactionKind.SOLE_LICENCE,
    EncumbranceKind.EXCLUSIVE_LICENCE: TransactionKind.EXCLUSIVE_LICENCE,
    EncumbranceKind.OPEN_LICENCE: TransactionKind.OPEN_LICENCE,
}


def read_transaction(cells: Cells, source: str) -> Transaction:
    """One event, known by its own number, else by patent, kind, day and buyer.

    Raises RowRefused where the patent or the kind is not known.
    """
    patent = patent_reference(cells)
    kind = _kind(cells)
    on = cells.date("on")
    own_id = cells.raw("own_id")
    buyer = cells.raw("assignee") or cells.raw("licensee")
    return Transaction(
        id=own_key(source, own_id) or content_id("transaction", patent, kind, on or "", buyer),
        patent_id=patent,
        kind=kind,
        on=on,
        seller=cells.raw("seller"),
        buyer=buyer,
        buyer_id=enterprise_id(cells.credit_code(), buyer),
        until=cells.date("until", deadline=True),
        fee=cells.fee(),
        region=cells.raw("region"),
        source=source,
        own_id=own_id,
    )


def _kind(cells: Cells) -> TransactionKind:
    """As stated; a licence by its type, ordinary where it has none; else by which party the row names."""
    stated = cells.raw("kind")
    if is_ended(stated):
        raise RowRefused(f"“{stated}”是注销或解除，不是交易。", "kind")
    try:
        if stated:
            return TRANSACTION_KINDS.one(stated)
    except InputError as error:
        if not LICENCE_EVENT.search(word_key(stated)):
            raise RowRefused(f"{error}其他事件（如终止、注销、著录变更）不是交易。", "kind") from error
    if stated or cells.raw("licensee") or cells.raw("licence_kind"):
        return _licence(cells)
    if cells.raw("assignee"):
        return TransactionKind.ASSIGNMENT
    raise RowRefused("缺少交易类型。请填写转让、普通许可、排他许可、独占许可、开放许可或作价入股。", "kind")


def _licence(cells: Cells) -> TransactionKind:
    kind = cells.read("licence_kind", LICENCES.one)
    if kind is None:
        cells.warn("kind", "未写明许可类型，按普通许可导入。")
        return TransactionKind.ORDINARY_LICENCE
    return _LICENCE_KINDS[kind]
