"""A record written as a line is read back as the same record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matcher.domain import (
    Assessment,
    Confidentiality,
    Enterprise,
    FeeKind,
    FeeTerms,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    MaturitySource,
    Need,
    Patent,
    PatentType,
    Prospect,
)
from matcher.importing.lines import line_of, read_line

PATENT = Patent(
    id="CN202310123456",
    title="一种抗污染反渗透膜",
    abstract="海水淡化用反渗透膜。",
    first_claim="一种膜，其特征在于……",
    application_number="CN202310123456.6",
    publication_number="CN116123456B",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    status_date=date(2026, 5, 1),
    filed=date(2023, 2, 1),
    published=date(2023, 8, 1),
    granted=date(2024, 8, 1),
    holders=("河东大学", "云州研究院"),
    inventors=("张三", "李四"),
    ipc=("B01D 61/02", "C02F 1/44"),
    region="河东省云州市",
    industry="海水淡化",
    keywords=("反渗透", "膜"),
    maturity=Maturity(6, "中试", MaturityScale.STAGE, MaturitySource.CENTRAL),
    modes=(LicensingMode.ASSIGNMENT, LicensingMode.OPEN_LICENCE),
    fee=FeeTerms(FeeKind.LUMP_SUM, 50.0, "50万元；一次总付"),
    evaluation_report=True,
    funded=False,
    implementation=ImplementationStatus.NOT_IMPLEMENTED,
    scenario="海水淡化厂",
    prospect=Prospect.GOOD,
    contact="科研院 0531-0000000",
    college="化工学院",
    project="2020YFB000001",
)
NEED = Need(
    id="平台:N1",
    own_id="N1",
    title="海水淡化反渗透膜",
    description="三个月后通量下降四成。",
    indicators="清洗周期 ≥ 6 个月",
    problem="微生物污染",
    enterprise="云州净源水务有限公司",
    enterprise_id="name:云州净源水务有限公司",
    field="膜技术",
    industry="水务",
    ipc=("B01D 61/02",),
    region="河东省云州市",
    budget=120.5,
    modes=(LicensingMode.ASSIGNMENT,),
    cooperation=("技术转让",),
    min_maturity=Maturity(6, "中试", MaturityScale.STAGE, MaturitySource.ENTERPRISE),
    received=date(2026, 3, 1),
    valid_until=date(2026, 12, 31),
    confidentiality=Confidentiality.ANONYMOUS,
    source="平台",
)
ENTERPRISE = Enterprise(
    id="name:云州净源水务有限公司",
    name="云州净源水务有限公司",
    region="河东省云州市",
    kinds=("高新技术企业",),
    industry="水务",
    focus_areas=("海水淡化", "膜清洗"),
    modes=(LicensingMode.ORDINARY_LICENCE,),
    contact="赵工",
    department="云州市工信局",
    registration="已注册",
    own_id="E1",
)
ASSESSMENT = Assessment(
    id="A1",
    patent_id="CN202310123456",
    enterprise_id="name:云州净源水务有限公司",
    enterprise="云州净源水务有限公司",
    prospect=Prospect.FAIR,
    improvement="降低成本",
    cooperation="联合开发",
    on=date(2026, 4, 1),
    assessor="王工",
)


def test_a_patent() -> None:
    read = read_line(Patent, line_of(PATENT))
    assert read.problems == ()
    assert read.record == PATENT


@pytest.mark.parametrize("fee", [FeeTerms(amount=30.0), FeeTerms(FeeKind.FREE, 0.0, "免费"), None])
def test_a_fee_in_any_form(fee: FeeTerms | None) -> None:
    read = read_line(Patent, line_of(replace(PATENT, fee=fee)))
    assert read.record is not None
    assert (read.record.fee and read.record.fee.amount) == (fee and fee.amount)


def test_a_need() -> None:
    read = read_line(Need, line_of(NEED), source="平台")
    assert read.problems == ()
    assert read.record == NEED


def test_an_enterprise() -> None:
    assert read_line(Enterprise, line_of(ENTERPRISE)).record == ENTERPRISE


def test_an_assessment() -> None:
    read = read_line(Assessment, {**line_of(ASSESSMENT), "own_id": "A1"})
    assert read.record is not None
    assert replace(read.record, id="A1") == ASSESSMENT


def test_what_is_wrong_is_named_by_its_field() -> None:
    read = read_line(Patent, {"title": "膜", "application_number": "CN202310123456.6", "ipc": ["xyz"]})
    assert [(problem.column, problem.message) for problem in read.problems] == [
        ("ipc", "“xyz”不是有效的 IPC 或洛迦诺分类号。该项未导入。")
    ]
    nothing = read_line(Need, {"region": "云州"})
    assert nothing.record is None
    assert [problem.message for problem in nothing.problems] == [
        "缺少需求名称和需求描述。请至少填写一项后重新导入。"
    ]
