"""What a list's order rests on, in one line for its cover: channels, reranker, and services outside this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from matcher.matches import NeedMatches
from matcher.matching import Matching
from matcher.settings import ServiceSettings
from models.contract import ModelSpec


@dataclass(frozen=True, slots=True)
class Methods:
    """The parts of that line that do not depend on how the reranker fared; an empty reranker: there is none."""

    channels: str
    reranker: str
    outside: tuple[str, ...]

    @classmethod
    def of(cls, matching: Matching) -> Self:
        """What a matching works with."""
        channels = "、".join(_CHANNELS[name] for name in matching.channel_weights() if name in _CHANNELS)
        reranker, outside = "", []
        if matching.reranking is not None:
            chosen, model = matching.reranking.settings, matching.reranking.model
            reranker = f"精排 {model.spec.name}（{model.fingerprint[:12]}，每项前 {chosen.candidates} 件）"
            outside += _outside(model.spec, chosen.service, "精排")
        outside += _outside(matching.embedder.spec, matching.settings.embedding.service, "语义")
        return cls(channels, reranker, tuple(outside))

    def line(self, found: Sequence[NeedMatches]) -> str:
        """Such as 语义、用词；精排 bge-reranker-v2-m3（每项前 50 件）：已精排 11 项，超出精排时限 1 项（按未精排的次序）."""
        parts = [self.channels]
        if self.reranker:
            counts = Counter(item.rerank for item in found)
            shown = "，".join(f"{note} {count} 项" for note, count in sorted(counts.items()) if note)
            parts.append(
                f"{self.reranker}：{shown or '无'}" + ("（未精排的按原次序）" if len(counts) > 1 else "")
            )
        return "；".join([*parts, *self.outside])


_CHANNELS = {"semantic": "语义", "lexical": "用词"}


def _outside(spec: ModelSpec, service: ServiceSettings, purpose: str) -> list[str]:
    if not spec.external:
        return []
    return [f"外部文本服务（{purpose}）{service.address}：只发送专利文本和公开需求，不含联系方式"]
