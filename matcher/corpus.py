"""Records → the texts that models and indexes read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matcher.domain import Confidentiality, Enterprise, Need, Patent
from matcher.text import normalise


@dataclass(frozen=True, slots=True)
class Text:
    """A normalised title and body; either may be empty."""

    title: str
    body: str

    def joined(self) -> str:
        """Both parts as one text, for models that read one."""
        return f"{self.title}。{self.body}" if self.title and self.body else self.title or self.body


def patent_text(patent: Patent) -> Text:
    """What a patent says of itself: title; abstract, else first claim; application scenario and keywords."""
    body = [patent.abstract or patent.first_claim, patent.scenario, " ".join(patent.keywords)]
    return Text(normalise(patent.title), normalise("。".join(filter(None, body))))


def need_text(need: Need) -> Text:
    """What a need asks for: title; description, problem, indicators and field."""
    body = [need.description, need.problem, need.indicators, need.field]
    return Text(normalise(need.title), normalise("。".join(filter(None, body))))


def focus_needs(enterprises: Iterable[Enterprise]) -> list[Need]:
    """Each focus area of an enterprise as a need of its own, so that one search serves both."""
    return [
        Need(
            id=f"{enterprise.id}#关注{number}",
            title=area,
            enterprise_id=enterprise.id,
            enterprise=enterprise.name,
            region=enterprise.region,
            industry=enterprise.industry,
            modes=enterprise.modes,
            confidentiality=Confidentiality.PUBLIC,
            source="关注领域",
        )
        for enterprise in enterprises
        for number, area in enumerate(enterprise.focus_areas, start=1)
    ]
