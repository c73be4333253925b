"""Where a ranker may be used: under the settings, the model, the index and the kind of texts that it was made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import fsum, isnan
from pathlib import Path

from indexes.postings import Document, Query
from matcher.corpus import patent_text, text_vectors
from matcher.domain import Patent
from matcher.matching import Matching
from matcher.ranker import RankerArtefact, applied, in_collection
from matcher.retrieval import Collection
from matcher.settings import RankingSettings, Settings
from matcher.signals.table import weighted
from models.contract import Embedder, Role

SHIPPED = Path(__file__).with_name("shipped_ranker.json")
"""Made by `matcher train ranker`; its provenance stands in it."""

TITLES, BODIES, MIXED = "专利标题", "专利标题与摘要", "部分专利有摘要"
_SAMPLE = 400
_NEARLY_NONE, _NEARLY_ALL = 0.05, 0.95
_MUCH_LARGER = 2
"""Times the collection of the judgements: beyond, strangers reach a value more often than the calibration says."""
_TOLERANCE = 1e-3
"""More than machines differ by, less than any change of a constant."""

_DOCUMENTS = tuple(
    Document(title, body)
    for title, body in (
        ("一种滚动轴承的润滑脂加注装置", ""),
        ("高温合金叶片的涡流无损检测方法", "利用阵列探头扫描叶片表面，识别裂纹的深度和走向。"),
        ("污水处理厂剩余污泥的低温干化系统", "余热回收后送入干化室，降低含水率。"),
        ("锂离子电池正极材料及其制备方法", ""),
        ("基于深度学习的工业相机缺陷识别系统", "相机采集图像，网络输出缺陷类别。"),
        ("水稻秸秆还田机", ""),
    )
)
_QUERIES = (
    Query("航空发动机叶片裂纹检测", "希望在不拆卸的情况下发现叶片的细小裂纹。"),
    Query("电池材料", "提高正极材料的循环寿命。"),
    Query("轴承自动润滑", ""),
)


def probe(embedder: Embedder) -> tuple[float, ...]:
    """Both text values of fixed pairs, query by query: equal only where model and index score alike; −1 for NaN."""
    spec = embedder.spec
    vectors = text_vectors(_DOCUMENTS, spec, lambda texts: embedder.encode(texts, Role.PASSAGE))
    asked = text_vectors(_QUERIES, spec, lambda texts: embedder.encode(texts, Role.QUERY))
    ids = [str(number) for number in range(len(_DOCUMENTS))]
    collection = Collection.build(ids, _DOCUMENTS, vectors, _QUERIES)
    values: list[float] = []
    for query, vector in zip(_QUERIES, asked, strict=True):
        found = collection.score_all(query, vector, {"semantic": 0.5, "lexical": 0.5})
        order = sorted(range(len(found.rows)), key=found.rows.__getitem__)
        values += [float(channel[place]) for channel in (found.semantic, found.lexical) for place in order]
    return tuple(-1.0 if isnan(value) else round(value, 6) for value in values)


def corpus_kind(patents: Iterable[Patent]) -> str:
    """The kind of texts by the share of patents that say more than their title."""
    bodies = [bool(patent_text(patent).body) for patent in patents]
    share = sum(bodies) / max(len(bodies), 1)
    return TITLES if share <= _NEARLY_NONE else BODIES if share >= _NEARLY_ALL else MIXED


def kind_of(matching: Matching) -> str:
    """The kind of texts of a collection, from patents at even distances in id order."""
    ids = matching.collection.ids
    step = max(1, len(ids) // _SAMPLE)
    return corpus_kind(matching.source.many(ids[::step]).values())


def prior_weights(settings: Settings) -> dict[str, float]:
    """The weights in force by signal name, summing to 1."""
    items = weighted(settings.ranking.weights)
    total = fsum(item.weight for item in items)
    return {item.signal.name: item.weight / total for item in items}


def misfit(artefact: RankerArtefact, matching: Matching) -> str | None:
    """Why a ranker may not be used here, in Chinese; None where it may."""
    prior = prior_weights(matching.settings)
    if prior.keys() != artefact.prior.keys() or any(
        abs(artefact.prior[name] - weight) > 1e-6 for name, weight in prior.items()
    ):
        return "信号权重的设置与训练时不同"
    held = len(matching.collection.ids)
    if artefact.made.patents and held > _MUCH_LARGER * artefact.made.patents:
        return f"本库有专利 {held} 件，训练所用的评价只从 {artefact.made.patents} 件中选取"
    here = probe(matching.embedder)
    if len(here) != len(artefact.probe) or any(
        abs(a - b) > _TOLERANCE for a, b in zip(here, artefact.probe, strict=True)
    ):
        return f"文本模型或索引的算法与训练时（{artefact.made.model}）不同"
    kind = kind_of(matching)
    if kind != artefact.made.corpus:
        return f"专利文本类型为“{kind}”，训练时为“{artefact.made.corpus}”"
    return None


def fitted(matching: Matching, artefacts: Iterable[RankerArtefact]) -> Matching:
    """The matching under the first ranker that fits it and changes anything.

    Where none does it is 未校准, with the thresholds of a collection of its size.
    """
    useful = [artefact for artefact in artefacts if not artefact.idle]
    kind = kind_of(matching) if useful else ""
    for artefact in useful:
        # The kind of texts costs less to ask than the probe, which builds an index.
        if artefact.made.corpus == kind and misfit(artefact, matching) is None:
            return under(matching, artefact)
    ranking = matching.settings.ranking
    return _with(matching, in_collection(ranking, len(matching.collection.ids), _text_share(ranking)))


def fit_report(matching: Matching, artefacts: Mapping[str, RankerArtefact]) -> str:
    """Which ranker (by name, the first that fits) is in force, or why none is, in Chinese."""
    reasons = []
    for name, artefact in artefacts.items():
        reason = misfit(artefact, matching) or ("沿用默认权重，也没有校准" if artefact.idle else None)
        if reason is None:
            weights = "学习的权重" if artefact.learned else "默认权重"
            state = "未校准" if artefact.calibration is None else "等级已按专家评价校准"
            return f"{name}（{artefact.made.data}，{artefact.made.fitted_before} 之前）：{weights}，{state}"
        reasons.append(f"{name}未采用：{reason}")
    return "等级未校准。" + "；".join(reasons or ["没有排序模型"])


def under(matching: Matching, artefact: RankerArtefact) -> Matching:
    """The matching with a ranker's weights, thresholds and calibration."""
    ranking = matching.settings.ranking
    weights = {**prior_weights(matching.settings), **artefact.weights}
    ranking = applied(artefact, ranking, _text_share(ranking.model_copy(update={"weights": weights})))
    return replace(_with(matching, ranking), calibration=artefact.calibration)


def _text_share(ranking: RankingSettings) -> float:
    """The part of all weight that the text signals have."""
    items = weighted(ranking.weights)
    return fsum(item.weight for item in items if item.signal.textual) / fsum(item.weight for item in items)


def _with(matching: Matching, ranking: RankingSettings) -> Matching:
    settings = matching.settings
    if ranking is settings.ranking:
        return matching
    return replace(matching, settings=settings.model_copy(update={"ranking": ranking}))
