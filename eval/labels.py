"""Judgements from all that a workspace knows: deals, assessments and what became of listed matches, with their hygiene.

A query is an enterprise where deals and assessments speak, and a need where a list was followed up. Where two sources
differ on one pair the stronger holds: a deal over the follow-up over an assessment; how many differed is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eval.evidence import Witnesses
from eval.history import BOUGHT, Apart, SetApart, assessed, deals, followed, sentences
from eval.judgements import LEVELS, Judgement, Judgements, judgements, some
from matcher.errors import InputError


class Source(StrEnum):
    """Who says that a patent fits, the strongest first."""

    TRANSACTIONS = "transactions"
    OUTCOMES = "outcomes"
    ASSESSMENTS = "assessments"


LABELS = {Source.TRANSACTIONS: "历史交易", Source.OUTCOMES: "对接结果", Source.ASSESSMENTS: "企业评价"}


@dataclass(frozen=True, slots=True)
class Labels:
    """Judgements with what was counted, merged and set apart on the way."""

    judgements: Judgements
    counts: dict[Source, int]
    """Pairs by source, before merging."""
    packages: int
    """Deals after packages were put together."""
    differing: tuple[str, ...]
    """Pairs on which two sources differ."""
    apart: tuple[SetApart, ...]

    def sentences(self) -> tuple[str, ...]:
        """The hygiene report in Chinese, a line each."""
        levels = Counter(level for judged in self.judgements.levels.values() for level in judged.values())
        lines = [f"{LABELS[source]}：{count} 对。" for source, count in self.counts.items()]
        if self.packages:
            lines.append(
                f"交易归并为 {self.packages} 笔（同一双方同类交易相隔不超过 30 天的为一笔，不跨时点拆分）。"
            )
        shares = "，".join(
            f"{level} {LEVELS[level]} {levels[level]}" for level in sorted(levels, reverse=True)
        )
        lines.append(f"共 {len(self.judgements.levels)} 个查询、{len(self.judgements)} 对标注：{shares}。")
        if self.differing:
            lines.append(
                f"{len(self.differing)} 对在不同来源中等级不同（{some(self.differing)}），"
                "以成交为先、对接结果次之、评价最后。"
            )
        return (*lines, *sentences(self.apart))


def gather(
    found: Witnesses, sources: Collection[Source] = tuple(Source), until: date | None = None
) -> Labels:
    """Judge every pair that the sources speak of; raises InputError where none does."""
    parts = {source: _read(found, source, until) for source in Source if source in sources}
    kept: dict[tuple[str, str], Judgement] = {}
    differing: list[str] = []
    for part in parts.values():
        for one in part.judgements:
            before = kept.setdefault((one.need_id, one.candidate_id), one)
            if before.level != one.level:
                differing.append(f"{one.need_id} × {one.candidate_id}：{before.level} 与 {one.level}")
    apart = tuple(one for part in parts.values() for one in part.apart)
    if not kept:
        raise InputError(
            "没有可用的标注："
            + "、".join(LABELS[source] for source in parts)
            + "中没有可判定的记录。"
            + "".join(sentences(apart)),
            code="empty",
        )
    return Labels(
        judgements(kept.values()),
        {
            source: len({(one.need_id, one.candidate_id) for one in part.judgements})
            for source, part in parts.items()
        },
        sum(part.packages for part in parts.values()),
        tuple(differing),
        apart,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What one source says."""

    judgements: Sequence[Judgement]
    apart: Sequence[SetApart]
    packages: int = 0


def _read(found: Witnesses, source: Source, until: date | None) -> _Part:
    if source is Source.OUTCOMES:
        return _Part(*followed(found.outcomes, until))
    if source is Source.ASSESSMENTS:
        dated = [one for one in found.assessments if until is None or (one.on and one.on <= until)]
        late = {one.id for one in found.assessments} - {one.id for one in dated}
        return _Part(assessed(dated), [SetApart(identifier, Apart.LATER) for identifier in sorted(late)])
    return _deals(found, until)


def _deals(found: Witnesses, until: date | None) -> _Part:
    past = found.past
    history = deals(past.transactions, past.patents, past.enterprises, past.groups)
    known = {enterprise.id for enterprise in past.enterprises}
    said: list[Judgement] = []
    apart = list(history.apart)
    packages = 0
    for deal in history.packages:
        if until is not None and deal.on > until:
            reason = Apart.LATER
        elif deal.buyer not in known:
            reason = Apart.UNKNOWN_BUYER
        else:
            packages += 1
            said += [Judgement(deal.buyer, part.patent_id, BOUGHT) for part in deal.transactions]
            continue
        apart += [SetApart(part.id, reason) for part in deal.transactions]
    return _Part(said, apart, packages)
