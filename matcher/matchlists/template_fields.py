"""The columns of each import template, as data: title, what to write, an example of our own, allowed terms.

Titles are headers that the importer's synonym table knows; which field each fills is said there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from matcher.domain import (
    Confidentiality,
    FeeKind,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    MaturitySource,
    PatentType,
    Prospect,
    TransactionKind,
)
from matcher.importing.synonyms import RecordKind


class Entry(StrEnum):
    """How a column is filled in."""

    TEXT = "文字"
    DATE = "日期"
    NUMBER = "数字"


@dataclass(frozen=True, slots=True)
class Field:
    """One column; `terms` are offered in a drop-down, unless `several` may stand in one cell."""

    title: str
    note: str
    example: str = ""
    entry: Entry = Entry.TEXT
    terms: tuple[str, ...] = ()
    several: bool = False
    mandatory: bool = False
    width: float = 16


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of record and its columns."""

    kind: RecordKind
    title: str
    fields: tuple[Field, ...]


def _terms(values: Iterable[StrEnum]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


_YES_NO = ("是", "否")
_LICENCES = ("普通许可", "排他许可", "独占许可")
_MODES = "可填多项，用“；”分隔"
_MATURITY = "TRL 1–9 级，或研发、小试、中试、量产等说法"
_CREDIT_CODE = Field("统一社会信用代码", "18 位", "91370000MA0000000P", width=22)
_REGION = Field("所在地区", "省、市", "云岭省青屿市")
_NUMBER = Field(
    "申请号", "9 位或 13 位，可带 ZL、CN、小数点；专利号即申请号", "202410000001.X", mandatory=True, width=20
)
_ENTERPRISE = Field("企业名称", "营业执照上的全称", "青屿海洋装备有限公司", mandatory=True, width=26)
_ACCEPTED = Field("可接受的转化方式", _MODES, "普通许可；转让", terms=_terms(LicensingMode), several=True)
_MATURITY_FIELD = Field("技术成熟度", _MATURITY, "中试")
_PROSPECT = Field("产业化前景", "从列表中选择", "较好", terms=_terms(Prospect))
_PAYMENT = Field("支付方式", "从列表中选择", "一次总付", terms=_terms(FeeKind))


_PATENTS = (
    Field("专利名称", "证书或公报上的名称", "一种水下快速接头", mandatory=True, width=34),
    _NUMBER,
    Field("公开（公告）号", "含国别代码和文献种类代码", "CN118000001B", width=18),
    Field("专利类型", "从列表中选择", "发明专利", terms=_terms(PatentType)),
    Field("法律状态", "从列表中选择；不清楚的留空，清单中标为待核实", "授权", terms=_terms(LegalStatus)),
    Field("状态核验日期", "查询法律状态的日期", "2026-10-31", Entry.DATE),
    Field("申请日", "用于计算专利权期限", "2024-01-02", Entry.DATE),
    Field("授权公告日", "尚未授权的留空", "2025-06-03", Entry.DATE),
    Field("专利权人", "多个权利人用“；”分隔，第一权利人在前", "云岭理工大学；青屿海洋装备有限公司", width=26),
    Field("发明人", "多人用“；”分隔", "李一；王二"),
    Field("IPC分类号", "主分类号在前，用“；”分隔", "F16L 37/23；E21B 43/01"),
    Field("摘要", "说明书摘要全文；匹配质量主要取决于此项", "本发明公开了……", width=50),
    Field("权利要求", "第一项独立权利要求", "一种……，其特征在于……", width=30),
    _REGION,
    Field("所属产业", "产业目录中的名称", "高端装备"),
    Field("关键词", "用“；”分隔", "快速接头；自动对中"),
    _MATURITY_FIELD,
    Field("成熟度来源", "从列表中选择", "自评", terms=_terms(MaturitySource)),
    Field("转化意愿", _MODES, "普通许可；转让", terms=_terms(LicensingMode), several=True),
    Field("许可使用费", "万元，面议的留空", "20", Entry.NUMBER),
    _PAYMENT,
    Field("是否财政资助", "从列表中选择", "是", terms=_YES_NO),
    Field("专利实施状态", "从列表中选择", "未实施", terms=_terms(ImplementationStatus)),
    Field("专利权评价报告", "实用新型和外观设计是否已有报告", "否", terms=_YES_NO),
    Field("是否开放许可", "是否已声明开放许可", "否", terms=_YES_NO),
    Field("许可类型", "已有有效许可的，填其类型", "", terms=_LICENCES),
    Field("被许可人", "已有有效许可的被许可人", "", width=26),
    Field("许可期限届满日", "已有有效许可的届满日", "", Entry.DATE),
    Field("是否质押", "从列表中选择", "否", terms=_YES_NO),
    Field("质权人", "已质押的填写", "", width=26),
    Field("是否保全", "是否被人民法院裁定保全", "否", terms=_YES_NO),
    Field("应用场景", "可以用在哪里", "深水油气管汇的连接", width=30),
    _PROSPECT,
    Field("权利人联系部门", "部门和电话", "科技处 0000-0000000", width=22),
    Field("所属学院", "学院、系所或部门，盘点表按此拆分", "海洋工程学院"),
    Field("项目编号", "财政资助项目的编号", "YLKJ2021-0001"),
)
_NEEDS = (
    Field("需求编号", "本单位的编号，同一需求再次导入时据此识别", "XQ-001"),
    Field("需求名称", "一句话说明要解决的问题", "深水管汇快速连接技术", mandatory=True, width=34),
    Field("企业名称", "营业执照上的全称", "青屿海洋装备有限公司", width=26),
    _CREDIT_CODE,
    Field("需求描述", "越具体越好：用途、工况、现状", "现有接头在三千米水深……", width=50),
    Field("技术指标", "可量化的要求", "锁紧时间不超过 5 秒", width=30),
    Field("技术难题", "已试过什么、难在哪里", "对中误差大", width=30),
    Field("技术领域", "技术领域", "海洋工程"),
    Field("所属行业", "国民经济行业名称", "专用设备制造业"),
    _REGION,
    Field("预算", "万元", "50", Entry.NUMBER),
    Field("合作方式", "用“；”分隔", "技术许可；联合开发"),
    _ACCEPTED,
    Field("成熟度要求", f"可接受的最低成熟度：{_MATURITY}", "小试"),
    Field("提出日期", "需求提出的日期", "2026-09-01", Entry.DATE),
    Field("有效期", "需求有效的最后一日", "2027-08-31", Entry.DATE),
    Field("公开范围", "留空按“仅主管部门”处理", "公开", terms=_terms(Confidentiality)),
)
_ENTERPRISES = (
    _ENTERPRISE,
    _CREDIT_CODE,
    _REGION,
    Field("企业类型", "资质，用“；”分隔", "高新技术企业；专精特新中小企业", width=26),
    Field("所属行业", "国民经济行业名称", "专用设备制造业"),
    Field("关注领域", "希望获得的技术方向，用“；”分隔", "水下连接；深海防腐", width=40),
    _ACCEPTED,
    Field("联系人", "姓名和电话，只用于主管部门内部", "赵工 0000-0000000", width=22),
    Field("归口部门", "推荐或主管该企业的部门", "云岭省工业和信息化厅", width=20),
    Field("注册状态", "在盘活工作平台的注册状态", "已注册"),
)
_ASSESSMENTS = (
    _NUMBER,
    _ENTERPRISE,
    _PROSPECT,
    _MATURITY_FIELD,
    Field("改进建议", "企业认为需要补充的工作", "补充耐久试验", width=34),
    Field("合作意向", "希望怎样合作", "技术许可"),
    Field("评价人", "评价的专家或部门", "总工办"),
    Field("评价日期", "评价的日期", "2026-09-15", Entry.DATE),
)
_TRANSACTIONS = (
    _NUMBER,
    Field("交易类型", "从列表中选择", "普通许可", terms=_terms(TransactionKind), mandatory=True),
    Field("交易日期", "登记或备案的日期", "2026-05-20", Entry.DATE, mandatory=True),
    Field("转让人", "转让人、许可人或出资人", "云岭理工大学", width=26),
    Field("受让人", "受让人或被许可人", "青屿海洋装备有限公司", width=26),
    Field("交易金额", "万元", "20", Entry.NUMBER),
    _PAYMENT,
    Field("许可期限届满日", "仅许可填写", "2029-05-19", Entry.DATE),
    Field("地区", "受让人所在地", "云岭省青屿市"),
)
_HOLDERS = (
    Field("单位名称", "与专利上的权利人名称一致", "云岭理工大学", mandatory=True, width=26),
    Field("单位类型", "高校、科研机构、医院等", "高校"),
    _REGION,
    Field("主管部门", "业务主管部门，进展按此汇总", "云岭省教育厅", width=20),
    Field("联系人", "部门和电话，只用于主管部门内部", "科技处 0000-0000000", width=22),
)
_EXPERTS = (
    Field("姓名", "一行一位专家", "赵一", mandatory=True, width=12),
    Field("单位", "所在企业全称，本单位的专利自动回避", "青屿海洋装备有限公司", mandatory=True, width=26),
    Field("职称", "职称或职务", "正高级工程师"),
    Field("关注领域", "能评价的技术方向，用“；”分隔", "水下连接；深海防腐", mandatory=True, width=34),
    Field("推荐日期", "单位推荐的日期", "2026-04-15", Entry.DATE),
    Field("回避单位", "有利害关系、不评价其专利的单位，用“；”分隔", "云岭理工大学", width=26),
    Field("联系方式", "只用于主管部门内部", "0000-0000000", width=18),
)
_SERVICES = (
    Field("机构名称", "全称", "云岭知识产权运营有限公司", mandatory=True, width=28),
    Field("机构类型", "投资、银行、保险、运营、评估、代理、中试平台等", "运营机构", mandatory=True),
    Field("关注产业", "重点产业的名称或其中的方向，用“；”分隔；不限的留空", "高端装备制造", width=30),
    Field("产品", "提供的产品或服务，用“；”分隔", "专利池运营；许可谈判", width=34),
    _REGION,
    Field("联系人", "部门和电话，只用于主管部门内部", "业务部 0000-0000000", width=22),
)
TEMPLATES: tuple[Template, ...] = (
    Template(RecordKind.PATENTS, "专利信息导入模板", _PATENTS),
    Template(RecordKind.NEEDS, "技术需求导入模板", _NEEDS),
    Template(RecordKind.ENTERPRISES, "企业信息导入模板", _ENTERPRISES),
    Template(RecordKind.ASSESSMENTS, "企业评价导入模板", _ASSESSMENTS),
    Template(RecordKind.TRANSACTIONS, "历史交易导入模板", _TRANSACTIONS),
    Template(RecordKind.HOLDERS, "专利权人导入模板", _HOLDERS),
    Template(RecordKind.EXPERTS, "专家导入模板", _EXPERTS),
    Template(RecordKind.SERVICES, "服务机构导入模板", _SERVICES),
)
