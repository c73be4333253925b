"""Which column headers mean which field: data, one string a synonym, the preferred source of a field first.

Headers are compared without regard to widths, blanks, capitals, `*`, line breaks, numbering and notes in
brackets such as （必填）, so one spelling of each is enough. Covers incoPat, 智慧芽 (PatSnap), CNIPA and 万方,
CnOpenData, 科信通, Google Patents, 存量专利盘点, 开放许可 listings, need-collection forms, and the English keys of
jsonl and BEIR files.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RecordKind(StrEnum):
    """What the rows of a file are."""

    PATENTS = "patents"
    ENTERPRISES = "enterprises"
    NEEDS = "needs"
    ASSESSMENTS = "assessments"
    TRANSACTIONS = "transactions"
    HOLDERS = "holders"
    EXPERTS = "experts"
    SERVICES = "services"


Table = Mapping[str, str]
"""Field → its synonyms, separated by blanks."""

_CREDIT_CODE = """
    统一社会信用代码 企业统一社会信用代码 工商统一社会信用代码 社会信用代码 信用代码
    统一社会信用代码/组织机构代码 credit_code uscc
"""
_PATENT_NUMBER = """
    专利号 申请号 专利申请号 专利号/申请号 申请号/专利号 专利(申请)号 专利申请号/专利号 关联专利号 交易专利号
    标的专利号 许可专利号 patent_id patent patent_number application_number
"""
_REGION = "所属地市 所在地市 地市 所属地区 所在地区 所在地 所属区域 地区 区域 省市 region city"
_INDUSTRY = """
    所属产业 所属行业 产业领域 行业 产业 所属产业领域 所属行业领域 行业领域 行业分类 产业分类 产业类别
    国民经济行业分类 国民经济分类 国民经济行业分类(主) 战略性新兴产业分类 industry
"""
_FEE = """
    许可使用费 许可费 使用费 费用 交易金额 成交金额 合同金额 转让费 转让价格 许可使用费标准 许可费用 拟转让价格
    期望价格 意向价格 报价 金额 价格 许可使用费及标准 费用及支付方式 fee price amount
"""
_PAYMENT = "支付方式 许可使用费支付方式 费用支付方式 付费方式 计费方式 收费方式 收费标准 payment fee_kind"
_MATURITY = """
    技术成熟度 成熟度 技术成熟度等级 成熟度等级 技术就绪度 技术就绪度等级 技术就绪水平 就绪度等级 技术成熟程度
    成果成熟度 技术阶段 技术所处阶段 研发阶段 成果阶段 trl trl等级 maturity
"""
_MODES = """
    转化意愿 可接受的转化方式 转化意愿(可接受的转化方式) 转化方式 拟转化方式 意向转化方式 可行转化方式 运用方式
    拟采取的转化方式 许可方式 交易方式 拟交易方式 转让方式 modes licensing_modes
"""
_PROSPECT = "产业化前景 产业化前景评价 市场前景 产业化前景自评 应用前景 专利自评 prospect"
_OWN_ID = "id _id doc_id docid 编号 内部编号 记录编号"

PATENT: Table = {
    "own_id": "achievement_id 成果编号 专利编号 档案编号 案卷号 内部案号 案号 " + _OWN_ID,
    "application": """
        申请号 专利申请号 专利号 申请(专利)号 专利(申请)号 专利号/申请号 申请号/专利号 申请编号
        专利申请号/专利号 许可专利号 申请号(专利号) 专利号(申请号) filing_id application_number applicationno
        application_no patent_id patent_number appl_no
    """,
    "publication": """
        公开(公告)号 授权公告号 公告号 授权号 专利授权号 公告(公开)号 公开/公告号 公开公告号 公开号 专利公开号
        文献号 授权公告号(公开号) 申请公布号 申请公开号 authorization_notice_id publication_number
        publicationno publication_no pub_no patentno
    """,
    "title": """
        标题(中文) 标题(译)(简体中文) [标]标题 标题 专利名称 名称 发明名称 发明创造名称 专利标题 题名 专利题名
        成果名称 标题(译) 专利技术名称 标题(小语种原文) 标题(原文) title title_words name
    """,
    "abstract": """
        摘要(中文) 摘要(译)(简体中文) [标]摘要 摘要 专利摘要 摘要(译) 摘要文本 技术简介 成果简介
        摘要(小语种原文) 摘要(原文) 简介 内容简介 abstract text description summary
    """,
    "first_claim": """
        首项权利要求 主权项 主权项内容 主权利要求 第一权利要求 独立权利要求 首权 权利要求 权利要求书
        [标]首项权利要求 首项权利要求(译)(简体中文) first_claim claims claim
    """,
    "type": "专利类型 专利类别 专利种类 类型 知识产权类型 文献类型 公开类型 patent_type type",
    "status": """
        当前法律状态 法律状态 最新法律状态 法律状态/事件 专利状态 专利法律状态 案件状态 legal_status status
    """,
    "validity": "专利有效性 简单法律状态 有效性 是否有效 法律有效性 validity",
    "status_date": """
        法律状态数据截至日期 状态核验日期 法律状态核验日期 数据截至日期 法律状态更新日期 法律状态更新时间
        法律状态日期 法律状态公告日 status_date
    """,
    "filed": "申请日 申请日期 专利申请日 申请时间 filing_date filing/creationdate filed application_date",
    "granted": "授权公告日 授权日 授权日期 专利授权日 授权公告日期 grantdate grant_date granted",
    "announced": """
        公开(公告)日 公告日 公告(公开)日 公开/公告日 公开公告日 公告日期 公开(公告)日期 公开日期
        authorized_announcement_date publicationdate publication_date
    """,
    "published": "公开日 申请公布日 首次公开日 首次公开日期 published",
    "holders": """
        当前权利人 标准化当前权利人 [标]当前申请(专利权)人 当前申请(专利权)人 当前专利权人 专利权人 权利人
        专利权(申请)人 申请(专利权)人 [标]申请(专利权)人 专利(申请)权人 专利权人/申请人 申请人/专利权人
        专利权人(申请人) 申请人(专利权人) 标准化申请人 第一专利权人 申请人 专利申请人 原始申请(专利权)人 许可人
        专利权人名称 权利人名称 申请人名称 单位名称 所属单位 完成单位 patentee assignee assignees applicant
        applicants holder holders currentassignee inventor/authorassignee
    """,
    "co_holders": "共有权利人 共同专利权人 共有专利权人 共同申请人 其他专利权人 其他申请人",
    "inventors": """
        发明人 发明(设计)人 设计人 发明人/设计人 发明人(设计人) 发明设计人 [标]发明人 当前发明(设计)人名称
        发明人名称 designer inventor inventors inventor/author
    """,
    "ipc_main": "ipc主分类号 主分类号 ipc主分类 主分类 ipc主分类号(小组) ipc主分类-小组 main_ipc",
    "ipc": """
        ipc ipc分类号 分类号 国际专利分类号 国际分类号 ipc分类 专利分类号 ipc号 全部分类号 int.cl. int.cl ipcs
        ipc_codes
    """,
    "locarno": "洛迦诺分类号 外观设计洛迦诺分类号 洛迦诺分类 外观设计分类号 loc分类号 locarno",
    "region": """
        申请人所在地市 申请人地市 专利权人所在地市 当前权利人地市 申请人城市 中国申请人地市 申请人省市
        中国申请人省市 第一申请人省市 申请人省市代码 国省代码 国省名称 申请人国省代码 申请人省份 省份 省
    """
    + _REGION,
    "address": """
        申请人地址 地址 专利权人地址 [标]当前申请(专利权)人地址 当前申请(专利权)人地址 当前权利人地址
        第一申请人地址 联系地址 address
    """,
    "industry": "技术领域 领域 应用领域 所属技术领域 产业链 所属产业链 新兴产业分类 " + _INDUSTRY,
    "keywords": """
        关键词 技术关键词 主题词 [标]技术功效短语 [标]技术问题短语 技术功效短语 技术问题短语 技术功效 keywords
    """,
    "maturity": _MATURITY + " 技术成熟度自评",
    "maturity_source": "成熟度来源 技术成熟度来源 maturity_source",
    "modes": _MODES,
    "fee": _FEE,
    "payment": _PAYMENT,
    "licence_until": "许可期限届满日 许可期限届满日期 许可届满日 许可截止日期 许可期限 许可有效期 开放许可期限",
    "licence_kind": "许可类型 许可种类 许可合同类型",
    "licensee": "被许可人 当前被许可人 受许可人",
    "open_licence": "是否开放许可 开放许可 是否声明开放许可 开放许可状态 是否已开放许可",
    "pledged": "是否质押 质押状态 是否处于质押状态 质押情况 质押",
    "pledgee": "质权人 当前质权人",
    "preserved": "是否保全 保全状态 是否处于保全状态 财产保全",
    "evaluation_report": "是否有专利权评价报告 专利权评价报告 评价报告 是否出具专利权评价报告 evaluation_report",
    "funded": """
        是否属于财政资助科研项目形成专利 是否财政资助 是否财政资助项目 是否财政资助形成 是否财政资金资助
        是否属于财政资助科研项目形成的专利 是否为财政资助科研项目形成专利 财政资助 funded
    """,
    "implementation": """
        专利实施状态 实施状态 实施情况 专利实施情况 是否实施 转化状态 转化情况 是否已转化 专利转化情况
        implementation
    """,
    "scenario": "应用场景 应用场景(产业化前景) 应用场景描述 应用方向 主要应用场景 用途 scenario",
    "prospect": _PROSPECT,
    "contact": "权利人联系部门 联系部门 联系方式 联系人及电话 联系人 联系人及联系方式 管理部门 contact",
    "college": """
        所属学院 学院 院系 所属院系 所在学院 所在院系 二级单位 所属二级单位 二级学院 所属部门 所属院所 所属系所
        所属学院(部门) 归属学院 权属部门 college department
    """,
    "project": """
        项目编号 科研项目编号 财政资助项目编号 资助项目编号 依托项目编号 课题编号 项目编号(财政资助) 项目批准号
        project
    """,
}

ENTERPRISE: Table = {
    "own_id": "enterprise_id 企业编号 企业id " + _OWN_ID,
    "name": """
        企业名称 单位名称 公司名称 企业全称 名称 企业 单位 机构名称 申报单位 enterprise company name
    """,
    "credit_code": _CREDIT_CODE,
    "region": "注册地 注册地址 企业所在地 所属区县 所在区县 地址 企业地址 通讯地址 经营地址 所属省市 "
    + _REGION,
    "kinds": """
        企业类型 企业资质 资质 企业资质类型 资质类型 企业性质 企业标签 企业类别 企业认定类型 荣誉资质 kinds
        type
    """,
    "industry": _INDUSTRY,
    "focus_areas": """
        关注领域 关注技术领域 关注的技术领域 关注方向 技术关注领域 感兴趣的技术领域 技术需求方向 技术需求领域
        需求方向 关注技术方向 意向技术领域 技术领域 技术方向 主营产品关注领域 focus_areas focus
    """,
    "modes": "合作意向 可接受的转化方式 意向合作方式 合作方式 意向转化方式 " + _MODES,
    "contact": "联系部门 联系人 联系方式 联系人及电话 联系电话 contact",
    "department": "归口部门 归口管理部门 行业主管部门 主管部门 推荐部门 推荐单位 department",
    "registration": "注册状态 平台注册状态 是否注册 是否已注册 入驻状态 registration",
}

NEED: Table = {
    "own_id": "need_id 需求编号 需求id 需求序号 query_id qid " + _OWN_ID,
    "title": """
        需求名称 技术需求名称 需求标题 需求题目 技术需求题目 项目名称 难题名称 技术难题名称 榜单名称 标题 名称
        题目 需求 技术需求 title name query
    """,
    "description": """
        需求描述 技术需求描述 需求内容 技术需求内容 需求简介 需求详情 需求说明 具体需求 需求概述 主要内容
        技术需求简介 详细描述 内容 描述 说明 description text abstract content
    """,
    "indicators": """
        技术指标 主要技术指标 技术指标要求 预期指标 关键技术指标 考核指标 指标要求 预期目标 技术参数 技术要求
        拟达到的技术指标 indicators
    """,
    "problem": """
        拟解决的技术问题 技术难题 难题 问题 问题描述 拟解决问题 需解决的主要技术难题 需要解决的问题 难题描述
        痛点 存在问题 技术瓶颈 problem
    """,
    "enterprise_own_id": "enterprise_id 企业编号 企业id",
    "enterprise": """
        企业名称 企业 需求企业 需求单位 单位名称 公司名称 需求方 提出单位 申报单位 发榜单位 企业(单位)名称 单位
        enterprise company
    """,
    "credit_code": _CREDIT_CODE,
    "field": """
        技术领域 领域 所属领域 需求领域 所属技术领域 技术需求领域 技术方向 需求所属领域 field domain
    """,
    "industry": _INDUSTRY,
    "ipc": "ipc ipc分类号 相关ipc ipc_codes",
    "region": "企业所在地 所属区县 所在区县 企业地址 需求地区 地址 " + _REGION,
    "budget": """
        预算 经费预算 投入预算 拟投入资金 拟投入经费 预算金额 意向投入 投资额度 拟投入金额 意向金额 悬赏金额
        投入资金 计划投入 资金投入 合作预算 budget
    """,
    "cooperation": "合作方式 拟合作方式 意向合作方式 合作模式 期望合作方式 希望合作方式 合作形式 cooperation",
    "modes": """
        可接受的转化方式 接受的转化方式 意向转化方式 转化方式 可接受的许可方式 licensing_modes modes
    """,
    "min_maturity": """
        技术成熟度要求 成熟度要求 最低技术成熟度 要求技术成熟度 期望成熟度 可接受的技术成熟度 min_maturity
    """
    + _MATURITY,
    "received": """
        征集日期 提交日期 发布日期 填报日期 发布时间 登记日期 提出日期 需求提出时间 征集时间 填报时间 提交时间
        received date
    """,
    "valid_until": """
        有效期 有效期至 截止日期 需求有效期 需求截止日期 截止时间 有效期限 有效截止日期 valid_until
    """,
    "confidentiality": """
        公开范围 公开方式 保密要求 保密级别 是否公开 公开程度 是否同意公开 需求公开范围 可见范围
        confidentiality
    """,
    "source": "来源 需求来源 征集来源 征集渠道 来源渠道 source",
}

ASSESSMENT: Table = {
    "own_id": "assessment_id 评价编号 " + _OWN_ID,
    "patent": _PATENT_NUMBER + " 授权公告号 公开(公告)号 评价专利号 专利公告号",
    "enterprise_own_id": "enterprise_id 企业编号 企业id",
    "enterprise": "评价企业 评价企业名称 企业名称 企业 单位名称 评价单位 enterprise company",
    "credit_code": _CREDIT_CODE,
    "prospect": """
        产业化前景 产业化前景评价 前景评价 评价结果 评价等级 评价结论 评价 市场前景 应用前景 prospect rating
    """,
    "improvement": "技术改进需求 改进需求 改进意见 改进建议 改进方向 技术改进建议 需改进之处 意见建议 评价意见 improvement",
    "cooperation": "产学研合作意愿 合作意向 意向合作方式 合作方式 合作意愿 cooperation",
    "maturity": _MATURITY,
    "on": "评价日期 评价时间 日期 填报日期 时间 date on",
    "assessor": "评价人 评价专家 专家 专家姓名 填报人 assessor",
}

TRANSACTION: Table = {
    "own_id": "transaction_id 交易编号 合同编号 备案号 登记号 合同备案号 许可备案号 " + _OWN_ID,
    "patent": _PATENT_NUMBER + " 授权公告号 公开(公告)号 公告号 公开号",
    "kind": """
        交易类型 交易方式 转化方式 交易类别 运营类型 运营方式 业务类型 事件类型 事件 事务 法律事件 法律事件代码
        事务数据 事务类型 类型 变更事项 kind type event
    """,
    "licence_kind": "许可类型 许可种类 许可方式 许可合同类型",
    "on": """
        交易日期 登记日 登记日期 生效日 合同生效日 登记生效日 备案日期 合同备案日期 签约日期 签订日期
        合同签订日期 变更登记日 变更生效日 转让执行日 转让日 许可备案日期 许可备案阶段日期 公告日 日期 时间
        交易时间 法律事件日期 date on
    """,
    "seller": """
        转让人 许可人 让与人 转让方 许可方 出让方 出让人 变更前权利人 变更前专利权人 原权利人 出质人 卖方
        供给方 技术供给方 seller assignor licensor
    """,
    "assignee": """
        受让人 受让方 变更后权利人 变更后专利权人 买方 需求方 技术需求方 受让企业 质权人 buyer assignee
    """,
    "licensee": "被许可人 被许可方 受许可人 licensee",
    "credit_code": """
        受让方统一社会信用代码 受让人统一社会信用代码 被许可人统一社会信用代码 买方统一社会信用代码 buyer_id
    """
    + _CREDIT_CODE,
    "until": """
        许可期限届满日 许可期限届满日期 许可期限 合同终止日 到期日 许可终止日期 合同到期日 许可届满日 until
    """,
    "fee": _FEE,
    "payment": _PAYMENT,
    "region": "受让人地区 受让方所在地 买方地区 受让方地区 " + _REGION,
}

HOLDER: Table = {
    "name": """
        单位名称 权利人名称 专利权人名称 专利权人 权利人 高校名称 院校名称 机构名称 高校院所名称 名称 holder name
    """,
    "kind": "单位类型 单位类别 权利人类型 机构类型 类型 单位性质 kind type",
    "region": "属地 单位属地 " + _REGION,
    "department": "主管部门 业务主管部门 上级主管部门 归口部门 行业主管部门 department",
    "contact": "联系部门 联系人 联系方式 联系人及电话 联系电话 权利人联系部门 contact",
}

EXPERT: Table = {
    "name": "姓名 专家姓名 专家 专家名称 name",
    "unit": "单位 工作单位 所在单位 推荐企业 推荐单位 企业名称 单位名称 unit",
    "title": "职称 职务 职称/职务 职务/职称 专业技术职称 title",
    "focus": "关注领域 技术领域 研究方向 擅长领域 专业领域 评价领域 关注技术领域 focus",
    "recommended": "推荐日期 推荐时间 入库日期 聘任日期 recommended",
    "avoids": "回避单位 需回避单位 回避 利害关系单位 avoids",
    "contact": "联系方式 联系电话 联系人及电话 电话 手机 contact",
}

SERVICE: Table = {
    "name": "机构名称 服务机构 服务机构名称 单位名称 名称 机构 name",
    "kind": "机构类型 类型 服务机构类型 机构类别 服务类型 类别 kind type",
    "industries": "关注产业 关注领域 服务产业 关注行业 投资领域 服务领域 重点产业 所属产业 industries",
    "products": "产品 服务产品 金融产品 主要产品 服务内容 产品或服务 产品名称 服务项目 products",
    "region": "服务地区 属地 " + _REGION,
    "contact": "联系部门 联系人 联系方式 联系人及电话 联系电话 contact",
}

SYNONYMS: Mapping[RecordKind, Table] = {
    RecordKind.PATENTS: PATENT,
    RecordKind.ENTERPRISES: ENTERPRISE,
    RecordKind.NEEDS: NEED,
    RecordKind.ASSESSMENTS: ASSESSMENT,
    RecordKind.TRANSACTIONS: TRANSACTION,
    RecordKind.HOLDERS: HOLDER,
    RecordKind.EXPERTS: EXPERT,
    RecordKind.SERVICES: SERVICE,
}

ESSENTIAL: Mapping[RecordKind, tuple[str, ...]] = {
    RecordKind.PATENTS: ("title", "application", "publication"),
    RecordKind.ENTERPRISES: ("name",),
    RecordKind.NEEDS: ("title", "description"),
    RecordKind.ASSESSMENTS: ("patent",),
    RecordKind.TRANSACTIONS: ("patent",),
    RecordKind.HOLDERS: ("name",),
    RecordKind.EXPERTS: ("name",),
    RecordKind.SERVICES: ("name",),
}
"""A row is a header of this kind only if it names one of these fields."""

UNUSED = """
    序号 no. no item index 行号 备注 label resultlink representativefigurelink prioritydate 标题(英文)
    摘要(英文) 标题翻译 摘要翻译 合享价值度 专利度 特征度 现有基础 需求现有基础 权利要求数量 引证次数
    被引证次数 被引证 预估到期日 预计到期日 预计届满日 链接 链接到incopat 附图 摘要附图 专利名称(评价) level
    score qrels 未导入原因 许可范围 标准说明 代理机构 代理人 优先权 优先权号
"""
"""Known headers that carry nothing the records hold: not worth a remark."""

YES_NO_FIELDS = frozenset(
    {"evaluation_report", "funded", "implementation", "pledged", "preserved", "open_licence", "prospect"}
)
"""Fields in which 无 is an answer and not an absence."""
