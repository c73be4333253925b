"""Replays several past days and measures them together: the evaluation on historical transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval import strata
from eval.comparison import Interval, compare, interval
from eval.exposure import Exposure, exposure
from eval.history import sentences
from eval.judgements import Judgements, Ranking, Run
from eval.metrics import Values
from eval.one_page import Verdict, undated
from eval.replay import Past, Replay, replay
from eval.report import Evaluation, Report, Stamp, Weighing, label, system
from eval.scoring import Mode, Scheme, Scores, score
from eval.splits import Cut
from eval.strata import Stratum
from matcher.corpus import FOCUS
from matcher.errors import InputError

Answer = Callable[[Replay], Run]
"""A system: what it would have listed on that day."""

OTHERS = 200
"""Enterprises besides the buyers whose lists are made on each day."""

DEPTH = 200
"""Results a need: more than any measure asks for."""

ROLLING = Scheme(Mode.FULL, ("hit@10", "ndcg@10", "mrr", "recall@10", "recall@50"))


@dataclass(frozen=True, slots=True)
class Days:
    """The past days of one history, set up again; `notes` say which had nothing to be found, and who was not asked."""

    replays: tuple[Replay, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rolled:
    """Scores over all cuts, with needs named 企业@日期 and `groups` from these to enterprises.

    `notes` are those of the days.
    """

    scores: Scores
    replays: tuple[Replay, ...]
    run: Run
    judgements: Judgements
    groups: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def coverage(self, k: int) -> float:
        """Share of all candidates that stand in any need's top k."""
        candidates = {patent.id for one in self.replays for patent in one.patents}
        listed = {patent for ranking in self.run.rankings.values() for patent in ranking.ids[:k]}
        return len(listed & candidates) / len(candidates)


def days(past: Past, cuts: Sequence[Cut], seed: int = 0, others: int = OTHERS) -> Days:
    """Set up every cut once; raises InputError where no cut has a deal to be found.

    All later buyers are asked for, and of the other enterprises at most `others` a day, drawn by `seed`: their lists tell
    how attention is spread, which needs no province of them.
    """
    replays: list[Replay] = []
    notes: list[str] = []
    for cut in cuts:
        try:
            found = replay(past, cut)
        except InputError as error:
            if error.code != "empty":
                raise
            notes.append(str(error))
            continue
        chosen = _chosen(found, seed, others)
        if others and len(chosen) < len(found.needs):
            notes.append(
                f"{cut.on}：{len(found.needs)} 家企业中，除 {len(found.judgements.levels)} 家后来的买方外，"
                f"抽取 {others} 家出清单，覆盖与集中程度按这些清单计算。"
            )
        replays.append(replace(found, chosen=chosen))
    if not replays:
        raise InputError(
            f"{len(cuts)} 个时间段里都没有可评测的交易。请提供更多历史交易，或加长时间段。"
            + (f"例如：{notes[0]}" if notes else ""),
            code="empty",
        )
    return Days(tuple(replays), tuple(notes))


def _chosen(found: Replay, seed: int, others: int) -> frozenset[str]:
    rest = [need.id for need in found.needs if need.id not in found.judgements.levels]
    drawn = np.random.default_rng(seed).permutation(len(rest))[:others]
    return frozenset(found.judgements.levels) | {rest[row] for row in drawn}


def roll(past: Days, answer: Answer, scheme: Scheme = ROLLING, name: str = "") -> Rolled:
    """Answer every day, and measure the needs of all days together under `name`, else the run's own."""
    levels: dict[str, Mapping[str, int]] = {}
    rankings: dict[str, Ranking] = {}
    groups: dict[str, str] = {}
    for found in past.replays:
        answered = answer(found)
        name = name or answered.name
        for need, judged in found.judgements.levels.items():
            key = need_at(need, found.cut)
            levels[key], groups[key] = judged, need
        rankings |= {need_at(need, found.cut): ranking for need, ranking in answered.rankings.items()}
    run, known = Run(name, rankings), Judgements(levels)
    return Rolled(score(run, known, scheme), past.replays, run, known, groups, past.notes)


def need_at(need: str, cut: Cut) -> str:
    """What a replayed need is called: 企业@日期."""
    return f"{need}@{cut.on}"


def verdict(rolled: Rolled, chance: Rolled, keywords: Rolled, k: int = 10, seed: int = 0) -> Verdict:
    """What 一页纸 says of a rolling replay; the three were measured with hit@k and in full mode."""
    own, by_chance, by_words = (one.scores.values[f"hit@{k}"] for one in (rolled, chance, keywords))
    first, last = rolled.replays[0].cut.on, rolled.replays[-1].cut.until
    candidates = {patent.id for one in rolled.replays for patent in one.patents}
    return Verdict(
        period=f"{first} 至 {last}",
        days=len(rolled.replays),
        k=k,
        needs=len(set(rolled.groups.values())),
        times=len(rolled.groups),
        deals=sum(len(one.judgements) for one in rolled.replays),
        patents=len(candidates),
        hit=_interval(rolled, own, seed),
        by_chance=_interval(rolled, by_chance, seed),
        keywords=_interval(rolled, by_words, seed),
        advantage=_interval(rolled, own - by_words, seed),
        coverage=rolled.coverage(k),
        set_apart=len({apart.record_id for one in rolled.replays for apart in one.apart}),
        undated=_undated(rolled),
    )


def _undated(rolled: Rolled) -> int:
    """Measured lists that were made from focus areas alone."""
    topics = {need_at(need.id, at.cut) for at in rolled.replays for need in at.asked if need.source == FOCUS}
    return len(topics & rolled.groups.keys())


def baseline_answer(name: str, seed: int = 0) -> Answer:
    """A baseline as a system; popularity counts the deals before the cut."""
    from eval.baselines import BASELINES, Task

    return lambda at: BASELINES[name](Task(at.asked, at.patents, DEPTH, seed, at.deals, at.bought, at.silent))


def report(title: str, past: Past, rolled: Sequence[Rolled], stamp: Stamp, scheme: Scheme) -> Report:
    """All systems with comparisons by enterprise; strata of the last one, the system under test."""
    evaluations = tuple(
        Evaluation(
            one.scores,
            {name: _interval(one, one.scores.values[name], stamp.seed) for name in one.scores.values},
        )
        for one in rolled
    )
    last, first = rolled[-1], scheme.measures[0]
    scores = [one.scores for one in rolled]
    comparisons = compare(scores, first, stamp.seed, groups=last.groups) if len(rolled) > 1 else ()
    apart = sorted({a for one in last.replays for a in one.apart}, key=lambda a: a.record_id)
    topics = (undated(_undated(last), len(last.groups)),) if _undated(last) else ()
    return Report(
        title,
        stamp,
        scheme,
        evaluations,
        comparisons,
        _strata(past, last, scheme, stamp.seed),
        tuple((one.scores.run, _exposure(one)) for one in rolled),
        notes=(*last.notes, *sentences(apart), *topics, *_gain(rolled, scheme, stamp.seed)),
        propensity=tuple(weighing for one in rolled for weighing in _propensity(one, stamp.seed)),
    )


def _gain(rolled: Sequence[Rolled], scheme: Scheme, seed: int) -> tuple[str, ...]:
    """What learned weights add to the product, as sentences: the two stand last."""
    if rolled[-1].scores.run != "learned":
        return ()
    pair = [one.scores for one in rolled[-2:]]
    found = (compare(pair, name, seed, groups=rolled[-1].groups)[0] for name in scheme.measures[:2])
    return tuple(
        f"{system(one.run)}与{system(one.baseline)}相比，{label(one.measure)} 差值 {one.difference.mean:+.4f}"
        f"（95% 区间 {one.difference.low:+.4f} 至 {one.difference.high:+.4f}，p = {one.p_randomisation:.3f}）。"
        for one in found
    )


def _strata(past: Past, one: Rolled, scheme: Scheme, seed: int) -> tuple[Stratum, ...]:
    cold = {need_at(need, at.cut) for at in one.replays for need in at.cold}
    enterprises = {enterprise.id: enterprise for enterprise in past.enterprises}
    regions = {
        need: enterprises[e].region or "地区未知" for need, e in one.groups.items() if e in enterprises
    }
    starts = {need: "无历史交易的企业" if need in cold else "有历史交易的企业" for need in one.groups}
    quality = {need_at(need.id, at.cut): strata.quality(need) for at in one.replays for need in at.asked}
    types = {patent.id: patent.type.value for patent in past.patents if patent.type}
    deals = _deals(one)
    places = () if past.registry else (regions,)  # the registry's groups tell cities apart
    by_need = (
        strata.by_need(one.scores, scheme.measures[0], groups, seed) for groups in (starts, quality, *places)
    )
    by_patent = (
        strata.by_pair(one.run, one.judgements, scheme, group, seed)
        for group in (
            lambda need, patent: types.get(patent, "类型未知"),
            lambda need, patent: strata.popularity(deals[need].get(patent, 0)),
        )
    )
    by_group = _by_group(past, one, scheme, seed) if past.registry else ()
    return tuple(stratum for found in (*by_need, *by_patent, *by_group) for stratum in found)


def _by_group(past: Past, one: Rolled, scheme: Scheme, seed: int) -> Iterator[tuple[Stratum, ...]]:
    """By enterprises' and holders' groups and by key industries, as they are on record now."""
    registry = past.registry
    if registry is None:
        return
    needs = {need_at(need.id, at.cut): need for at in one.replays for need in at.asked}
    asking = {
        key: registry.of_need(replace(needs[key], enterprise_id=enterprise))
        for key, enterprise in one.groups.items()
    }
    yield strata.by_need_groups(one.scores, scheme.measures[0], asking, seed)
    bought = {id_ for judged in one.judgements.levels.values() for id_ in judged}
    members = {patent.id: registry.of_patent(patent) for patent in past.patents if patent.id in bought}
    yield strata.by_patent_groups(one.run, one.judgements, scheme, members, seed)


def _deals(one: Rolled) -> dict[str, Mapping[str, int]]:
    """By judged need: each patent's deals before the need's own cut."""
    return {need_at(need, at.cut): at.deals for at in one.replays for need in at.judgements.levels}


def _exposure(one: Rolled, k: int = 10) -> Exposure:
    last = one.replays[-1]
    holders = {patent.id: "；".join(patent.holders) for at in one.replays for patent in at.patents}
    return exposure(one.run, holders, k, holders, last.deals)


def _propensity(one: Rolled, seed: int, k: int = 10) -> tuple[Weighing, ...]:
    deals = _deals(one)
    return tuple(
        Weighing(
            one.scores.run,
            name,
            *(
                _interval(one, strata.weighted(one.run, one.judgements, counts, name), seed)
                for counts in ({}, deals)
            ),
        )
        for name in (f"recall@{k}", f"ndcg@{k}")
    )


def _interval(one: Rolled, values: Values, seed: int) -> Interval:
    return interval(values, seed, groups=[one.groups[need] for need in one.scores.need_ids])
