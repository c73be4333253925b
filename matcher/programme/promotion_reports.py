"""The sheets of 分层推广 and of 公开转移转化清单."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from matcher.groups import UNCLASSIFIED
from matcher.matches import Verdict
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.programme.inventory_form import number_of
from matcher.programme.promotion import Promoted, Promotion, service_id
from matcher.programme.services import Offer
from matcher.programme.tiers import Decision
from matcher.programme.transfer_list import Listing, TransferLine
from matcher.responses import Response

_C = Setting.CENTRE
_PATENT = (
    Column("专利号", "number", 20),
    Column("专利名称", "title", 30),
    Column("专利权人", "holders", 20),
    Column("所属学院", "college", 14),
)


@dataclass(frozen=True, slots=True)
class _Tiered:
    promoted: Promoted
    decision: Decision

    @property
    def number(self) -> str:
        return number_of(self.promoted.patent)

    @property
    def title(self) -> str:
        return self.promoted.patent.title

    @property
    def holders(self) -> str:
        return "；".join(self.promoted.patent.holders)

    @property
    def college(self) -> str:
        return self.promoted.patent.college

    @property
    def actions(self) -> str:
        return "、".join(self.decision.actions)

    @property
    def reasons(self) -> str:
        return "；".join(self.decision.reasons)

    @property
    def missing(self) -> str:
        return "、".join(self.decision.missing)

    @property
    def services(self) -> str:
        """质押融资：甲银行；投资：无（没有提供投资的机构）."""
        mine = [one for one in self.promoted.offers if one.tier == self.decision.tier]
        return "；".join(
            f"{one.service}：{one.institution.name if one.institution else f'无（{one.reason}）'}"
            for one in mine
        )

    @property
    def open_licence(self) -> str:
        return self.promoted.open_licence if self.decision.tier == "开放许可" else ""


@dataclass(frozen=True, slots=True)
class _Count:
    tier: str
    patents: int
    unknown: int


def tier_counts(found: Promotion) -> dict[str, int]:
    """Patents by tier; one may stand in several."""
    return dict(
        Counter(
            decision.tier
            for one in found.patents
            for decision in one.decisions
            if decision.verdict is Verdict.SATISFIED
        )
    )


def tier_pages(found: Promotion) -> tuple[Page, ...]:
    """Counts, every decision that holds with its reasons, and what has to be known for those that may hold."""
    lines = [_Tiered(one, decision) for one in found.patents for decision in one.decisions]
    held = [line for line in lines if line.decision.verdict is Verdict.SATISFIED]
    open_ones = [line for line in lines if line.decision.verdict is Verdict.UNKNOWN]
    held.sort(key=lambda line: (line.decision.tier, line.holders, line.number))
    counts, unknown = tier_counts(found), Counter(line.decision.tier for line in open_ones)
    rows = [_Count(tier, counts.get(tier, 0), unknown[tier]) for tier in sorted({*counts, *unknown})]
    tiers = (
        Column("推广层级", "tier", 24),
        Column("归入件数", "patents", 12, _C),
        Column("待补充件数", "unknown", 12, _C),
    )
    tier = Column("推广层级", "decision.tier", 14, _C)
    return (
        Page("分层汇总", tiers, rows, f"范围：{found.pool}，{len(found.patents)} 件；{found.demand}；一件专利可归入几个层级"),
        Page(
            "分层推广",
            (
                *_PATENT, tier, Column("推广措施", "actions", 20), Column("理由", "reasons", 50), Column("匹配的服务机构", "services", 34),
                Column("开放许可前提", "open_licence", 34),
            ),
            held,
        ),
        Page("待补充", (*_PATENT, tier, Column("缺少", "missing", 20), Column("条件", "reasons", 56)), open_ones, "补齐所缺事实后可能归入"),
    )  # fmt: skip


def service_pages(found: Promotion, said: Mapping[str, Response]) -> tuple[Page, ...]:
    """How many patents each institution suits, and every offer with its reason and what the institution says (`said`).

    Nothing where no institution is on record.
    """
    lines = [(one, offer) for one in found.patents for offer in one.offers]
    if not lines:
        return ()
    counts = Counter(
        (offer.institution.name if offer.institution else "暂无合适机构", offer.service) for _, offer in lines
    )
    load = [
        SimpleNamespace(name=name, service=service, patents=count)
        for (name, service), count in sorted(counts.items())
    ]
    rows = [
        SimpleNamespace(
            number=number_of(one.patent),
            title=one.patent.title,
            holders="；".join(one.patent.holders),
            offer=offer,
            name=offer.institution.name if offer.institution else "暂无合适机构",
            kind=offer.institution.kind if offer.institution else "",
            state=said[service_id(offer)].state if service_id(offer) in said else _not_given(offer),
            note=said[service_id(offer)].note if service_id(offer) in said else "",
        )
        for one, offer in lines
    ]
    columns = (
        *_PATENT[:3],
        Column("推广层级", "offer.tier", 14, _C),
        Column("服务", "offer.service", 10, _C),
        Column("服务机构", "name", 24),
        Column("机构类型", "kind", 12, _C),
        Column("理由", "offer.reason", 46),
        Column("状态", "state", 10, _C),
        Column("服务方式或原因", "note", 24),
    )
    totals = (
        Column("服务机构", "name", 30),
        Column("服务", "service", 12, _C),
        Column("专利件数", "patents", 10, _C),
    )
    return Page("服务机构汇总", totals, load), Page(
        "服务机构匹配", columns, rows, "用 --assign 分派后，服务机构可看到分给自己的专利"
    )


def _not_given(offer: Offer) -> str:
    return "未分派" if offer.institution else ""


def industry_pages(found: Promotion) -> tuple[Page, ...]:
    """Patents and needs by key industry, 未归类 counted, and by what evidence each was given one."""
    patents = Counter(tag.industry for one in found.patents for tag in one.tags)
    needs = Counter(tag.industry for one in found.needs for tag in one.tags)
    patents[UNCLASSIFIED] = sum(not one.tags for one in found.patents)
    needs[UNCLASSIFIED] = sum(not one.tags for one in found.needs)
    names = [*sorted({*patents, *needs} - {UNCLASSIFIED}), UNCLASSIFIED]
    rows = [SimpleNamespace(industry=name, patents=patents[name], needs=needs[name]) for name in names]
    counts = (
        Column("重点产业", "industry", 24),
        Column("专利件数", "patents", 12, _C),
        Column("需求项数", "needs", 12, _C),
    )
    evidence = [
        SimpleNamespace(kind="专利", number=number_of(one.patent), title=one.patent.title, tag=tag)
        for one in found.patents
        for tag in one.tags
    ] + [
        SimpleNamespace(kind="需求", number=one.need.id, title=one.need.title, tag=tag)
        for one in found.needs
        for tag in one.tags
    ]
    columns = (
        Column("类别", "kind", 8, _C),
        Column("编号", "number", 20),
        Column("名称", "title", 40),
        Column("重点产业", "tag.industry", 20),
        Column("依据", "tag.evidence", 40),
    )
    return (
        Page("重点产业", counts, rows, "一件专利或一项需求可归入几个产业；内部使用"),
        Page("重点产业依据", columns, evidence, "内部使用"),
    )


@dataclass(frozen=True, slots=True)
class _Transfer:
    line: TransferLine

    @property
    def number(self) -> str:
        return number_of(self.line.patent)

    @property
    def title(self) -> str:
        return self.line.patent.title

    @property
    def holders(self) -> str:
        return "；".join(self.line.patent.holders)

    @property
    def college(self) -> str:
        return self.line.patent.college

    @property
    def project(self) -> str:
        return self.line.patent.project

    @property
    def granted(self) -> date | None:
        return self.line.patent.granted

    @property
    def accepted_by(self) -> str:
        return self.line.justification.accepted_by if self.line.justification else ""

    @property
    def accepted_on(self) -> date | None:
        return self.line.justification.accepted_on if self.line.justification else None


def transfer_pages(lines: Sequence[TransferLine], as_of: date) -> tuple[Page, ...]:
    """A sheet each for 列入, 待核实 and 有正当理由."""
    columns = (
        *_PATENT,
        Column("项目编号", "project", 16),
        Column("授权公告日", "granted", 11, Setting.DATE),
        Column("满三年之日", "line.full_on", 11, Setting.DATE),
        Column("说明", "line.reason", 48),
    )
    accepted = (Column("认定单位", "accepted_by", 16), Column("认定日期", "accepted_on", 11, Setting.DATE))
    by = {listing: [_Transfer(line) for line in lines if line.listing is listing] for listing in Listing}
    rule = f"截至 {as_of}：财政资助、授权满三年、有效、未实施、无经认定的正当理由"
    return (
        Page("公开转移转化清单", columns, by[Listing.LISTED], rule),
        Page("待核实", columns, by[Listing.TO_VERIFY], "事实不全，核实前既不列入也不排除"),
        Page("有正当理由", (*columns, *accepted), by[Listing.JUSTIFIED], "正当理由已经认定，不列入"),
    )
