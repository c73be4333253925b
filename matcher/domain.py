"""The records and the coded terms of the field; no I/O.

Members of the coded terms carry the field's Chinese term as their value: it is what files hold, what people
see and what is stored. Money is in 万元 (10,000 CNY). Absent facts are None or empty, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PatentType(StrEnum):
    """The three rights of the Patent Law, art. 2."""

    INVENTION = "发明专利"
    UTILITY_MODEL = "实用新型"
    DESIGN = "外观设计"


class LegalStatus(StrEnum):
    """Legal status as the register and the exports in use state it."""

    PENDING = "申请中"
    GRANTED = "授权"
    TRANSFERRED = "专利权转移"
    RESTORED = "权利恢复"
    PLEDGED = "质押合同登记生效"
    OPEN_LICENCE = "开放许可声明"
    PRESERVED = "专利权保全"
    LICENCE_RECORDED = "许可合同备案生效"
    INVALIDATION_PENDING = "无效宣告程序中"
    PARTLY_INVALIDATED = "部分无效"
    LAPSED = "未缴年费终止"
    EXPIRED = "期限届满"
    ABANDONED = "放弃专利权"
    INVALIDATED = "全部无效"
    REJECTED = "驳回"
    WITHDRAWN = "撤回"
    DEAD = "失效"
    """Dead for a reason that the source does not name."""


IN_FORCE = frozenset(
    {
        LegalStatus.GRANTED,
        LegalStatus.TRANSFERRED,
        LegalStatus.RESTORED,
        LegalStatus.PLEDGED,
        LegalStatus.OPEN_LICENCE,
        LegalStatus.PRESERVED,
        LegalStatus.LICENCE_RECORDED,
        LegalStatus.INVALIDATION_PENDING,
        LegalStatus.PARTLY_INVALIDATED,
    }
)
"""The wide set: every state in which the right exists."""


class LicensingMode(StrEnum):
    """转化方式: how a patent passes into use."""

    ASSIGNMENT = "转让"
    ORDINARY_LICENCE = "普通许可"
    SOLE_LICENCE = "排他许可"
    EXCLUSIVE_LICENCE = "独占许可"
    OPEN_LICENCE = "开放许可"
    INVESTMENT = "作价入股"
    OWN_USE = "自行实施"


class EncumbranceKind(StrEnum):
    """What stands on a patent and limits the modes that are left."""

    PLEDGE = "质押"
    PRESERVATION = "保全"
    ORDINARY_LICENCE = "普通许可"
    SOLE_LICENCE = "排他许可"
    EXCLUSIVE_LICENCE = "独占许可"
    OPEN_LICENCE = "开放许可"


@dataclass(frozen=True, slots=True)
class Encumbrance:
    """A pledge, preservation or licence in force; `until` None: end unknown, taken as still in force."""

    kind: EncumbranceKind
    party: str = ""
    since: date | None = None
    until: date | None = None


class MaturityScale(StrEnum):
    """The scale in which a maturity was stated."""

    TRL9 = "TRL 1-9"
    LEVEL13 = "13级"
    STAGE = "阶段"
    FREE = "文字描述"


class MaturitySource(StrEnum):
    """Who said so, from the strongest to the weakest."""

    CENTRAL = "集中评价"
    ENTERPRISE = "企业评价"
    SELF = "自评"
    TEXT = "文本推断"


@dataclass(frozen=True, slots=True)
class Maturity:
    """技术成熟度: `level` on TRL 1–9 (ISO 16290; GB/T 22900), with the words, scale and source behind it."""

    level: int
    text: str
    scale: MaturityScale
    source: MaturitySource = MaturitySource.SELF


class ImplementationStatus(StrEnum):
    """专利实施状态."""

    NOT_IMPLEMENTED = "未实施"
    OWN_USE = "自行实施"
    LICENSED = "许可实施"
    ASSIGNED = "已转让"
    INVESTED = "作价入股"
    INDUSTRIALISED = "已产业化"


class FeeKind(StrEnum):
    """How a price is paid."""

    LUMP_SUM = "一次总付"
    ENTRY_PLUS_ROYALTY = "入门费加提成"
    ROYALTY = "提成支付"
    INSTALMENTS = "分期付款"
    FREE = "免费"
    NEGOTIABLE = "协议"


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """Fee and payment: amount in 万元, None where it is not stated or to be agreed."""

    kind: FeeKind | None = None
    amount: float | None = None
    text: str = ""


class Confidentiality(StrEnum):
    """Who may see a need."""

    PUBLIC = "公开"
    ANONYMOUS = "匿名"
    AUTHORITY_ONLY = "仅主管部门"


class Prospect(StrEnum):
    """产业化前景 as self-assessed or as assessed by an enterprise."""

    GOOD = "好"
    FAIR = "较好"
    AVERAGE = "一般"
    POOR = "差"


class TransactionKind(StrEnum):
    """What happened to a patent; the last three are no deals."""

    ASSIGNMENT = "转让"
    ORDINARY_LICENCE = "普通许可"
    SOLE_LICENCE = "排他许可"
    EXCLUSIVE_LICENCE = "独占许可"
    OPEN_LICENCE = "开放许可"
    INVESTMENT = "作价入股"
    PLEDGE = "质押"
    NAME_CHANGE = "名称变更"
    ADDRESS_CHANGE = "地址变更"


@dataclass(frozen=True, slots=True)
class Patent:
    """A patent or application. Texts are as the source wrote them; `id` is the identity in the store."""

    id: str
    title: str
    abstract: str = ""
    first_claim: str = ""
    application_number: str = ""
    """Standard form CN201610123456.7, or as given where it has no check digit."""
    publication_number: str = ""
    """With kind code where known: CN105123456A, CN105123456B."""
    type: PatentType | None = None
    status: LegalStatus | None = None
    status_date: date | None = None
    """The day at which the status was true according to the source (状态核验日期)."""
    filed: date | None = None
    published: date | None = None
    granted: date | None = None
    holders: tuple[str, ...] = ()
    inventors: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    """Symbols as G06F 16/68, the main one first."""
    locarno: str = ""
    region: str = ""
    industry: str = ""
    keywords: tuple[str, ...] = ()
    maturity: Maturity | None = None
    modes: tuple[LicensingMode, ...] = ()
    """Modes the holder accepts (转化意愿); empty: not stated."""
    fee: FeeTerms | None = None
    encumbrances: tuple[Encumbrance, ...] = ()
    evaluation_report: bool | None = None
    """Whether a 专利权评价报告 exists (utility models and designs)."""
    funded: bool | None = None
    """是否财政资助."""
    implementation: ImplementationStatus | None = None
    scenario: str = ""
    """应用场景."""
    prospect: Prospect | None = None
    contact: str = ""
    """权利人联系部门."""
    college: str = ""
    """所属学院: the holder's college, department or laboratory."""
    project: str = ""
    """项目编号 of the research that was paid for."""
    source: str = ""
    own_id: str = ""
    """The record's id in its source."""


def identity(patent: Patent) -> Patent:
    """The patent by its numbers, title and source alone: what a statement about it is merged under."""
    return Patent(
        id=patent.id,
        title=patent.title,
        application_number=patent.application_number,
        publication_number=patent.publication_number,
        source=patent.source,
        own_id=patent.own_id,
    )


@dataclass(frozen=True, slots=True)
class Holder:
    """A patent holder; `kind` such as 高校, 科研机构, 医院; `department` is the 主管部门."""

    id: str
    name: str
    kind: str = ""
    region: str = ""
    contact: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise; `focus_areas` are its own short phrases."""

    id: str
    name: str
    credit_code: str = ""
    region: str = ""
    kinds: tuple[str, ...] = ()
    """资质类型, such as 高新技术企业, 专精特新."""
    industry: str = ""
    focus_areas: tuple[str, ...] = ()
    modes: tuple[LicensingMode, ...] = ()
    contact: str = ""
    department: str = ""
    """归口部门."""
    registration: str = ""
    """注册状态 on the authority's platform, as stated."""
    source: str = ""
    own_id: str = ""


@dataclass(frozen=True, slots=True)
class Expert:
    """An enterprise's expert who assesses patents; `avoids` are 回避单位, its own unit is always one of them."""

    id: str
    name: str
    unit: str
    title: str = ""
    """职称."""
    focus: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    recommended: date | None = None
    contact: str = ""
    """Personal data: stands in no sheet that is handed out."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ServiceInstitution:
    """服务机构: who invests, lends, insures, appraises or operates; `industries` empty: it has named none."""

    id: str
    name: str
    kind: str = ""
    """类型, such as 投资机构, 银行, 保险公司."""
    industries: tuple[str, ...] = ()
    """关注产业."""
    products: tuple[str, ...] = ()
    region: str = ""
    contact: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FocusArea:
    """A field in which an enterprise looks for technology."""

    id: str
    enterprise_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Need:
    """技术需求: what an enterprise looks for, and what it accepts."""

    id: str
    title: str
    description: str = ""
    indicators: str = ""
    problem: str = ""
    enterprise_id: str = ""
    enterprise: str = ""
    """The enterprise's name as the form has it."""
    field: str = ""
    industry: str = ""
    ipc: tuple[str, ...] = ()
    region: str = ""
    budget: float | None = None
    """万元."""
    modes: tuple[LicensingMode, ...] = ()
    """Modes the enterprise accepts; empty: not stated."""
    cooperation: tuple[str, ...] = ()
    """合作方式 as stated, such as 联合开发."""
    min_maturity: Maturity | None = None
    received: date | None = None
    valid_until: date | None = None
    confidentiality: Confidentiality = Confidentiality.AUTHORITY_ONLY
    source: str = ""
    own_id: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """企业评价: what one enterprise said of one patent, `on` a day."""

    id: str
    patent_id: str
    enterprise_id: str
    enterprise: str = ""
    prospect: Prospect | None = None
    improvement: str = ""
    cooperation: str = ""
    maturity: Maturity | None = None
    on: date | None = None
    assessor: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """历史交易: one event of one patent, `on` a day."""

    id: str
    patent_id: str
    kind: TransactionKind
    on: date | None
    seller: str = ""
    buyer: str = ""
    buyer_id: str = ""
    until: date | None = None
    fee: FeeTerms | None = None
    region: str = ""
    source: str = ""
    own_id: str = ""
