"""A small list with everything that can go wrong on paper: long texts, unknowns, pledges, confidential needs."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from matcher.domain import (
    Confidentiality,
    Encumbrance,
    EncumbranceKind,
    Enterprise,
    FeeKind,
    FeeTerms,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    MaturitySource,
    Need,
    Patent,
    PatentType,
)
from matcher.matches import (
    Availability,
    Contribution,
    Feasibility,
    GateResult,
    Grade,
    Match,
    MatchList,
    NeedMatches,
    Provenance,
    Verdict,
)

MODES = LicensingMode
ASSEMBLY = Patent(
    id="p-assembly",
    title="一种用于深水管汇的液压快速接头装配装置及其自动对中方法",
    application_number="CN201810234567.8",
    type=PatentType.INVENTION,
    status=LegalStatus.PLEDGED,
    status_date=date(2026, 10, 31),
    filed=date(2018, 3, 21),
    granted=date(2020, 5, 1),
    holders=("云岭理工大学", "云岭海工装备研究院有限公司"),
    ipc=("F16L 37/23",),
    industry="高端装备",
    maturity=Maturity(5, "中试", MaturityScale.STAGE),
    fee=FeeTerms(FeeKind.ENTRY_PLUS_ROYALTY, 20, "入门费 20 万元，按销售额 3% 提成"),
    encumbrances=(Encumbrance(EncumbranceKind.PLEDGE, "云岭农商银行"),),
    contact="科技处成果转化科 0000-1234567",
)
COATING = Patent(
    id="p-coating",
    title="-196℃深冷环境用石墨烯改性防腐涂层及其制备方法",
    application_number="CN202010345678.X",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    status_date=date(2026, 9, 30),
    filed=date(2020, 4, 27),
    granted=date(2022, 8, 12),
    holders=("云岭化工研究所",),
    ipc=("C09D 5/08",),
    industry="新材料",
    maturity=Maturity(7, "7", MaturityScale.TRL9, MaturitySource.CENTRAL),
    fee=FeeTerms(FeeKind.LUMP_SUM, 35),
    contact="知识产权办公室",
)
VALVE = Patent(
    id="p-valve",
    title="一种耐磨球阀",
    application_number="CN202120456789.0",
    type=PatentType.UTILITY_MODEL,
    filed=date(2021, 2, 26),
    holders=("云岭理工大学",),
    industry="高端装备",
)
TRACKER = Patent(
    id="p-tracker",
    title="果蔬冷链温度溯源标签",
    application_number="CN201910567890.1",
    type=PatentType.INVENTION,
    status=LegalStatus.LAPSED,
    status_date=date(2026, 10, 31),
    filed=date(2019, 6, 28),
    granted=date(2021, 1, 5),
    holders=("云岭农业大学",),
    industry="现代农业",
)
OCEAN = Enterprise(
    id="e-ocean",
    name="青屿海洋工程装备股份有限公司",
    credit_code="91370000MA0EXAMPL1",
    region="青屿市",
    kinds=("高新技术企业", "专精特新中小企业"),
    industry="海洋工程",
    contact="王工 0000-7654321",
)
SECRET = Enterprise(
    id="e-secret", name="澜川精密阀门有限公司", region="澜川市", industry="通用设备", contact="李工"
)
CONNECT = Need(
    id="n-connect",
    own_id="XQ-2026-001",
    title="水下管汇快速连接与自动对中技术",
    enterprise_id="e-ocean",
    enterprise="青屿海洋工程装备股份有限公司",
    region="青屿市",
    confidentiality=Confidentiality.PUBLIC,
)
VALVES = Need(
    id="n-valves",
    own_id="XQ-2026-002",
    title="澜川耐磨阀门密封面强化",
    enterprise_id="e-secret",
    enterprise="澜川精密阀门有限公司",
    industry="通用设备",
    region="澜川市",
    confidentiality=Confidentiality.ANONYMOUS,
)
QUIET = Need(
    id="n-quiet",
    own_id="XQ-2026-003",
    title="尚未公布的新产品涂层",
    enterprise_id="e-ocean",
    enterprise="青屿海洋工程装备股份有限公司",
    region="青屿市",
)
COLD = Need(
    id="n-cold",
    own_id="XQ-2026-004",
    title="=冷链果蔬全程温度追溯",
    enterprise="北坡生鲜食品有限公司",
    region="北坡市",
    confidentiality=Confidentiality.PUBLIC,
)


def contributions(*values: float, quote: str) -> tuple[Contribution, ...]:
    """Weights 0.5, 0.3 and 0.2; the first two reasons quote the need."""
    reasons = (
        f"专利摘要“本发明的接头在六自由度浮动座上自动对中，三秒内完成锁紧，适用于三千米水深”与需求“{quote}”内容相近",
        f"共有术语：快速连接、自动对中（需求：{quote}）",
        "主分类号与需求领域同属一个小类",
    )
    labels = ("语义相近", "共有术语", "IPC 相近")
    names = ("semantic", "lexical", "ipc")
    return tuple(
        Contribution(name, label, weight, value, reason)
        for name, label, weight, value, reason in zip(
            names, labels, (0.5, 0.3, 0.2), values, reasons, strict=True
        )
    )


def match(need: Need, patent: Patent, grade: Grade, *values: float) -> Match:
    parts = contributions(*values, quote=need.title)
    return Match(
        need=need,
        patent=patent,
        score=sum(part.weight * part.value for part in parts),
        grade=grade,
        contributions=parts,
        missing=("费用与预算",),
        completeness=0.9,
        availability=(
            Availability(
                MODES.ASSIGNMENT, Feasibility.CONSENT, "已质押", "质权人云岭农商银行", "民法典第四百四十四条"
            ),
            Availability(MODES.ORDINARY_LICENCE, Feasibility.FEASIBLE, ""),
            Availability(MODES.INVESTMENT, Feasibility.CONSENT, "已质押", "质权人云岭农商银行"),
            Availability(MODES.OPEN_LICENCE, Feasibility.IMPOSSIBLE, "质押期间"),
        ),
    )


def lapsed(need: Need) -> Match:
    kept_out = match(need, TRACKER, Grade.STRONG, 0.9, 0.8, 0.7)
    gate = GateResult(
        "right_in_force", "权利有效", Verdict.VIOLATED, f"未缴年费终止，需求“{need.title}”要求有效专利"
    )
    return replace(kept_out, gates=(gate,))


@pytest.fixture
def match_list() -> MatchList:
    made = Provenance(
        made_at=datetime(2026, 11, 20, 9, 30),
        as_of=date(2026, 11, 1),
        event="云岭省 2026 年海洋装备专场路演",
        organiser="云岭省知识产权局",
        data_version="2026-11-01#a1b2",
        model="patent-need-static-zh@1",
        index="flat@c3d4",
        settings="e5f6",
        patents=1200,
        needs=4,
    )
    uncertain = GateResult("right_in_force", "权利有效", Verdict.UNKNOWN, "来源未注明法律状态")
    valve = replace(match(VALVES, VALVE, Grade.POSSIBLE, 0.7, 0.2, 0.0), gates=(uncertain,), availability=())
    return MatchList(
        made,
        (
            NeedMatches(
                CONNECT,
                OCEAN,
                (
                    match(CONNECT, ASSEMBLY, Grade.STRONG, 0.9, 0.6, 0.5),
                    match(CONNECT, VALVE, Grade.NOT_RECOMMENDED, 0.1, 0.1, 0.1),
                ),
            ),
            NeedMatches(VALVES, SECRET, (valve, match(VALVES, ASSEMBLY, Grade.POSSIBLE, 0.3, 0.4, 0.5))),
            NeedMatches(QUIET, OCEAN, (match(QUIET, COATING, Grade.RECOMMENDED, 0.7, 0.6, 0.1),)),
            NeedMatches(COLD, None, (), (lapsed(COLD),)),
        ),
    )
