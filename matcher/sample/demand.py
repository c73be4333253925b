"""Texts → enterprises and their needs, with codes and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from matcher.domain import Confidentiality, Enterprise, LicensingMode, MaturitySource, Need
from matcher.identifiers import credit_check
from matcher.importing.maturity import parse_maturity
from matcher.sample.holders import PROVINCE
from matcher.sample.lots import Lots
from matcher.sample.texts import EnterpriseText, IndustryTexts, NeedText

_AREAS = {
    "云泽市": "380100",
    "青岚市": "380200",
    "望川市": "380300",
    "桐安市": "380400",
    "海昌市": "380500",
    "北固市": "380600",
}
"""Codes below 38, which is no province's: no credit code made of them is a real company's."""
_COLLECTION = date(2025, 10, 9)
"""When the last collection of needs began."""
_OPENNESS = (*[Confidentiality.PUBLIC] * 7, *[Confidentiality.ANONYMOUS] * 2, Confidentiality.AUTHORITY_ONLY)


def enterprises(texts: Sequence[IndustryTexts]) -> list[Enterprise]:
    """The directory of enterprises, in the order of the texts."""
    return [_enterprise(text) for industry in texts for text in industry.enterprises]


def _enterprise(text: EnterpriseText) -> Enterprise:
    lots = Lots(f"enterprise {text.name}")
    first = f"91{_AREAS[text.city]}MA{lots.between(1_000_000, 9_999_999)}"
    code = first + credit_check(first)
    modes = (
        (),
        (),
        (LicensingMode.ORDINARY_LICENCE,),
        (LicensingMode.ASSIGNMENT, LicensingMode.ORDINARY_LICENCE),
    )
    return Enterprise(
        id=code,
        name=text.name,
        credit_code=code,
        region=f"{PROVINCE}{text.city}",
        kinds=text.kinds,
        industry=text.industry,
        focus_areas=text.focus_areas,
        modes=lots.pick(modes),
        contact=f"{lots.pick(('技术中心', '研发部', '总工办', '技术部'))} 0000-6{lots.between(100_000, 999_999)}",
        department=lots.pick(("河东省工业和信息化厅", "河东省科学技术厅", f"{text.city}知识产权局")),
        registration="未注册" if lots.share(0.25) else "已注册",
    )


def needs(texts: Sequence[IndustryTexts], by_name: Mapping[str, Enterprise]) -> list[Need]:
    """The needs as collected in 2025 and 2026, numbered by the day they came in."""
    dated = sorted(
        (_received(text.title), place, industry, text)
        for place, (industry, text) in enumerate(
            (industry, text) for industry in texts for text in industry.needs
        )
    )
    return [
        _need(f"HD{received.year}-{number:03}", received, industry, text, by_name[text.enterprise])
        for number, (received, _, industry, text) in enumerate(dated, start=1)
    ]


def _received(title: str) -> date:
    """Most came with the last collection, a third in the year before."""
    lots = Lots(f"need {title}")
    return (
        lots.day(date(2025, 2, 10), date(2025, 9, 26))
        if lots.share(0.33)
        else lots.day(_COLLECTION, date(2026, 5, 29))
    )


def _need(
    own_id: str, received: date, industry: IndustryTexts, text: NeedText, enterprise: Enterprise
) -> Need:
    lots = Lots(f"terms {text.title}")
    months = lots.pick((12, 12, 18) if received >= _COLLECTION else (12, 18, 18, 24))
    return Need(
        id=own_id,
        title=text.title,
        description=text.description,
        indicators=text.indicators,
        problem=text.problem,
        enterprise_id=enterprise.id,
        enterprise=enterprise.name,
        field=industry.name,
        industry=enterprise.industry,
        region=enterprise.region,
        budget=float(text.budget) if text.budget else None,
        modes=tuple(map(LicensingMode, text.modes)),
        cooperation=text.cooperation,
        min_maturity=parse_maturity(text.maturity, MaturitySource.ENTERPRISE) if text.maturity else None,
        received=received,
        valid_until=received + timedelta(days=round(months * 30.44)),
        confidentiality=lots.pick(_OPENNESS),
        source="2026年全省技术需求征集",
        own_id=own_id,
    )
