"""What a cross-encoder says of need and patent read together; known only where one is set up and came in time."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.domain import Need
from matcher.signals.contract import Candidate, Context, Reading

_HIGH = 0.5


@dataclass(frozen=True, slots=True)
class Rerank:
    """Relevance of the pair, in [0, 1]; without a reranker it has no weight."""

    name: str = "rerank"
    label: str = "精排相关"
    default_weight: float = 0.0
    textual: bool = True

    def concerns(self, need: Need, context: Context) -> bool:
        """All."""
        return True

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """The cross-encoder's relevance, where it has scored the pair."""
        value = candidate.rerank
        if value is None:
            return None
        wording = "通读需求与专利全文，内容相关" if value >= _HIGH else "通读需求与专利全文，内容关联较弱"
        return Reading(value, lambda: wording)
