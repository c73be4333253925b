"""Unmet needs of a workspace and the diagnosis of needs, one function per verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from matcher import batch
from matcher.domain import Confidentiality, Enterprise, Need
from matcher.errors import InputError, NotFound
from matcher.groups import kind_by_name
from matcher.matches import Grade
from matcher.matching import Progress
from matcher.programme.demand import match_all
from matcher.programme.diagnosis import Diagnosis, Readiness, diagnose
from matcher.programme.unmet import NEAREST, Cluster, Lead, clusters, is_unmet, leads
from matcher.ranking import ListRules
from matcher.responses import Response, Subject
from matcher.store.filters import NeedFilter, PatentFilter
from matcher.workspace import Workspace

_TEACHING = frozenset({"高校", "科研机构", "医院"})


@dataclass(frozen=True, slots=True)
class Nearest:
    """One holder that comes near an unmet need: its nearest patent there, the grade, and the team."""

    holder: str
    lead: Lead
    patent: str
    grade: Grade
    team: str


@dataclass(frozen=True, slots=True)
class Orders:
    """The unmet needs of a day: `vague` ones have to be asked first and are no orders yet."""

    as_of: date
    needs: int
    clusters: tuple[Cluster, ...]
    vague: tuple[Lead, ...]
    diagnoses: dict[str, Diagnosis]
    """By need id."""
    enterprises: dict[str, Enterprise]
    responses: dict[str, Response]
    """By need id."""

    @property
    def leads(self) -> int:
        """How many orders there are."""
        return sum(cluster.needs for cluster in self.clusters)


def unmet(workspace: Workspace, as_of: date, progress: Progress) -> Orders:
    """Needs in force on the day that no patent reaches at 推荐; raises NotReady where the index is not up to date."""
    demand = match_all(workspace, as_of, Grade.NOT_RECOMMENDED, progress)
    items = [item for item in demand.needs if item.need.valid_until is None or item.need.valid_until >= as_of]
    matching = workspace.matching()
    found = leads(matching, items)
    diagnoses = {lead.need.id: diagnose(lead.need) for lead in found}
    clear = [lead for lead in found if diagnoses[lead.need.id].readiness is not Readiness.LACKING]
    vague = [lead for lead in found if diagnoses[lead.need.id].readiness is Readiness.LACKING]
    vectors = (
        np.stack([one.vector for one in matching.ask([lead.need for lead in clear])])
        if clear
        else np.empty((0, 0))
    )
    enterprises = {item.need.id: item.enterprise for item in items if item.enterprise is not None}
    return Orders(
        as_of,
        len(items),
        tuple(clusters(clear, vectors.astype(np.float32))),
        tuple(vague),
        diagnoses,
        enterprises,
        workspace.store.responses.many((lead.need.id for lead in clear), Subject.ORDER),
    )


def require_order(workspace: Workspace, need: Need, as_of: date) -> None:
    """Raise InputError where a need is no order on the day: lapsed, too vague, or answered by a patent at 推荐.

    Raises NotReady where the index is not up to date.
    """
    if need.valid_until is not None and need.valid_until < as_of:
        why = f"已于 {need.valid_until} 过期"
    elif diagnose(need).readiness is Readiness.LACKING:
        why = "还写得不清楚，应先请企业补充（见 matcher diagnose）"
    else:
        matching = workspace.matching()
        allowed = workspace.allowed(matching.collection, PatentFilter(), as_of)
        asked = batch.Asked(as_of, ListRules(list_k=1, floor=Grade.RECOMMENDED), allowed)
        [item] = batch.match_all(workspace, [need], asked)
        if is_unmet(item):
            return
        why = f"已有专利可以对接（{item.matches[0].patent.title}，{item.matches[0].grade}）"
    raise InputError(f"需求 {need.id} {why}，不是研发线索。", code="no_order")


def by_university(found: Orders) -> dict[str, list[Nearest]]:
    """Each university, institute or hospital with the orders whose nearest patents include one of its own.

    Only needs that may be shown outside: those kept to the authority are left out.
    """
    holders: dict[str, list[Nearest]] = {}
    for cluster in found.clusters:
        for lead in cluster.leads:
            if lead.need.confidentiality is Confidentiality.AUTHORITY_ONLY:
                continue
            for one in nearest(lead):
                if kind_by_name(one.holder) in _TEACHING:
                    holders.setdefault(one.holder, []).append(one)
    return dict(sorted(holders.items()))


def nearest(lead: Lead) -> list[Nearest]:
    """The holders of the nearest patents, each once, with its best patent."""
    seen: dict[str, Nearest] = {}
    for match in lead.nearest[:NEAREST]:
        for holder in match.patent.holders:
            team = "、".join(match.patent.inventors[:3])
            seen.setdefault(holder, Nearest(holder, lead, match.patent.title, match.grade, team))
    return list(seen.values())


def diagnose_needs(workspace: Workspace, as_of: date, need_ids: Sequence[str] = ()) -> list[Diagnosis]:
    """The diagnosis of all needs of a day, or of some, the least ready first; raises NotFound where there is none."""
    filter_ = NeedFilter(ids=tuple(need_ids))
    needs = list(workspace.store.needs.all(filter_, None if need_ids else as_of))
    if not needs:
        raise NotFound("没有可诊断的需求。请核对需求编号，或先运行 matcher import needs 需求.xlsx。")
    found = [diagnose(need) for need in needs]
    return sorted(found, key=lambda one: (min(one.completeness, one.specificity), one.need.id))
