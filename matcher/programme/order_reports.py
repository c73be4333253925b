"""The sheets of 订单式研发线索, for the bureau and for universities, and of 需求诊断."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from matcher.domain import Confidentiality
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.programme.diagnosis import Diagnosis, Readiness
from matcher.programme.orders import Nearest, Orders, by_university, nearest
from matcher.programme.unmet import Lead

_C = Setting.CENTRE
_CLUSTERS = (
    Column("序号", "number", 6, _C),
    Column("研发方向", "name", 36),
    Column("需求数", "needs", 8, _C),
    Column("企业数", "enterprises", 8, _C),
    Column("预算合计（万元）", "budget", 12, Setting.AMOUNT),
    Column("需求编号", "ids", 36),
)
_LEADS = (
    Column("方向", "cluster", 6, _C),
    Column("需求编号", "id", 14),
    Column("需求名称", "title", 28),
    Column("企业", "enterprise", 20),
    Column("公开范围", "confidentiality", 9, _C),
    Column("状态", "state", 9, _C),
    Column("认领单位", "unit", 16),
    Column("预算（万元）", "budget", 9, Setting.AMOUNT),
    Column("最接近的专利", "patent", 30),
    Column("等级", "grade", 8, Setting.GRADE),
    Column("最接近的权利人", "holders", 26),
    Column("团队", "team", 16),
    Column("无专利覆盖的关键词", "words", 24),
    Column("无专利覆盖的部分", "uncovered", 44),
)
_FOR_UNIVERSITY = (
    Column("方向", "cluster", 6, _C),
    Column("需求编号", "id", 12),
    Column("需求", "title", 34),
    Column("所属行业", "industry", 18),
    Column("所在地区", "region", 14),
    Column("本单位最接近的专利", "patent", 32),
    Column("等级", "grade", 8, Setting.GRADE),
    Column("发明人", "team", 18),
    Column("尚无专利覆盖的部分", "uncovered", 46),
)
_VAGUE = (
    Column("需求编号", "id", 14),
    Column("需求名称", "title", 30),
    Column("企业", "enterprise", 22),
    Column("请向企业追问", "questions", 80),
)
_DIAGNOSIS = (
    Column("需求编号", "need.id", 14),
    Column("需求名称", "need.title", 30),
    Column("企业", "need.enterprise", 22),
    Column("诊断", "readiness", 16, _C),
    Column("完整度", "completeness", 8, Setting.SHARE),
    Column("具体度", "specificity", 8, Setting.SHARE),
    Column("已写明的数值", "quantities", 22),
    Column("空泛用词", "empty", 16),
    Column("缺少", "missing", 22),
    Column("请向企业追问", "questions", 70),
)


def order_pages(found: Orders) -> tuple[Page, ...]:
    """The bureau's own version: every unmet need by its name."""
    clusters = [
        SimpleNamespace(
            number=one.number,
            name=one.name,
            needs=one.needs,
            enterprises=one.enterprises,
            budget=one.budget or None,
            ids="、".join(lead.need.id for lead in one.leads),
        )
        for one in found.clusters
    ]
    leads = [_lead(one.number, lead, found) for one in found.clusters for lead in one.leads]
    vague = [_vague(lead, found) for lead in found.vague]
    return (
        Page("研发方向", _CLUSTERS, clusters, f"截至 {found.as_of}，有效需求 {found.needs} 项，暂无合适专利 {found.leads} 项；内部使用"),
        Page("需求线索", _LEADS, leads, "按企业数、预算排序；“无专利覆盖”指最接近的三件专利都没有提到；内部使用"),
        Page("先补充再匹配", _VAGUE, vague, "表述过于空泛，补充后再判断是否需要研发"),
    )  # fmt: skip


def university_pages(found: Orders) -> tuple[Page, ...]:
    """The version handed out, a sheet per university: no name of an enterprise that did not agree, no contact."""
    numbers = {lead.need.id: one.number for one in found.clusters for lead in one.leads}
    return tuple(
        Page(
            holder,
            _FOR_UNIVERSITY,
            [_outside(numbers[one.lead.need.id], one) for one in lines],
            "订单式研发线索",
        )
        for holder, lines in by_university(found).items()
    )


def _lead(number: int, lead: Lead, found: Orders) -> SimpleNamespace:
    first = lead.nearest[0] if lead.nearest else None
    enterprise = found.enterprises.get(lead.need.id)
    return SimpleNamespace(
        cluster=number,
        id=lead.need.id,
        title=lead.need.title,
        enterprise=lead.need.enterprise or (enterprise.name if enterprise else ""),
        confidentiality=lead.need.confidentiality,
        state=found.responses[lead.need.id].state,
        unit=found.responses[lead.need.id].unit,
        budget=lead.need.budget,
        patent=first.patent.title if first else "",
        grade=first.grade.value if first else "",
        holders="、".join(one.holder for one in nearest(lead)),
        team="、".join(first.patent.inventors[:3]) if first else "",
        words="、".join(lead.words),
        uncovered="".join(lead.uncovered),
    )


def _outside(number: int, one: Nearest) -> SimpleNamespace:
    """A public need in its own words; of an anonymous one industry and region alone."""
    need = one.lead.need
    public = need.confidentiality is Confidentiality.PUBLIC
    return SimpleNamespace(
        cluster=number,
        id=need.id if public else "匿名",
        title=need.title if public else f"匿名需求（所属行业：{need.industry or '未注明'}）",
        industry=need.industry,
        region=need.region,
        patent=one.patent,
        grade=one.grade.value,
        team=one.team,
        uncovered="".join(one.lead.uncovered) if public else "可向主管部门了解",
    )


def _vague(lead: Lead, found: Orders) -> SimpleNamespace:
    return SimpleNamespace(
        id=lead.need.id,
        title=lead.need.title,
        enterprise=lead.need.enterprise,
        questions=_numbered(found.diagnoses[lead.need.id].questions),
    )


def diagnosis_pages(found: Sequence[Diagnosis]) -> tuple[Page, ...]:
    """Every need with what it lacks and what to ask."""
    rows = [
        SimpleNamespace(
            need=one.need,
            readiness=one.readiness,
            completeness=one.completeness,
            specificity=one.specificity,
            quantities="、".join(one.quantities[:6]),
            empty="、".join(one.empty_words),
            missing="、".join(one.missing),
            questions=_numbered(one.questions),
        )
        for one in found
    ]
    note = "，".join(f"{each} {sum(one.readiness is each for one in found)}" for each in Readiness)
    return (Page("需求诊断", _DIAGNOSIS, rows, f"{note}；内部使用"),)


def _numbered(questions: Sequence[str]) -> str:
    return "\n".join(f"{number}. {question}" for number, question in enumerate(questions, 1))
