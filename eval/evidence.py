"""What a ranker learns from, as signal tables: experts' judgements of a collection, or a workspace's own past.

Deals say what was bought, never what was turned down: on each past day the bought patents stand at 4 and the best of
the other candidates at 1. Assessments and the follow-up of lists are of pairs that somebody had picked before. Both may
order (learning compares within one need) but give no probabilities: calibration takes judged pools only, in which
experts grade whatever the systems list, good or bad.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from eval.baselines import Task
from eval.history import assessed, followed
from eval.judgements import Judgements, judgements, require_known
from eval.ranker import NeedSignals, SignalTable
from eval.replay import Past, masked, offered, queries_at
from eval.rolling import Days, days, need_at
from eval.splits import rolling
from eval.systems import Product, Replayed, context_at, fused, judged_signals
from matcher.domain import Assessment
from matcher.errors import InputError
from matcher.outcomes import Outcome

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

COMPARED = 100
"""Candidates beside what was bought, the best by their texts: those a list would have had to choose among."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is learned from (`table`), what may be calibrated on (`graded`, None without a judged pool).

    `groups` names each need's enterprise, so that no enterprise stands on both sides of a fold.
    """

    table: SignalTable
    graded: SignalTable | None
    groups: Mapping[str, str]
    notes: tuple[str, ...] = ()
    times: Mapping[str, date] | None = None
    """The day of each need's evidence, where it comes from a past."""

    @property
    def pairs(self) -> int:
        """Judged pairs in the table."""
        return sum(len(need.candidate_ids) for need in self.table.needs)


@dataclass(frozen=True, slots=True)
class Witnesses:
    """A workspace's records that say what fitted."""

    past: Past
    assessments: Sequence[Assessment] = ()
    outcomes: Sequence[Outcome] = ()
    """What became of listed matches."""
    pool: Judgements | None = None
    """Experts' levels by need id, from blind judging."""


def of_collection(product: Product, known: Judgements) -> Evidence:
    """Every judged pair of a collection; `groups` by the needs' enterprises, where they name one."""
    table = judged_signals(product, known)
    groups = {need.id: need.enterprise_id or need.id for need in product.task.needs}
    return Evidence(table, table, groups)


def of_history(found: Witnesses, replayed: Replayed, before: date, months: int) -> Evidence:
    """Deals, assessments, outcomes of the days before `before`, and a judged pool; raises InputError without any.

    A pool's ids have to be those of the records (InputError).
    """
    if found.pool is not None:
        require_known("需求", found.pool.levels, {need.id for need in found.past.needs})
        judged = (patent for row in found.pool.levels.values() for patent in row)
        require_known("专利", judged, {patent.id for patent in found.past.patents})
    notes: list[str] = []
    groups: dict[str, str] = {}
    tables: list[SignalTable] = []
    try:
        past = _days(found.past, before, months)
        tables.append(_deals(past, replayed, groups))
        notes += past.notes
    except InputError as error:
        if error.code not in {"empty", "no_deals"}:
            raise
        notes.append(str(error))
    until = before - timedelta(days=1)
    said = _said(found, until)
    pooled = None if found.pool is None else _pairs(found, replayed, until, found.pool, groups)
    picked = None if said is None else _pairs(found, replayed, until, said, groups)
    tables += [table for table in (pooled, picked) if table is not None]
    if not tables:
        raise InputError(f"{before} 之前没有可以学习的交易、评价或对接结果。" + "".join(notes), code="empty")
    needs = tuple(need for table in tables for need in table.needs)
    return Evidence(SignalTable(tables[0].names, needs), pooled, groups, tuple(notes), _times(needs, until))


def _times(needs: Sequence[NeedSignals], until: date) -> dict[str, date]:
    """Replayed needs carry their day in their name; what was said by the end belongs to the end."""
    named = ((need.need_id, need.need_id.rpartition("@")[2]) for need in needs)
    return {need: date.fromisoformat(day) if _DAY.fullmatch(day) else until for need, day in named}


def _days(past: Past, before: date, months: int) -> Days:
    """Days whose whole period to be found lies before `before`."""
    dates = [one.on for one in past.transactions if one.on is not None and one.on < before]
    if not dates:
        raise InputError(f"{before} 之前没有带日期的交易。", code="empty")
    last = before - timedelta(days=1)
    return days(past, rolling(min(dates) - timedelta(days=1), last, months), others=0)


def _deals(past: Days, replayed: Replayed, groups: dict[str, str]) -> SignalTable:
    needs = []
    names: tuple[str, ...] = ()
    for at in past.replays:
        product = replayed.on(at)
        buyers = tuple(need for need in at.asked if need.id in at.judgements.levels)
        asked = Product(replace(product.task, needs=buyers, k=COMPARED), product.matching, product.context)
        others = fused(asked).rankings
        levels = {
            need: dict.fromkeys(others[need].ids if need in others else (), 1) | dict(bought)
            for need, bought in at.judgements.levels.items()
        }
        table = judged_signals(asked, Judgements(levels))
        names = table.names
        for need in table.needs:
            key = need_at(need.need_id, at.cut)
            groups[key] = need.need_id
            needs.append(replace(need, need_id=key))
    return SignalTable(names, tuple(needs))


def _said(found: Witnesses, until: date) -> Judgements | None:
    """What enterprises said of patents and what became of lists; where the two differ, the latter."""
    said = {
        (one.need_id, one.candidate_id): one
        for one in (*assessed(found.assessments, until), *followed(found.outcomes, until)[0])
    }
    return judgements(said.values()) if said else None


def _pairs(
    found: Witnesses, replayed: Replayed, until: date, known: Judgements, groups: dict[str, str]
) -> SignalTable | None:
    """Graded pairs as of a day; assessments are no signal here, since they may be the answer. None without pairs."""
    past = found.past
    queries = {need.id: need for need in (*past.needs, *queries_at(past.enterprises, past.needs, until))}
    needs = tuple(queries[identifier] for identifier in sorted(known.levels) if identifier in queries)
    patents = [masked(patent, until) for patent in past.patents if offered(patent, until)]
    patents.sort(key=lambda patent: patent.id)
    if not needs or not patents:
        return None
    context = context_at(until, replayed.enterprises, ())
    product = Product.of(Task(needs, patents), replayed.embedder, replayed.settings, context)
    try:
        table = judged_signals(product, known)
    except InputError:
        return None
    groups.update({need.id: need.enterprise_id or need.id for need in needs})
    return table
