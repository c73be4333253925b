"""What the texts say: likeness of meaning, and shared words. These two carry every grade."""

from __future__ import annotations

from dataclasses import dataclass

from indexes.fusion import CHANNEL_WEIGHTS
from matcher.domain import Need
from matcher.signals.contract import Candidate, Context, Reading

_TEXT_WEIGHT = 0.7
"""Of both texts together: circumstances order what the texts have found."""
_TERMS = 6
"""Shared terms quoted in a reason."""
_CLOSE = 0.5
"""Value from which the wording calls two texts close."""


@dataclass(frozen=True, slots=True)
class Semantic:
    """Likeness of meaning: the dense channel's value."""

    name: str = "semantic"
    label: str = "语义相近"
    default_weight: float = _TEXT_WEIGHT * CHANNEL_WEIGHTS["semantic"]
    textual: bool = True

    def concerns(self, need: Need, context: Context) -> bool:
        """All."""
        return True

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """The dense value as retrieval gives it."""
        value = candidate.semantic
        if value is None:
            return None

        def explain() -> str:
            near = "含义相近" if value >= _CLOSE else "含义有一定关联"
            evidence = context.evidence(need, candidate.patent)
            if evidence.related:
                pairs = "、".join(f"“{pair.need}”与“{pair.patent}”" for pair in evidence.related)
                return f"需求与专利{near}，如{pairs}"
            if evidence.sentence and not evidence.terms:
                return f"需求与专利{near}；{evidence.place}：“{evidence.sentence}”"
            return f"需求与专利“{candidate.patent.title}”{near}"

        return Reading(value, explain)


@dataclass(frozen=True, slots=True)
class Lexical:
    """Shared words: the lexical channel's value."""

    name: str = "lexical"
    label: str = "用词相同"
    default_weight: float = _TEXT_WEIGHT * CHANNEL_WEIGHTS["lexical"]
    textual: bool = True

    def concerns(self, need: Need, context: Context) -> bool:
        """All."""
        return True

    def read(self, need: Need, candidate: Candidate, context: Context) -> Reading | None:
        """The lexical value as retrieval gives it; the reason quotes the terms and the sentence they stand in."""
        value = candidate.lexical
        if value is None:
            return None

        def explain() -> str:
            evidence = context.evidence(need, candidate.patent)
            if not evidence.terms:
                return "需求与专利有共同用字" if value > 0 else "需求与专利没有共有术语"
            reason = "需求与专利共有术语：" + "、".join(evidence.terms[:_TERMS])
            if evidence.unmentioned:
                reason += "（专利文本未提及“" + "”“".join(evidence.unmentioned) + "”）"
            return f"{reason}；{evidence.place}：“{evidence.sentence}”" if evidence.sentence else reason

        return Reading(value, explain)
