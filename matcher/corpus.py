"""Records → the texts that models and indexes read, in two fields, and what a model of one's own is trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from indexes.contract import Vectors
from indexes.fusion import join_fields
from indexes.postings import Document, Query
from matcher.domain import Enterprise, Need, Patent
from matcher.errors import ModelError
from matcher.outgoing import OutgoingEmbedder, may_leave
from matcher.text import normalise
from models.contract import Embedder, ModelSpec, ModelUnusable
from models.training.sources import Document as TrainingDocument
from models.training.sources import main_ipc

Encoder = Callable[[list[str]], Vectors]
FOCUS = "关注领域"
"""Source of the needs that stand for focus areas."""


def patent_text(patent: Patent) -> Document:
    """What a patent says of itself: title; abstract (else first claim), application scenario, keywords."""
    body = [patent.abstract or patent.first_claim, patent.scenario, " ".join(patent.keywords)]
    return Document(normalise(patent.title), normalise("。".join(filter(None, body))))


@lru_cache(maxsize=512)  # an explanation asks again for each of its matches
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
    joined. A contextual model reads both at once. Raises ModelError where the model answers wrongly or not at all.
    """
    try:
        if spec.kind == "static":
            titles = encode([text.title for text in texts])
            return join_fields(titles, encode([text.body for text in texts]))
        return encode([joined(text) for text in texts])
    except ModelUnusable as error:
        raise ModelError(str(error)) from error


def need_vectors(needs: Sequence[Need], embedder: Embedder, encode: Encoder) -> Vectors:
    """One unit vector a need, shape (len(needs), dimension).

    What may not leave this machine is not even handed to a model outside it (nor to a cache of its answers): such
    needs get a zero row and are matched by their words.
    """
    vectors = np.zeros((len(needs), embedder.spec.dimension), dtype=np.float32)
    open_ = [row for row, need in enumerate(needs) if not embedder.spec.external or may_leave(need)]
    texts = [need_text(needs[row]) for row in open_]
    if isinstance(embedder, OutgoingEmbedder):
        embedder.release(map(joined, texts))
    if texts:
        vectors[open_] = text_vectors(texts, embedder.spec, encode)
    return vectors


def focus_needs(enterprises: Iterable[Enterprise]) -> list[Need]:
    """Each focus area of an enterprise as a need of its own, so that one search serves both.

    No form asks whether a focus area may be shown: like a need that states nothing, it is 仅主管部门.
    """
    return [
        Need(
            id=f"{enterprise.id}#关注{number}",
            title=area,
            enterprise_id=enterprise.id,
            enterprise=enterprise.name,
            region=enterprise.region,
            industry=enterprise.industry,
            modes=enterprise.modes,
            source=FOCUS,
        )
        for enterprise in enterprises
        for number, area in enumerate(enterprise.focus_areas, start=1)
    ]


def training_documents(patents: Iterable[Patent], needs: Iterable[Need]) -> Iterator[TrainingDocument]:
    """What a model of one's own learns from: every patent, and every need as an abstract under its title."""
    for patent in patents:
        text = patent_text(patent)
        ipc = main_ipc(patent.ipc[0]) if patent.ipc else ""
        yield TrainingDocument(text.title, text.body, " ".join(patent.keywords), ipc)
    for need in needs:
        wanted = need_text(need)
        yield TrainingDocument(wanted.title, wanted.body)
