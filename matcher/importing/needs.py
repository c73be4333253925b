"""Cells → technical needs."""

from __future__ import annotations

from datetime import date

from matcher.domain import Confidentiality, LicensingMode, Maturity, MaturitySource, Need
from matcher.identifiers import enterprise_id, own_key, parse_ipc
from matcher.importing.cells import Cells, RowRefused, Texts, content_id, split_phrases, titled
from matcher.importing.maturity import parse_maturity
from matcher.importing.terms import CONFIDENTIALITY, cooperation_modes, parse_modes


def read_need(cells: Cells, source: str) -> Need:
    """One need, known by its own number, else by enterprise and title. Raises RowRefused where it says nothing."""
    texts = _texts(cells)
    own_id = cells.raw("own_id")
    enterprise = cells.text("enterprise")
    enterprise_key = enterprise_id(cells.credit_code(), enterprise) or cells.raw("enterprise_own_id")
    return Need(
        id=own_key(source, own_id) or content_id("need", enterprise_key, texts.title),
        title=texts.title,
        description=texts.body,
        indicators=cells.text("indicators"),
        problem=cells.text("problem"),
        enterprise_id=enterprise_key,
        enterprise=enterprise,
        field=cells.text("field"),
        industry=cells.text("industry"),
        ipc=tuple(filter(None, (_symbol(cells, part) for part in split_phrases(cells.raw("ipc"))))),
        region=cells.raw("region"),
        budget=_budget(cells),
        modes=_modes(cells),
        cooperation=split_phrases(cells.raw("cooperation")),
        min_maturity=_min_maturity(cells),
        received=cells.date("received"),
        valid_until=_valid_until(cells),
        confidentiality=cells.read("confidentiality", CONFIDENTIALITY.one) or Confidentiality.AUTHORITY_ONLY,
        source=cells.raw("source") or source,
        own_id=own_id,
    )


def _texts(cells: Cells) -> Texts:
    """Title and description; a need that has neither is what its problem or indicators say."""
    texts = titled(cells.text("title"), cells.text("description"))
    if not texts.title:
        texts = titled("", cells.text("problem") or cells.text("indicators"))
    if not texts.title:
        raise RowRefused("缺少需求名称和需求描述。请至少填写一项后重新导入。", "title")
    return texts


def _symbol(cells: Cells, text: str) -> str | None:
    return cells.read("ipc", lambda _: parse_ipc(text))


def _budget(cells: Cells) -> float | None:
    amount = cells.amount("budget")
    return amount.high if amount else None


def _modes(cells: Cells) -> tuple[LicensingMode, ...]:
    """As stated, else what the ways of cooperation imply."""
    return cells.read("modes", parse_modes) or cooperation_modes(cells.raw("cooperation"))


def _min_maturity(cells: Cells) -> Maturity | None:
    if cells.raw("min_maturity") in ("不限", "无要求", "均可"):
        return None
    return cells.read("min_maturity", lambda value: parse_maturity(value, MaturitySource.ENTERPRISE))


def _valid_until(cells: Cells) -> date | None:
    return cells.date("valid_until", deadline=True)
