"""What a bureau's own past teaches a text model, and what is kept from it to prove whether it learned anything.

Evidence are deals, assessments and the follow-up of lists, each a statement that a patent answers an enterprise to a
level on a day. The later part of it is held out, together with every enterprise that occurs there: training sees
neither those days nor those needs. The held-out enterprises are divided in two halves: one says when to stop, the
other is measured once, before and after.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from eval.evidence import Witnesses
from eval.history import ASSESSED, BOUGHT, deals, followed
from eval.judgements import RELEVANT, Judgement, Judgements, Ranking, Run, judgements
from eval.replay import SOLD, masked, offered, queries_at
from eval.scoring import Mode, Scheme, score
from eval.splits import folds
from indexes.lexical import LexicalIndex
from indexes.postings import Document, Query
from matcher.corpus import joined, need_text, patent_text
from matcher.domain import Need, Patent
from matcher.errors import InputError
from models.contract import Embedder, Role
from models.training.adapt import Triple

HELD = 0.25
"""Share of the positive evidence, the latest, that is held out."""
POOL = 2_000
"""Patents ranked for a held-out need: those that answer one, the likeliest by their words, and random others."""
_ALIKE = 50
_NEGATIVES = slice(2, 30)
"""Ranks of the lexical channel from which hard negatives are drawn: the very first may fit unsaid."""
_PER_POSITIVE = 2
_TITLES = 20_000
MEASURES = ("mrr", "ndcg@10", "recall@50")


@dataclass(frozen=True, slots=True)
class Least:
    """Below these numbers nothing can be learned or proved."""

    pairs: int = 50
    """Need–patent pairs to learn from."""
    needs: int = 20
    """Held-out enterprises."""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: a patent answers an enterprise to a level, on a day; `source` says who said so."""

    enterprise_id: str
    patent_id: str
    level: int
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Held:
    """Needs of the day of the cut, the patents they are ranked among, and what was said later."""

    needs: tuple[Need, ...]
    patents: tuple[Patent, ...]
    judgements: Judgements


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned from, what says when to stop, and what proves it."""

    cut: date
    triples: tuple[Triple, ...]
    stop: Held
    proof: Held
    counts: Mapping[str, int]
    """Training pairs by source."""

    def sentence(self) -> str:
        """The material in Chinese."""
        learned = "、".join(f"{source} {count} 对" for source, count in self.counts.items())
        return (
            f"训练（{self.cut} 及以前）：{learned}；留出（之后，企业不重复）：{len(self.stop.needs)} 家用于早停，"
            f"{len(self.proof.needs)} 家用于验证，每家在 {len(self.proof.patents)} 件专利中排序。"
        )


def gather(found: Witnesses, before: date, least: Least | None = None, seed: int = 0) -> Material:
    """Divide what was said before a day; raises InputError with the counts where that is too little."""
    least = least or Least()
    said = statements(found, before)
    positive = sorted((one.on, one.enterprise_id, one.patent_id) for one in said if one.level >= RELEVANT)
    if not positive:
        raise InputError(
            f"{before} 之前没有带日期的交易、企业评价或对接结果，无法微调模型。请先导入。", code="too_little"
        )
    cut = positive[int(len(positive) * (1 - HELD)) - 1][0] if len(positive) > 1 else positive[0][0]
    pool = _offered(found, cut)
    known = _later(said, found, cut, pool)
    learned = [one for one in said if one.on <= cut and one.enterprise_id not in known.levels]
    triples = _triples(learned, found, pool, seed)
    counts = dict(Counter(one.source for one in triples.used))
    pairs = sum(counts.values())
    if pairs < least.pairs or len(known.levels) < least.needs:
        raise InputError(
            f"可用于微调的数据太少：{cut} 及以前的需求—专利 {pairs} 对（至少 {least.pairs} 对），之后可供验证的企业 "
            f"{len(known.levels)} 家（至少 {least.needs} 家）。请导入更多历史交易和企业评价后再试；目前建议沿用原模型。",
            code="too_little",
        )
    titles = _titles(found.past.patents, cut, seed)
    halves = folds(known.levels, 2, seed)
    stop, proof = (_held(half, found, known, pool, cut) for half in halves)
    counts["题名—摘要"] = len(titles)
    return Material(cut, (*triples.triples, *titles), stop, proof, counts)


def statements(found: Witnesses, before: date) -> list[Said]:
    """Everything dated that says how well a patent answers an enterprise, before a day, by day and ids."""
    past = found.past
    enterprises = {enterprise.id for enterprise in past.enterprises}
    said: list[Said] = []
    for deal in deals(past.transactions, past.patents, past.enterprises, past.groups).packages:
        said += [
            Said(deal.buyer, part.patent_id, BOUGHT, part.on or deal.on, "交易") for part in deal.transactions
        ]
    said += [
        Said(one.enterprise_id, one.patent_id, ASSESSED[one.prospect], one.on, "企业评价")
        for one in found.assessments
        if one.prospect is not None and one.on is not None
    ]
    owners = {need.id: need.enterprise_id for need in past.needs}
    days = {(one.need_id, one.patent_id): one.changed_on for one in found.outcomes}
    for one in followed(found.outcomes)[0]:
        day = days[one.need_id, one.candidate_id]
        if day is not None:
            said.append(Said(owners.get(one.need_id, ""), one.candidate_id, one.level, day, "对接结果"))
    kept = [one for one in said if one.on < before and one.enterprise_id in enterprises]
    return sorted(kept, key=lambda one: (one.on, one.enterprise_id, one.patent_id, one.source))


def ranked(embedder: Embedder, held: Held, name: str) -> Run:
    """The held-out needs' patents by cosine, best first, ties by id."""
    documents = embedder.encode([joined(patent_text(patent)) for patent in held.patents], Role.PASSAGE)
    queries = embedder.encode([joined(need_text(need)) for need in held.needs], Role.QUERY)
    ids = np.array([patent.id for patent in held.patents])
    rankings = {}
    for need, cosines in zip(held.needs, queries.astype(np.float64) @ documents.T, strict=True):
        order = np.lexsort((ids, -cosines))
        rankings[need.id] = Ranking(tuple(ids[order].tolist()), cosines[order])
    return Run(name, rankings)


def stopping_measure(embedder: Embedder, held: Held) -> float:
    """Mean reciprocal rank over the half that says when to stop."""
    return score(ranked(embedder, held, "stop"), held.judgements, Scheme(Mode.FULL, ("mrr",))).mean("mrr")


def _offered(found: Witnesses, cut: date) -> dict[str, Patent]:
    """The patents that could be had on the day of the cut, as they were then, by id in ascending order."""
    gone = {
        t.patent_id for t in found.past.transactions if t.kind in SOLD and t.on is not None and t.on <= cut
    }
    patents = sorted(found.past.patents, key=lambda patent: patent.id)
    return {p.id: masked(p, cut) for p in patents if p.id not in gone and offered(p, cut)}


def _later(said: Iterable[Said], found: Witnesses, cut: date, pool: Mapping[str, Patent]) -> Judgements:
    """What was said after the cut of patents on offer then, by enterprises that had said what they want."""
    asking = {need.id for need in queries_at(found.past.enterprises, found.past.needs, cut)}
    best: dict[tuple[str, str], int] = {}
    for one in said:
        pair = (one.enterprise_id, one.patent_id)
        if one.on > cut and one.enterprise_id in asking and one.patent_id in pool:
            best[pair] = max(best.get(pair, 0), one.level)
    known = judgements(Judgement(*pair, level) for pair, level in best.items())
    return known.of_needs(known.needs_with(RELEVANT))


@dataclass(frozen=True, slots=True)
class _Triples:
    triples: tuple[Triple, ...]
    used: tuple[Said, ...]
    """The positive statements behind them."""


def _triples(said: Sequence[Said], found: Witnesses, pool: Mapping[str, Patent], seed: int) -> _Triples:
    """Each positive beside hard negatives: what the enterprise turned down, else what shares its words."""
    random = np.random.default_rng(seed)
    patents = {patent.id: patent for patent in found.past.patents}
    enterprises = {enterprise.id: enterprise for enterprise in found.past.enterprises}
    needs = defaultdict(list)
    for need in found.past.needs:
        needs[need.enterprise_id].append(need)
    answers, refused = defaultdict(set), defaultdict(list)
    for one in said:
        if one.level >= RELEVANT:
            answers[one.enterprise_id].add(one.patent_id)
        elif one.patent_id in patents:
            refused[one.enterprise_id].append(joined(patent_text(patents[one.patent_id])))
    words = _Words(list(pool.values()))
    triples: dict[Triple, None] = {}
    used: list[Said] = []
    for one in said:
        asked = queries_at(
            [enterprises[one.enterprise_id]], needs[one.enterprise_id], one.on - timedelta(days=1)
        )
        if one.level < RELEVANT or not asked or one.patent_id not in patents:
            continue
        passage = joined(patent_text(masked(patents[one.patent_id], one.on)))
        alike = words.alike(need_text(asked[0]), answers[one.enterprise_id])[_NEGATIVES]
        chosen = [alike[n] for n in random.permutation(len(alike))]
        negatives = [text for text in (*refused[one.enterprise_id], *chosen) if text != passage][
            :_PER_POSITIVE
        ]
        for negative in negatives or [""]:
            triples[Triple(joined(need_text(asked[0])), passage, negative)] = None
        used.append(one)
    return _Triples(tuple(triples), tuple(used))


class _Words:
    """The lexical channel over the patents on offer."""

    def __init__(self, patents: Sequence[Patent]) -> None:
        self._patents = patents
        self._texts: list[Document] = [patent_text(patent) for patent in patents]
        self._index = LexicalIndex.build(self._texts) if patents else None

    def rows(self, query: Query, k: int) -> list[int]:
        """The k best rows, equal values in row order; none without a shared word."""
        if self._index is None:
            return []
        values = self._index.scores(query)
        best = np.argsort(-values, kind="stable")[:k]
        return [int(row) for row in best if values[row] > 0]

    def alike(self, query: Query, answers: set[str]) -> list[str]:
        """Texts that share the query's words, best first, but for those that answer it and their namesakes."""
        titles = {p.title for p in self._patents if p.id in answers}
        return [
            joined(self._texts[row])
            for row in self.rows(query, _NEGATIVES.stop + len(answers))
            if self._patents[row].id not in answers and self._patents[row].title not in titles
        ]


def _titles(patents: Iterable[Patent], cut: date, seed: int) -> list[Triple]:
    """Title and abstract of the patents that were public by the cut; at most a sample."""
    found = []
    for patent in sorted(patents, key=lambda patent: patent.id):
        public = patent.published or patent.granted
        text = patent_text(patent)
        if patent.abstract and text.title and (public is None or public <= cut):
            found.append(Triple(text.title, text.body))
    chosen = np.random.default_rng(seed).permutation(len(found))[:_TITLES]
    return [found[row] for row in sorted(chosen.tolist())]


def _held(
    ids: Sequence[str], found: Witnesses, known: Judgements, pool: Mapping[str, Patent], cut: date
) -> Held:
    """One half of what is held out; the patents are a pool of at most POOL around what the needs may find."""
    queries = {need.id: need for need in queries_at(found.past.enterprises, found.past.needs, cut)}
    needs = tuple(queries[identifier] for identifier in ids)
    judged = known.of_needs(ids)
    patents = list(pool.values())
    kept = {patent for levels in judged.levels.values() for patent in levels}
    if len(patents) > POOL:
        words = _Words(patents)
        for need in needs:
            kept |= {patents[row].id for row in words.rows(need_text(need), _ALIKE)}
        for row in np.random.default_rng(0).permutation(len(patents)):
            if len(kept) >= POOL:
                break
            kept.add(patents[row].id)
    else:
        kept |= pool.keys()
    return Held(needs, tuple(pool[identifier] for identifier in sorted(kept)), judged)
