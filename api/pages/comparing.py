"""对比: up to four patents side by side, as answers to a text or to a stored need; made to be printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.access import audiences
from api.access.policy import Operation, allowed_need, allowed_patent
from api.pages.cards import NeedCards, lines, need_cards
from api.pages.posting import SearchForm
from api.pages.rendering import page
from api.serving import Serving, caller_of
from matcher import usecases
from matcher.domain import Patent
from matcher.errors import InputError
from matcher.matches import Grade, MatchList
from matcher.matchlists.exports import wording
from matcher.matchlists.exports.rows import MatchRow
from matcher.store.filters import PatentFilter
from matcher.term import expiry

router = APIRouter(include_in_schema=False)

MOST = 4
"""Patents that stand beside each other on a page of paper."""
Picked = Annotated[list[Annotated[str, Form(max_length=200)]], Form(alias="compare", max_length=50)]


@dataclass(frozen=True, slots=True)
class Column:
    """One patent in the comparison; `why` says why it is not among the answers, where it is not."""

    patent: Patent
    grade: str
    reasons: tuple[str, ...]
    terms: tuple[str, ...]
    why: str
    row: MatchRow | None
    score: float
    number: str
    fee: str
    maturity: str
    left: str


@router.post("/compare")
def compare(
    serving: SearchForm,
    picked: Picked = [],  # noqa: B006 (FastAPI copies defaults)
    text: Annotated[str, Form(max_length=20_000)] = "",
    need: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The chosen patents side by side. Raises InputError for fewer than two or more than four, and NotFound."""
    ids = tuple(dict.fromkeys(picked))
    if not 2 <= len(ids) <= MOST:
        raise InputError(f"请勾选 2 至 {MOST} 件专利再对比；现在勾选了 {len(ids)} 件。", code="compare_count")
    stored, caller = serving.workspace.store.patents.many(ids), caller_of(serving)
    patents = {id_: allowed_patent(caller, Operation.READ_PATENT, stored.get(id_), id_) for id_ in ids}
    found = _answers(serving, text, need, ids)
    [cards] = need_cards(found, audiences.of_search(caller), serving.workspace)
    columns = [_column(patents[id_], cards, serving.at.date()) for id_ in ids]
    columns.sort(key=lambda column: ([*map(str, Grade), ""].index(column.grade), -column.score))
    title = found.needs[0].need.title
    return page(serving, "compare.html", columns=columns, title=title, grades=cards.grades)


def _answers(serving: Serving, text: str, need_id: str, ids: tuple[str, ...]) -> MatchList:
    """How the chosen patents answer, whatever their grade."""
    asked = replace(serving.list_request(None, MOST), floor=Grade.NOT_RECOMMENDED)
    if not need_id:
        return usecases.match_text(serving.workspace, text, asked, PatentFilter(ids=ids))
    stored = serving.workspace.store.needs.get(need_id)
    allowed_need(caller_of(serving), Operation.READ_NEED, stored, need_id)
    return usecases.match_need(serving.workspace, need_id, asked, PatentFilter(ids=ids))


def _column(patent: Patent, found: NeedCards, today: date) -> Column:
    card = next((one for one in found.cards if one.row.match.patent.id == patent.id), None)
    out = next((one for one in found.row.kept_out if one.row.match.patent.id == patent.id), None)
    row = card.row if card else out.row if out else None
    return Column(
        patent,
        grade=row.grade if card and row else "",
        reasons=card.reasons if card else lines(row.reasons) if row else (),
        terms=card.terms if card else (),
        why=out.why if out else "" if card else "与所写内容没有可比的共同点",
        row=row,
        score=row.match.score if row else 0.0,
        number=wording.patent_number(patent),
        fee=wording.fee_text(patent.fee),
        maturity=wording.maturity_text(patent.maturity),
        left=remaining(patent, today),
    )


def remaining(patent: Patent, today: date) -> str:
    """How long a patent still runs: years and months, with the day on which it ends."""
    end = expiry(patent)
    if end is None:
        return wording.UNVERIFIED
    months = (end.year - today.year) * 12 + end.month - today.month - (end.day < today.day)
    if end <= today:
        return f"已届满（{end}）"
    parts = ((months // 12, "年"), (months % 12, "个月"))
    left = " ".join(f"{count} {unit}" for count, unit in parts if count)
    return f"还有 {left}（{end} 届满）" if left else f"不足 1 个月（{end} 届满）"
