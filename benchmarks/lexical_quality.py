"""Prints what each channel and their fusion find on real needs and patents; needs MATCHER_DATA.

python -m benchmarks.lexical_quality [MODEL]
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from eval import usecases
from eval.beir import TestCollection, read_collection
from eval.comparison import interval
from eval.judgements import Ranking, Run
from eval.scoring import Mode, Scheme, Scores
from indexes.fusion import CHANNEL_WEIGHTS, CosineScale, join_fields, reciprocal_ranks, weighted_sum
from indexes.lexical import Document, LexicalIndex, LexicalSettings, Query, Stream, best
from matcher.corpus import need_text, patent_text
from matcher.text import normalise
from models.catalogue import load_model
from models.contract import Embedder, Role
from models.training.sources import held_out

Values = NDArray[np.float64]
CHARACTERS = LexicalSettings(streams={Stream.CHARACTERS: 1.0})


@dataclass(frozen=True, slots=True)
class Channels:
    """Values of both channels for every query and document, shape (queries, documents)."""

    lexical: Values
    semantic: Values

    def fused(self, weights: Mapping[str, float]) -> Values:
        both = {"lexical": self.lexical, "semantic": self.semantic}
        return weighted_sum(both, weights).scores

    def by_ranks(self) -> Values:
        fused = np.zeros_like(self.lexical)
        for row, channels in enumerate(zip(self.lexical, self.semantic, strict=True)):
            hits = reciprocal_ranks([best(channel, len(channel)) for channel in channels], fused.shape[1])
            fused[row, hits.rows] = hits.scores
        return fused


@dataclass(frozen=True, slots=True)
class Own:
    """A patent with its abstract, and whether training left the pair out."""

    text: Document
    held_out: bool

    @classmethod
    def of(cls, title: str, abstract: str) -> Own:
        return cls(Document(normalise(title), normalise(abstract)), held_out(title))


def channels(
    model: Embedder, queries: Sequence[Query], documents: Sequence[Document], stored: Sequence[Query] = ()
) -> Channels:
    index = LexicalIndex.build(documents, stored)
    vectors = embedded(model, documents, Role.PASSAGE)
    scale = CosineScale.fit(vectors)
    wanted = embedded(model, queries, Role.QUERY)
    semantic = [np.nan_to_num(scale.values(query, vectors @ query)) for query in wanted]
    return Channels(np.array([index.scores(query) for query in queries]), np.array(semantic))


def embedded(model: Embedder, texts: Sequence[Document], role: Role) -> NDArray[np.float32]:
    titles = model.encode([text.title for text in texts], role)
    return join_fields(titles, model.encode([text.body for text in texts], role))


def as_run(name: str, collection: TestCollection, scores: Values) -> Run:
    ids = [patent.id for patent in collection.patents]
    rankings = {}
    for need, row in zip(collection.needs, scores, strict=True):
        order = np.argsort(-row, kind="stable")
        rankings[need.id] = Ranking(tuple(ids[at] for at in order), row[order])
    return Run(name, rankings)


def experts(data: Path, model: Embedder) -> None:
    collection = read_collection(data / "techneed_dev")
    asked = usecases.of_collection(collection, Scheme(Mode.JUDGED, ("ndcg@10",)))
    queries = [need_text(need) for need in collection.needs]
    documents = [patent_text(patent) for patent in collection.patents]
    both = channels(model, queries, documents, stored=queries)
    characters = LexicalIndex.build(documents, queries, CHARACTERS)
    runs = [
        *usecases.baselines(collection, ("bm25-words", "bm25-chars")),
        as_run("characters, tuned", collection, np.array([characters.scores(query) for query in queries])),
        as_run("lexical", collection, both.lexical),
        as_run("semantic", collection, both.semantic),
        as_run("fused", collection, both.fused(CHANNEL_WEIGHTS)),
        as_run("reciprocal ranks", collection, both.by_ranks()),
    ]
    scores = [usecases.measure(run, asked) for run in runs]
    print(
        "techneed_dev, nDCG@10 over judged candidates; differences with 95 % intervals (paired bootstrap by need);"
        " area under the curve for level ≥ 2, all needs"
    )
    for run, one in zip(runs, scores, strict=True):
        against = [difference(one, other) for other in (scores[0], scores[2])]
        print(
            f"  {run.name:20s} {one.mean('ndcg@10'):.4f}   vs words {against[0]}   vs characters {against[1]}"
            f"   area {area(run, collection):.3f}"
        )
    cross_validated(collection, queries, documents, both, lambda run: usecases.measure(run, asked))


def area(run: Run, collection: TestCollection) -> float:
    """How often a candidate of level ≥ 2 stands above one of level 1 of the same need; mean over needs with both."""
    found = []
    for need, levels in collection.judgements.levels.items():
        ranking = run.rankings[need]
        scores = dict(zip(ranking.ids, ranking.scores, strict=True))
        ranks = rankdata([scores.get(id_, -np.inf) for id_ in levels])
        good = np.array([level >= 2 for level in levels.values()])
        if good.any() and not good.all():
            lowest = good.sum() * (good.sum() + 1) / 2
            found.append((ranks[good].sum() - lowest) / (good.sum() * (~good).sum()))
    return float(np.mean(found))


def difference(one: Scores, other: Scores) -> str:
    found = interval(one.values["ndcg@10"] - other.values["ndcg@10"])
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def cross_validated(
    collection: TestCollection,
    queries: Sequence[Query],
    documents: Sequence[Document],
    both: Channels,
    measured: Callable[[Run], Scores],
) -> None:
    """Ten folds by need: bigrams' weight and the channels' weights chosen on nine, measured on the tenth."""
    tried: list[Values] = []
    for bigrams in (0.0, 0.8, 2.0, 4.0):
        settings = replace(LexicalSettings(), streams={Stream.CHARACTERS: 1.0, Stream.BIGRAMS: bigrams})
        index = LexicalIndex.build(documents, queries, settings)
        lexical = np.array([index.scores(query) for query in queries])
        for weight in (0.35, 0.5, 0.65, 0.8):
            fused = replace(both, lexical=lexical).fused({"lexical": weight, "semantic": 1 - weight})
            tried.append(measured(as_run("tried", collection, fused)).values["ndcg@10"])
    table = np.array(tried)
    folds = np.random.default_rng(0).permutation(table.shape[1]) % 10
    held_out = np.concatenate(
        [table[table[:, folds != fold].mean(axis=1).argmax(), folds == fold] for fold in range(10)]
    )
    means = table.mean(axis=1)
    print(
        f"  fused, {len(table)} settings: {means.min():.4f} to {means.max():.4f}; cross-validated by need",
        end=" ",
    )
    print(f"{held_out.mean():.4f}")


def focus(data: Path, model: Embedder) -> None:
    collection = read_collection(data / "focus_dev")
    asked = usecases.of_collection(collection, Scheme(Mode.FULL, ("ndcg@10", "recall@50", "recall@100")))
    queries = [
        Query("", need_text(need).body) for need in collection.needs
    ]  # no area stands above the others
    both = channels(model, queries, [patent_text(patent) for patent in collection.patents])
    print("focus_dev, full ranking of 26,911: nDCG@10, Recall@50, Recall@100")
    fused = both.fused(CHANNEL_WEIGHTS)
    for name, values in {"lexical": both.lexical, "semantic": both.semantic, "fused": fused}.items():
        scores = usecases.measure(as_run(name, collection, values), asked)
        print(f"  {name:20s}", *(f"{scores.mean(measure):.3f}" for measure in asked.scheme.measures))


def own_abstracts(name: str, patents: Iterable[Own], model: Embedder) -> None:
    """Title → own abstract; first half of the abstract → title with the second half.

    The queries are the tenth whose titles were never paired with their abstracts in training; the pool is everything.
    """
    known = {own.text.title: own for own in {own.text.body: own for own in patents}.values()}
    distinct = [own.text for own in known.values()]
    rows = np.flatnonzero([own.held_out for own in known.values()])
    halves = [(text.body[: len(text.body) // 2], text.body[len(text.body) // 2 :]) for text in distinct]
    tasks = {
        "title → abstract": (
            [Query(distinct[row].title) for row in rows],
            [Document("", text.body) for text in distinct],
        ),
        "half → title + half": (
            [Query("", halves[row][0]) for row in rows],
            [Document(text.title, half[1]) for text, half in zip(distinct, halves, strict=True)],
        ),
    }
    for task, (queries, documents) in tasks.items():
        both = channels(model, queries, documents)
        ranks = [
            1 + (values > values[np.arange(len(rows)), rows][:, None]).sum(axis=1)
            for values in (both.lexical, both.semantic, both.fused(CHANNEL_WEIGHTS))
        ]
        found = [rank <= 10 for rank in ranks]
        mrr = " / ".join(f"{(1 / rank).mean():.3f}" for rank in ranks)
        alone = f"{(found[0] & ~found[1]).mean():.1%} / {(found[1] & ~found[0]).mean():.1%}"
        print(
            f"  {name}, {task:20s} {len(rows):4d} queries  {mrr}   found in the top 10 by one channel alone: {alone}"
        )


def city(data: Path) -> list[Own]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(data / "patents" / "taian_1985_2015.xlsx"))
    cells = book.get_sheet_by_index(0).to_python()[1:]
    return [Own.of(str(row[0]), str(row[5])) for row in cells if len(str(row[5])) > 30]


def industry(data: Path) -> list[Own]:
    with (data / "patents" / "industry_4097.jsonl").open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines if line.strip()]
    return [
        Own.of(record["title"], record["abstract"])
        for record in records
        if record["title"] and record["abstract"]
    ]


def main() -> None:
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    model = load_model(sys.argv[1] if len(sys.argv) > 1 else "patent-need-static-zh")
    data = Path(folder)
    experts(data, model)
    focus(data, model)
    print("own abstracts: MRR lexical / semantic / fused; lexical / semantic alone")
    own_abstracts("city", city(data), model)
    own_abstracts("industry", industry(data), model)


if __name__ == "__main__":
    main()
