"""Replays several past days and measures them together: the evaluation on historical transactions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval import strata
from eval.comparison import Interval, compare, interval
from eval.exposure import Exposure, exposure
from eval.history import sentences
from eval.judgements import Judgements, Ranking, Run
from eval.one_page import Verdict
from eval.replay import Past, Replay, replay
from eval.report import Evaluation, Report, Stamp
from eval.scoring import Mode, Scheme, Scores, score
from eval.splits import Cut
from matcher.errors import InputError
from matcher.ranker import RankerArtefact, require_older

Answer = Callable[[Replay], Run]
"""A system: what it would have listed on that day."""

ROLLING = Scheme(Mode.FULL, ("hit@10", "ndcg@10", "mrr", "recall@10", "recall@50"))


@dataclass(frozen=True, slots=True)
class Rolled:
    """Scores over all cuts, with needs named 企业@日期 and `groups` from these to enterprises.

    `empty` says which cuts had nothing to be found, and why.
    """

    scores: Scores
    replays: tuple[Replay, ...]
    run: Run
    judgements: Judgements
    groups: Mapping[str, str]
    empty: tuple[str, ...] = ()

    def coverage(self, k: int) -> float:
        """Share of all candidates that stand in any need's top k."""
        candidates = {patent.id for one in self.replays for patent in one.patents}
        listed = {patent for ranking in self.run.rankings.values() for patent in ranking.ids[:k]}
        return len(listed & candidates) / len(candidates)


def roll(past: Past, cuts: Sequence[Cut], answer: Answer, scheme: Scheme = ROLLING, name: str = "") -> Rolled:
    """Replay every cut, answer it, and measure the needs of all cuts together under `name`, else the run's.

    Raises InputError where no cut has a deal to be found.
    """
    replays: list[Replay] = []
    empty: list[str] = []
    levels: dict[str, Mapping[str, int]] = {}
    rankings: dict[str, Ranking] = {}
    groups: dict[str, str] = {}
    for cut in cuts:
        try:
            found = replay(past, cut)
        except InputError as error:
            if error.code != "empty":
                raise
            empty.append(str(error))
            continue
        answered = answer(found)
        name = name or answered.name
        replays.append(found)
        for need, judged in found.judgements.levels.items():
            levels[f"{need}@{cut.on}"] = judged
            groups[f"{need}@{cut.on}"] = need
        rankings |= {f"{need}@{cut.on}": ranking for need, ranking in answered.rankings.items()}
    if not replays:
        raise InputError(
            f"{len(cuts)} 个时间段里都没有可评测的交易。请提供更多历史交易，或加长时间段。", code="empty"
        )
    run = Run(name, rankings)
    return Rolled(
        score(run, Judgements(levels), scheme), tuple(replays), run, Judgements(levels), groups, tuple(empty)
    )


def verdict(rolled: Rolled, chance: Rolled, keywords: Rolled, k: int = 10, seed: int = 0) -> Verdict:
    """What 一页纸 says of a rolling replay; the three were measured with hit@k and in full mode."""
    measure = f"hit@{k}"
    first, last = rolled.replays[0].cut.on, rolled.replays[-1].cut.until
    candidates = {patent.id for one in rolled.replays for patent in one.patents}
    return Verdict(
        period=f"{first} 至 {last}",
        k=k,
        needs=len(set(rolled.groups.values())),
        deals=sum(len(one.judgements) for one in rolled.replays),
        patents=len(candidates),
        hit=_interval(rolled, measure, seed),
        by_chance=_interval(chance, measure, seed),
        keywords=_interval(keywords, measure, seed),
        coverage=rolled.coverage(k),
        set_apart=len({apart.record_id for one in rolled.replays for apart in one.apart}),
    )


def baseline_answer(name: str, seed: int = 0) -> Answer:
    """A baseline as a system; popularity counts the deals before the cut."""
    from eval.baselines import BASELINES, Task

    return lambda at: BASELINES[name](Task(at.needs, at.patents, seed=seed, deals=at.deals))


def guarded(answer: Answer, artefact: RankerArtefact) -> Answer:
    """A system that uses learned weights, and refuses (InputError) a cut whose future these may have seen."""

    def older(at: Replay) -> Run:
        require_older(artefact, at.cut.on)
        return answer(at)

    return older


def report(title: str, past: Past, rolled: Sequence[Rolled], stamp: Stamp, scheme: Scheme) -> Report:
    """All systems with comparisons by enterprise; strata and exposure of the last one, the system under test."""
    evaluations = tuple(
        Evaluation(one.scores, {name: _interval(one, name, stamp.seed) for name in one.scores.values})
        for one in rolled
    )
    last, first = rolled[-1], scheme.measures[0]
    scores = [one.scores for one in rolled]
    comparisons = compare(scores, first, stamp.seed, groups=last.groups) if len(rolled) > 1 else ()
    notes = (
        *last.empty,
        *sentences(sorted({a for one in last.replays for a in one.apart}, key=lambda a: a.record_id)),
    )
    return Report(
        title,
        stamp,
        scheme,
        evaluations,
        comparisons,
        _strata(past, last, scheme, stamp.seed),
        tuple((one.scores.run, _exposure(past, one)) for one in rolled),
        notes=(*notes, _propensity(last)),
    )


def _strata(past: Past, one: Rolled, scheme: Scheme, seed: int) -> tuple[strata.Stratum, ...]:
    cold = {f"{need}@{at.cut.on}" for at in one.replays for need in at.cold}
    enterprises = {enterprise.id: enterprise for enterprise in past.enterprises}
    regions = {
        need: enterprises[e].region or "地区未知" for need, e in one.groups.items() if e in enterprises
    }
    starts = {need: "无历史交易的企业" if need in cold else "有历史交易的企业" for need in one.groups}
    types = {patent.id: patent.type.value for patent in past.patents if patent.type}
    first = scheme.measures[0]
    return (
        *strata.by_need(one.scores, first, starts, seed),
        *strata.by_need(one.scores, first, regions, seed),
        *strata.by_patent(one.run, one.judgements, scheme, types, seed),
        *strata.by_patent(
            one.run, one.judgements, scheme, strata.popularity_groups(one.judgements, _deals(one)), seed
        ),
    )


def _deals(one: Rolled) -> Mapping[str, int]:
    """Each patent's deals before the first cut: known to every replay."""
    return one.replays[0].deals


def _exposure(past: Past, one: Rolled, k: int = 10) -> Exposure:
    holders = {patent.id: "；".join(patent.holders) for at in one.replays for patent in at.patents}
    return exposure(one.run, holders, k, holders, _deals(one))


def _propensity(one: Rolled, k: int = 10) -> str:
    """Recall with and without inverse-propensity weights, as a sentence."""
    plain, weighted = (
        strata.weighted_recall(one.run, one.judgements, deals, k).mean() for deals in ({}, _deals(one))
    )
    return (
        f"{one.scores.run}：召回率@{k} 为 {plain:.3f}；按热度做逆倾向加权后为 {weighted:.3f}"
        "（成交偏向热门专利，两者相差大时以后者为准）。"
    )


def _interval(one: Rolled, name: str, seed: int) -> Interval:
    return interval(one.scores.values[name], seed, groups=[one.groups[need] for need in one.scores.need_ids])
