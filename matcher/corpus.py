"""Records → the texts that models and indexes read, in two fields: title and body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from indexes.contract import Vectors
from indexes.fusion import join_fields
from indexes.postings import Document, Query
from matcher.domain import Confidentiality, Enterprise, Need, Patent
from matcher.text import normalise
from models.contract import ModelSpec

Encoder = Callable[[list[str]], Vectors]
FOCUS = "关注领域"
"""Source of the needs that stand for focus areas."""


def patent_text(patent: Patent) -> Document:
    """What a patent says of itself: title; abstract (else first claim), application scenario, keywords."""
    body = [patent.abstract or patent.first_claim, patent.scenario, " ".join(patent.keywords)]
    return Document(normalise(patent.title), normalise("。".join(filter(None, body))))


def need_text(need: Need) -> Query:
    """What a need asks for: title; description, problem, indicators and field.

    A focus area is a topic without a title: several in one title field would drown each other.
    """
    if need.source == FOCUS:
        return Query("", normalise(need.title))
    body = [need.description, need.problem, need.indicators, need.field]
    return Query(normalise(need.title), normalise("。".join(filter(None, body))))


def joined(text: Document) -> str:
    """Both fields as one text, for models that read one."""
    return "。".join(filter(None, (text.title, text.body)))


def text_vectors(texts: Sequence[Document], spec: ModelSpec, encode: Encoder) -> Vectors:
    """One unit vector a text, shape (len(texts), dimension); zero where it holds nothing that the model knows.

    A static model averages words, so that a title drowns in its body: each is encoded apart and the two vectors are
    joined. A contextual model reads both at once.
    """
    if spec.kind == "static":
        titles = encode([text.title for text in texts])
        return join_fields(titles, encode([text.body for text in texts]))
    return encode([joined(text) for text in texts])


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
            source=FOCUS,
        )
        for enterprise in enterprises
        for number, area in enumerate(enterprise.focus_areas, start=1)
    ]
