"""What was given to experts and service institutions, what experts have sent back and institutions answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from matcher.commissions import Commission, CommissionKind
from matcher.domain import Assessment, Expert, Patent, ServiceInstitution
from matcher.errors import NotFound
from matcher.identifiers import enterprise_id
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.programme.inventory_form import number_of
from matcher.responses import Response, Subject
from matcher.store.database import Store

_C = Setting.CENTRE
RETURNED, OPEN = "已交回", "未交回"


@dataclass(frozen=True, slots=True)
class Given:
    """One commission with its party and patent as they are on record; None where one is gone."""

    commission: Commission
    party: Expert | ServiceInstitution | None
    patent: Patent | None
    state: str
    answer: Response | None = None
    """What a service institution says of it; None of experts."""

    @property
    def back(self) -> bool:
        """Whether the party has sent back or answered what it was given."""
        return self.answer.version > 0 if self.answer else self.state == RETURNED

    @property
    def name(self) -> str:
        """The party as people know it: an expert with its unit, an institution by its name."""
        return self.commission.party_id if self.party is None else self.party.id


def given(store: Store, as_of: date, party: str = "") -> list[Given]:
    """Every commission up to the end of a day (of one party), by kind, party and patent. Raises NotFound for no such party."""
    experts = {one.id: one for one in store.experts.all()}
    services = {one.id: one for one in store.services.all()}
    found = store.experts.find(party) or store.services.find(party) if party else None
    if party and found is None:
        raise NotFound(f"没有名为“{party}”的专家或服务机构。专家重名时请写“姓名（单位）”。", code="no_party")
    commissions = store.commissions.all(party_id=found.id if found else "", as_of=as_of)
    patents = store.patents.many(one.patent_id for one in commissions)
    back = returned(commissions, experts.values(), store.assessments.all(as_of))
    answers = served(store, commissions, as_of)
    lines = []
    for one in commissions:
        answer, patent = answers.get(one.id), patents.get(one.patent_id)
        if answer is not None:
            lines.append(Given(one, services.get(one.party_id), patent, answer.state, answer))
        else:
            state = RETURNED if (one.party_id, one.patent_id) in back else OPEN
            lines.append(Given(one, experts.get(one.party_id), patent, state))
    return sorted(lines, key=lambda line: (line.commission.kind, line.name, line.commission.patent_id))


def served(store: Store, commissions: Iterable[Commission], as_of: date) -> dict[str, Response]:
    """What institutions say at the end of a day of the patents that they were given to serve, by commission."""
    ids = (one.id for one in commissions if one.kind is CommissionKind.SERVICE)
    return store.responses.many(ids, Subject.SERVICE, as_of)


def handed_back(store: Store, as_of: date) -> frozenset[tuple[str, str]]:
    """(expert id, patent id) of what experts have sent back by the end of a day."""
    given_out = store.commissions.all(CommissionKind.ASSESSMENT, as_of=as_of)
    return returned(given_out, store.experts.all(), store.assessments.all(as_of))


def returned(
    commissions: Iterable[Commission], experts: Iterable[Expert], said: Iterable[Assessment]
) -> frozenset[tuple[str, str]]:
    """(expert id, patent id) of the commissions whose patent the expert's unit has assessed since."""
    units = {one.id: one.unit for one in experts}
    latest: dict[tuple[str, str], date] = {}
    for each in said:
        for key in {each.enterprise_id, enterprise_id("", each.enterprise)}:
            place = (key, each.patent_id)
            latest[place] = max(latest.get(place, date.min), each.on or date.min)
    return frozenset(
        (one.party_id, one.patent_id)
        for one in commissions
        if one.kind is CommissionKind.ASSESSMENT
        and latest.get((enterprise_id("", units.get(one.party_id, "")), one.patent_id), date.min) >= one.on
    )


def given_pages(lines: Sequence[Given]) -> tuple[Page, ...]:
    """Who has how much, and every commission; the institution's own page holds only what it may see."""
    counts = Counter((line.commission.kind, line.name) for line in lines)
    back = Counter((line.commission.kind, line.name) for line in lines if line.back)
    load = [
        SimpleNamespace(kind=kind, name=name, patents=count, returned=back[kind, name])
        for (kind, name), count in sorted(counts.items())
    ]
    rows = [
        SimpleNamespace(
            line=line,
            number=number_of(line.patent) if line.patent else line.commission.patent_id,
            title=line.patent.title if line.patent else "",
            holders="；".join(line.patent.holders) if line.patent else "",
            said=line.answer.note if line.answer else "",
            on=line.answer.changed_on if line.answer else None,
        )
        for line in lines
    ]
    load_columns = (
        Column("类别", "kind", 10, _C),
        Column("专家或服务机构", "name", 40),
        Column("件数", "patents", 8, _C),
        Column("已交回或回应", "returned", 12, _C),
    )
    columns = (
        Column("类别", "line.commission.kind", 10, _C),
        Column("专家或服务机构", "line.name", 30),
        Column("服务", "line.commission.service", 10, _C),
        Column("专利号", "number", 20),
        Column("专利名称", "title", 34),
        Column("专利权人", "holders", 24),
        Column("分派日期", "line.commission.on", 11, Setting.DATE),
        Column("状态", "line.state", 9, _C),
        Column("服务方式或原因", "said", 24),
        Column("回应日期", "on", 11, Setting.DATE),
        Column("理由", "line.commission.reason", 44),
        Column("分派编号", "line.commission.id", 16, _C),
    )
    return Page("分派汇总", load_columns, load), Page("分派明细", columns, rows)
