"""What a university is shown of its own patents: priorities of the inventory and advice before annual fees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace

from matcher.availability import lapsed
from matcher.domain import Patent, Prospect
from matcher.errors import NotFound
from matcher.matches import Grade
from matcher.matching import Progress
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.programme.demand import match_all
from matcher.programme.industries import patent_tags, read_industries
from matcher.programme.inventory_form import number_of
from matcher.programme.priorities import FeeAdvice, Priority, Wanted, fee_advice, priorities
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace

_FAVOURABLE = frozenset({Prospect.GOOD, Prospect.FAIR})
_C = Setting.CENTRE


def inventory_priorities(
    workspace: Workspace, as_of: date, holders: Sequence[str], progress: Progress
) -> list[Priority]:
    """Which of the holders' patents to inventory first; raises NotFound and NotReady."""
    patents = _patents(workspace, as_of, holders)
    return priorities(
        patents, workspace.store.inventory.all(), _wanted(workspace, patents, as_of, progress), as_of
    )


def annual_fees(
    workspace: Workspace, as_of: date, holders: Sequence[str], progress: Progress
) -> list[FeeAdvice]:
    """Advice on every in-force patent of the holders, by the day of its next annual fee; raises NotFound, NotReady."""
    patents = _patents(workspace, as_of, holders)
    return fee_advice(
        patents, workspace.store.inventory.all(), _wanted(workspace, patents, as_of, progress), as_of
    )


def _patents(workspace: Workspace, as_of: date, holders: Sequence[str]) -> list[Patent]:
    found = workspace.store.patents.all(PatentFilter(holders=tuple(holders)))
    patents = [patent for patent in found if not lapsed(patent, as_of)]
    if not patents:
        raise NotFound(f"没有{'、'.join(holders)}的有效专利。请核对专利权人全称。")
    return patents


def _wanted(
    workspace: Workspace, patents: Sequence[Patent], as_of: date, progress: Progress
) -> dict[str, Wanted]:
    store = workspace.store
    ids = [patent.id for patent in patents]
    matches = match_all(workspace, as_of, Grade.RECOMMENDED, progress).by_patent()
    assessments = store.assessments.by_patent(ids, as_of)
    deals = store.transactions.by_patent(ids, as_of)
    table = read_industries(workspace.settings.home)
    return {
        patent.id: Wanted(
            tuple(matches.get(patent.id, ())),
            len({one.enterprise_id for one in assessments.get(patent.id, ()) if one.prospect in _FAVOURABLE}),
            tuple(deals.get(patent.id, ())),
            patent_tags(patent, table),
        )
        for patent in patents
    }


def priority_page(found: Sequence[Priority]) -> Page:
    """The order of the inventory, with the reasons."""
    columns = (
        Column("次序", "place", 6, _C),
        Column("专利号", "number", 20),
        Column("专利名称", "title", 34),
        Column("所属学院", "college", 16),
        Column("发明人", "inventors", 18),
        Column("需求企业数", "enterprises", 9, _C),
        Column("需求数", "needs", 8, _C),
        Column("理由", "reason", 60),
    )
    rows = [
        SimpleNamespace(
            place=place,
            number=number_of(one.patent),
            title=one.patent.title,
            college=one.patent.college,
            inventors="、".join(one.patent.inventors[:3]),
            enterprises=one.enterprises,
            needs=one.needs,
            reason=one.reason,
        )
        for place, one in enumerate(found, 1)
    ]
    return Page(
        "盘点次序", columns, rows, "尚未自评的有效专利；需求企业多的在前，其次需求数、重点产业、剩余保护期"
    )


def fee_page(found: Sequence[FeeAdvice]) -> Page:
    """The advice, by the day of the next annual fee."""
    columns = (
        Column("下次年费期限", "due", 12, Setting.DATE),
        Column("专利号", "number", 20),
        Column("专利名称", "title", 34),
        Column("所属学院", "college", 16),
        Column("建议", "advice", 14, _C),
        Column("理由", "reason", 60),
    )
    rows = [
        SimpleNamespace(
            due=one.due,
            number=number_of(one.patent),
            title=one.patent.title,
            college=one.patent.college,
            advice=one.advice.value,
            reason=one.reason,
        )
        for one in found
    ]
    note = "年费期限按申请日推算，以专利登记簿和缴费通知为准；是否维持由专利权人决定"
    return Page("年费与维持建议", columns, rows, note)
