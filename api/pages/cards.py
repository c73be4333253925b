"""Matches as pages show them: the rows of the exports, with the shared terms to highlight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.access.audiences import Audience
from matcher.matches import MatchList
from matcher.matchlists.exports import list_rows
from matcher.matchlists.exports.cover import grade_note
from matcher.matchlists.exports.rows import MatchRow, NeedRow
from matcher.signals.contract import Evidence
from matcher.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Card:
    """One match; `terms` are those that need and patent share or that are near in meaning."""

    row: MatchRow
    terms: tuple[str, ...]
    reasons: tuple[str, ...]
    risks: tuple[str, ...]
    internal: bool
    contact: bool
    """Whether the contact department may be shown."""


@dataclass(frozen=True, slots=True)
class NeedCards:
    """One need with its cards, best first."""

    row: NeedRow
    cards: tuple[Card, ...]
    grades: str
    """Whether the grades are calibrated, in one sentence."""
    stored: bool
    """Whether it is a need with a page of its own; focus areas and texts have none."""


def need_cards(found: MatchList, audience: Audience, workspace: Workspace) -> list[NeedCards]:
    """Every need that the audience may see, in the list's order."""
    rows = list_rows(found, audience.preset, audience.recipient)
    stored = workspace.store.needs.many(need.id for need in rows.needs)
    grades = grade_note(rows)
    return [
        NeedCards(need, _cards(need.lines, audience, workspace), grades, need.id in stored)
        for need in rows.needs
    ]


def _cards(rows: Sequence[MatchRow], audience: Audience, workspace: Workspace) -> tuple[Card, ...]:
    """The cards of one need."""
    if not rows:
        return ()
    # Asked of the need as the audience sees it: an anonymous one has no words left to quote.
    found = workspace.matching().evidence(rows[0].match.need, [row.match.patent for row in rows])
    return tuple(_card(row, evidence, audience) for row, evidence in zip(rows, found, strict=True))


def _card(row: MatchRow, evidence: Evidence, audience: Audience) -> Card:
    return Card(
        row=row,
        terms=(*evidence.terms, *(pair.patent for pair in evidence.related)),
        reasons=lines(row.reasons),
        risks=lines(row.risks),
        internal=audience.preset.internal,
        contact=audience.shows_contacts,
    )


def lines(text: str) -> tuple[str, ...]:
    """The lines of a cell, without the circled numbers that stand for list items there."""
    return tuple(line.lstrip("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳") for line in text.splitlines())
