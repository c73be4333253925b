"""The columns of the officer's files: headers as such forms have them, and what each cell holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from matcher.domain import (
    Assessment,
    Confidentiality,
    EncumbranceKind,
    Enterprise,
    Expert,
    Holder,
    LegalStatus,
    Need,
    Patent,
    ServiceInstitution,
    Transaction,
    TransactionKind,
)
from matcher.identifiers import ApplicationNumber, check_digit
from matcher.sample.habits import Typed, day, joined, money, number, yes

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: its header, the group above it, its width, and its cell for a record in a row."""

    header: str
    cell: Callable[[R, int], Typed]
    group: str = ""
    width: float = 12


_STATUS_WORDS = {
    LegalStatus.GRANTED: ("授权", "有效", "专利权维持", "授权"),
    LegalStatus.LAPSED: ("未缴年费终止", "未缴年费专利权终止"),
    LegalStatus.PENDING: ("实质审查的生效", "申请中"),
    LegalStatus.PLEDGED: ("质押合同登记生效", "专利权质押合同登记的生效"),
    LegalStatus.LICENCE_RECORDED: ("许可合同备案生效", "专利实施许可合同备案的生效"),
    LegalStatus.TRANSFERRED: ("专利权转移", "专利权的转移"),
}
_OPENNESS_WORDS = {
    Confidentiality.PUBLIC: ("公开", "同意公开"),
    Confidentiality.ANONYMOUS: ("匿名", "隐去企业名称"),
    Confidentiality.AUTHORITY_ONLY: ("仅主管部门", "不公开", ""),
}
_EVENT_WORDS = {
    TransactionKind.ASSIGNMENT: ("转让", "专利权的转移", "专利权转让", "TR01"),
    TransactionKind.ORDINARY_LICENCE: ("普通许可", "普通实施许可"),
    TransactionKind.INVESTMENT: ("作价入股", "技术入股"),
    TransactionKind.PLEDGE: ("质押", "专利权质押合同登记的生效"),
    TransactionKind.NAME_CHANGE: ("名称变更",),
    TransactionKind.ADDRESS_CHANGE: ("地址变更", "CP02"),
}
_LICENCES = frozenset(EncumbranceKind) - {EncumbranceKind.PLEDGE, EncumbranceKind.PRESERVATION}


def _party(patent: Patent, kinds: frozenset[EncumbranceKind]) -> str:
    return "；".join(item.party for item in patent.encumbrances if item.kind in kinds)


def _licence(patent: Patent) -> str:
    return next((item.kind.value for item in patent.encumbrances if item.kind in _LICENCES), "")


def _licence_end(patent: Patent, row: int) -> Typed:
    return next((day(item.until, row) for item in patent.encumbrances if item.kind in _LICENCES), "")


def _word(words: tuple[str, ...], row: int) -> str:
    return words[row % len(words)]


PATENTS: tuple[Column[Patent], ...] = (
    Column("序号", lambda p, n: float(n + 1), "基本信息", 6),
    Column("入库批次", lambda p, n: _word(("2026年第一批", "2026年第二批"), n // 90), "基本信息"),
    Column("专 利 名 称", lambda p, n: p.title, "基本信息", 34),
    Column("申请号（专利号）", lambda p, n: number(p.application_number, n), "基本信息", 22),
    Column("公开（公告）号 ", lambda p, n: p.publication_number, "基本信息", 16),
    Column("专利类型", lambda p, n: p.type or "", "基本信息"),
    Column("申请日", lambda p, n: day(p.filed, n), "基本信息"),
    Column("公开日", lambda p, n: day(p.published, n + 1), "基本信息"),
    Column("授权公告日", lambda p, n: day(p.granted, n + 2), "基本信息"),
    Column("专利权人（申请人）", lambda p, n: joined(p.holders, n), "基本信息", 28),
    Column("发明人", lambda p, n: joined(p.inventors, n + 1), "基本信息", 22),
    Column("ＩＰＣ 分类号", lambda p, n: joined(p.ipc, 1), "基本信息", 22),
    Column("外观设计洛迦诺分类号", lambda p, n: p.locarno, "基本信息"),
    Column("摘要", lambda p, n: p.abstract, "基本信息", 60),
    Column("首项权利要求", lambda p, n: p.first_claim, "基本信息", 40),
    Column("技术关键词", lambda p, n: joined(p.keywords, n), "基本信息", 24),
    Column("所属产业", lambda p, n: p.industry, "基本信息"),
    Column("所在地市", lambda p, n: p.region if n % 3 else p.region.partition("省")[2] or p.region, "基本信息"),
    Column("法律状态", lambda p, n: _word(_STATUS_WORDS.get(p.status, (p.status,)), n) if p.status else "", "权利状态", 18),
    Column("状态核验日期", lambda p, n: day(p.status_date, n + 3), "权利状态"),
    Column("许可类型", lambda p, n: _licence(p), "权利状态"),
    Column("被许可人", lambda p, n: _party(p, _LICENCES), "权利状态", 22),
    Column("许可期限届满日", _licence_end, "权利状态"),
    Column("质权人", lambda p, n: _party(p, frozenset({EncumbranceKind.PLEDGE})), "权利状态", 22),
    Column("专利权评价报告", lambda p, n: "" if p.evaluation_report is None else "有" if p.evaluation_report else "无", "权利状态"),
    Column("是否属于财政资助科研项目形成专利", lambda p, n: yes(p.funded, n), "转化信息"),
    Column("项目编号", lambda p, n: p.project, "转化信息", 20),
    Column("专利实施状态", lambda p, n: p.implementation or "", "转化信息"),
    Column("转化意愿（可接受的转化方式）", lambda p, n: joined(p.modes, n), "转化信息", 22),
    Column("许可使用费（万元）", lambda p, n: money(p.fee.amount, n, "面议") if p.fee else "", "转化信息"),
    Column("支付方式", lambda p, n: p.fee.kind or "" if p.fee and p.fee.amount is not None else "", "转化信息"),
    Column("技术成熟度", lambda p, n: p.maturity.text if p.maturity else "", "转化信息"),
    Column("成熟度来源", lambda p, n: p.maturity.source if p.maturity else "", "转化信息"),
    Column("应用场景（产业化前景）", lambda p, n: p.scenario, "转化信息", 28),
    Column("专利自评", lambda p, n: p.prospect or "", "转化信息"),
    Column("所属学院", lambda p, n: p.college, "转化信息", 20),
    Column("权利人联系部门", lambda p, n: p.contact, "转化信息", 30),
)  # fmt: skip

ENTERPRISES: tuple[Column[Enterprise], ...] = (
    Column("序号", lambda e, n: float(n + 1), "", 6),
    Column("所在地市", lambda e, n: e.region, "", 16),
    Column("企业名称", lambda e, n: e.name, "", 30),
    Column("统一社会信用代码", lambda e, n: e.credit_code if n % 7 else e.credit_code.lower(), "", 22),
    Column("企业类型（可多选）", lambda e, n: joined(e.kinds, n), "", 30),
    Column("所属行业", lambda e, n: e.industry, "", 18),
    Column("关注领域", lambda e, n: joined(e.focus_areas, n), "", 34),
    Column("可接受的转化方式", lambda e, n: joined(e.modes, n), "", 20),
    Column("联系人及电话", lambda e, n: e.contact, "", 22),
    Column("归口部门", lambda e, n: e.department, "", 22),
    Column("平台注册状态", lambda e, n: e.registration, "", 12),
)

HOLDERS: tuple[Column[Holder], ...] = (
    Column("序号", lambda h, n: float(n + 1), "", 6),
    Column("单位名称", lambda h, n: h.name, "", 28),
    Column("单位类别", lambda h, n: h.kind, "", 12),
    Column("属地", lambda h, n: h.region, "", 16),
    Column("主管部门", lambda h, n: h.department, "", 22),
    Column("联系人及电话", lambda h, n: h.contact, "", 30),
)

EXPERTS: tuple[Column[Expert], ...] = (
    Column("序号", lambda e, n: float(n + 1), "", 6),
    Column("专家姓名", lambda e, n: e.name, "", 12),
    Column("推荐企业", lambda e, n: e.unit, "", 30),
    Column("职称/职务", lambda e, n: e.title, "", 16),
    Column("关注领域", lambda e, n: joined(e.focus, n), "", 34),
    Column("推荐日期", lambda e, n: day(e.recommended, n), "", 14),
    Column("需回避单位", lambda e, n: joined(e.avoids, n), "", 22),
    Column("联系电话", lambda e, n: e.contact, "", 16),
)

SERVICES: tuple[Column[ServiceInstitution], ...] = (
    Column("序号", lambda s, n: float(n + 1), "", 6),
    Column("机构名称", lambda s, n: s.name, "", 32),
    Column("服务机构类型", lambda s, n: s.kind, "", 14),
    Column("关注产业", lambda s, n: joined(s.industries, n), "", 30),
    Column("产品或服务", lambda s, n: joined(s.products, n), "", 34),
    Column("所在地市", lambda s, n: s.region, "", 16),
    Column("联系人及电话", lambda s, n: s.contact, "", 22),
)

NEEDS: tuple[Column[Need], ...] = (
    Column("序号", lambda d, n: float(n + 1), "", 6),
    Column("需求编号", lambda d, n: d.own_id, "", 12),
    Column("需 求 名 称", lambda d, n: d.title, "", 30),
    Column("企业名称", lambda d, n: d.enterprise, "", 28),
    Column("统一社会信用代码", lambda d, n: d.enterprise_id if n % 4 else "", "", 22),
    Column("技术领域", lambda d, n: d.field, "", 14),
    Column("企业所在地", lambda d, n: d.region, "", 14),
    Column("需求描述（200字以内）", lambda d, n: d.description, "需求内容", 60),
    Column("主要技术指标", lambda d, n: d.indicators, "需求内容", 34),
    Column("拟解决的技术问题", lambda d, n: d.problem, "需求内容", 30),
    Column("现有基础", lambda d, n: "", "需求内容", 14),
    Column("技术成熟度要求", lambda d, n: d.min_maturity.text if d.min_maturity else _word(("", "不限"), n), "合作意向", 12),
    Column("预算（万元）", lambda d, n: money(d.budget, n, _word(("面议", ""), n)), "合作意向", 12),
    Column("合作方式", lambda d, n: joined(d.cooperation, n), "合作意向", 18),
    Column("可接受的转化方式", lambda d, n: joined(d.modes, n), "合作意向", 18),
    Column("提出日期", lambda d, n: day(d.received, n), "合作意向", 14),
    Column("有效期至", lambda d, n: day(d.valid_until, n + 2), "合作意向", 14),
    Column("公开范围", lambda d, n: _word(_OPENNESS_WORDS[d.confidentiality], n), "合作意向", 12),
)  # fmt: skip

ASSESSMENTS: tuple[Column[Assessment], ...] = (
    Column("序号", lambda a, n: float(n + 1), "", 6),
    Column("评价专利号", lambda a, n: number_of(a.patent_id, n), "", 22),
    Column("评价企业", lambda a, n: a.enterprise, "", 30),
    Column("统一社会信用代码", lambda a, n: a.enterprise_id if n % 3 else "", "", 22),
    Column("产业化前景评价", lambda a, n: a.prospect or "", "", 12),
    Column("技术成熟度", lambda a, n: a.maturity.text if a.maturity else "", "", 12),
    Column("改进建议", lambda a, n: a.improvement, "", 34),
    Column("合作意向", lambda a, n: a.cooperation, "", 18),
    Column("评价日期", lambda a, n: day(a.on, n), "", 14),
    Column("评价人", lambda a, n: a.assessor, "", 12),
)

TRANSACTIONS: tuple[Column[Transaction], ...] = (
    Column("序号", lambda t, n: str(n + 1)),
    Column("专利号", lambda t, n: number_of(t.patent_id, n)),
    Column("交易类型", lambda t, n: _word(_EVENT_WORDS.get(t.kind, (t.kind,)), n)),
    Column("登记日期", lambda t, n: day(t.on, n)),
    Column("转让方", lambda t, n: t.seller),
    Column("受让方", lambda t, n: t.buyer),
    Column("受让方统一社会信用代码", lambda t, n: t.buyer_id if n % 2 else ""),
    Column("成交金额（万元）", lambda t, n: t.fee.text if t.fee else ""),
    Column("支付方式", lambda t, n: t.fee.kind or "" if t.fee and t.fee.amount else ""),
    Column(
        "许可期限届满日", lambda t, n: day(t.until, n + 1) if t.kind is not TransactionKind.PLEDGE else ""
    ),
    Column("受让方地区", lambda t, n: t.region),
    Column("经办窗口", lambda t, n: _word(("云泽", "青岚", "北固"), n)),
)


def number_of(patent_id: str, row: int) -> Typed:
    """The number of a patent by its id: the base digits with their check digit."""
    base = patent_id.removeprefix("CN")
    return number(str(ApplicationNumber(base, check_digit(base))), row)
