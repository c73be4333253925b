"""Texts → patents as they were granted: numbers that no real patent has, dates that fit them, holders, terms.

Serial numbers start at 9,000,000 a year and publication numbers at 199, 299 and 399 million, beyond any that have
been given out: every check digit is right and no number is a real patent's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from matcher.domain import (
    FeeKind,
    FeeTerms,
    ImplementationStatus,
    LegalStatus,
    LicensingMode,
    MaturitySource,
    Patent,
    PatentType,
    Prospect,
)
from matcher.identifiers import check_digit, parse_ipc, parse_locarno
from matcher.importing.maturity import parse_maturity
from matcher.sample.holders import PROVINCE, Seat, seats
from matcher.sample.lots import Lots
from matcher.sample.texts import EnterpriseText, IndustryTexts, PatentText

TODAY = date(2026, 6, 30)
"""The day of the sample: what happens later has not happened."""
_LAST_GAZETTE = date(2026, 5, 29)
_EPOCH = date(2012, 1, 1)
_DIGIT = {PatentType.INVENTION: "1", PatentType.UTILITY_MODEL: "2", PatentType.DESIGN: "3"}
_YEARS = {
    PatentType.INVENTION: (2012, 2013, 2013, 2014, 2014, 2015, 2015, 2016, 2016, 2017, 2017, 2018, 2018, 2019, 2019,
                           2020, 2020, 2021, 2021, 2022, 2022, 2023, 2023, 2024, 2024),
    PatentType.UTILITY_MODEL: (2017, 2018, 2019, 2019, 2020, 2020, 2021, 2021, 2022, 2023, 2024),
    PatentType.DESIGN: (2018, 2019, 2020, 2021, 2022, 2023, 2024),
}  # fmt: skip
_M = LicensingMode
_WILLING = (
    (_M.ASSIGNMENT, _M.ORDINARY_LICENCE),
    (_M.ORDINARY_LICENCE,),
    (_M.ORDINARY_LICENCE, _M.EXCLUSIVE_LICENCE),
    (_M.ASSIGNMENT, _M.INVESTMENT),
    (_M.ASSIGNMENT, _M.ORDINARY_LICENCE, _M.SOLE_LICENCE, _M.EXCLUSIVE_LICENCE, _M.INVESTMENT),
    (_M.ORDINARY_LICENCE, _M.OPEN_LICENCE),
    (_M.ASSIGNMENT,),
    (),
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "明华建国志伟晓东海燕文静思远立新玉兰宏宇佳宁泽雨子轩若彤承平云峰春生雪梅启航永强德厚"


def register(texts: Sequence[IndustryTexts]) -> list[Patent]:
    """Every patent of the texts at its grant (or pending), before anything else happened to it."""
    numbered = [(industry, text) for industry in texts for text in industry.patents]
    return [_patent(number, industry, text) for number, (industry, text) in enumerate(numbered)]


def _patent(number: int, industry: IndustryTexts, text: PatentText) -> Patent:
    lots = Lots(f"patent {text.title}")
    kind = PatentType(text.type)
    seat = lots.pick(seats(industry.name))
    return _with_terms(_dated(number, kind, text, lots), industry, text, seat, lots)


def _dated(number: int, kind: PatentType, text: PatentText, lots: Lots) -> Patent:
    """Numbers and days: granted on a gazette day one to three years after filing, else still pending."""
    year = lots.pick(_YEARS[kind])
    filed = lots.day(date(year, 1, 4), date(year, 12, 28))
    invention = kind is PatentType.INVENTION
    wait = lots.between(560, 1060) if invention else lots.between(365, 460)
    granted = _gazette(filed + timedelta(days=wait))
    published = _gazette(filed + timedelta(days=lots.between(150, 540))) if invention else None
    alive = granted <= _LAST_GAZETTE
    base = f"{year}{_DIGIT[kind]}{9_000_000 + filed.timetuple().tm_yday * 2_000 + number * 10}"
    serial = ((published or granted) - _EPOCH).days * 180 + number % 180
    letter = ("B" if alive else "A") if invention else {"2": "U", "3": "S"}[_DIGIT[kind]]
    return Patent(
        id=f"CN{base}",
        title=text.title,
        application_number=f"CN{base}.{check_digit(base)}",
        publication_number=f"CN{_DIGIT[kind]}{99_000_000 + serial}{letter}",
        type=kind,
        status=LegalStatus.GRANTED if alive else LegalStatus.PENDING,
        status_date=_seen(granted if alive else None, lots),
        filed=filed,
        published=published,
        granted=granted if alive else None,
    )  # fmt: skip


def _seen(granted: date | None, lots: Lots) -> date:
    """When the status was looked up: mostly for this inventory, some half a year before; never before the grant."""
    recently = lots.day(date(2026, 6, 1), date(2026, 6, 10))
    before = lots.day(date(2025, 9, 1), date(2025, 11, 30))
    return before if lots.share(0.06) and (granted is None or granted < before) else recently


def _gazette(day: date) -> date:
    """The Tuesday or Friday on or after a day: when the gazette appears."""
    return day + timedelta(days=min((1 - day.weekday()) % 7, (4 - day.weekday()) % 7))


def _with_terms(patent: Patent, industry: IndustryTexts, text: PatentText, seat: Seat, lots: Lots) -> Patent:
    """What the holder says of the patent in the inventory, and who holds it."""
    partner = _partner(industry, text, seat, lots)
    company = any("公司" in name for name in partner)
    funded = not company and patent.type is not PatentType.DESIGN and lots.share(0.65)
    source = MaturitySource.CENTRAL if lots.share(0.15) else MaturitySource.SELF
    return replace(
        patent,
        abstract=text.abstract,
        first_claim=text.first_claim,
        holders=(seat.institution.name, *partner),
        inventors=_people(lots),
        ipc=tuple(map(parse_ipc, text.ipc)),
        locarno=parse_locarno(text.locarno) if text.locarno else "",
        region=f"{PROVINCE}{seat.institution.city}",
        industry=industry.name,
        keywords=text.keywords,
        maturity=parse_maturity(text.maturity, source) if text.maturity else None,
        modes=lots.pick(_WILLING),
        fee=_fee(lots),
        evaluation_report=None if patent.type is PatentType.INVENTION else lots.share(0.4),
        funded=funded,
        project=_project(patent) if funded else "",
        implementation=ImplementationStatus.INDUSTRIALISED
        if company
        else ImplementationStatus.NOT_IMPLEMENTED,
        scenario=text.scenario,
        prospect=lots.pick((None, Prospect.GOOD, Prospect.FAIR, Prospect.FAIR, Prospect.AVERAGE)),
        contact=seat.institution.contact(seat.unit),
        college=seat.unit,
    )


def _project(patent: Patent) -> str:
    """The publicly funded project that a patent came from; it began two years before the filing."""
    lots = Lots(f"project {patent.id}")
    year = patent.filed.year - 2 if patent.filed else 2020
    return f"{lots.pick(('河东省重点研发计划', '河东省自然科学基金'))}（{year}HD{lots.between(1000, 9999)}）"


def _partner(industry: IndustryTexts, text: PatentText, seat: Seat, lots: Lots) -> tuple[str, ...]:
    """A second holder for one in six: an enterprise of the industry that does not ask for this, or an institution."""
    if lots.share(0.05):
        others = [
            one.institution.name for one in seats(industry.name) if one.institution is not seat.institution
        ]
        return (lots.pick(others),)
    asking = {need.enterprise for need in industry.needs if text.title in need.answers}
    companies: list[EnterpriseText] = [one for one in industry.enterprises if one.name not in asking]
    return (lots.pick(companies).name,) if companies and lots.share(0.12) else ()


def _people(lots: Lots) -> tuple[str, ...]:
    names = [
        lots.pick(_SURNAMES) + "".join(lots.pick(_GIVEN) for _ in range(lots.between(1, 2)))
        for _ in range(lots.between(2, 6))
    ]
    return tuple(dict.fromkeys(names))


def _fee(lots: Lots) -> FeeTerms | None:
    """What the holder asks for, in 万元; half of them have not said."""
    if lots.share(0.5):
        return None
    kind = lots.pick((FeeKind.LUMP_SUM, FeeKind.ENTRY_PLUS_ROYALTY, FeeKind.INSTALMENTS, FeeKind.NEGOTIABLE))
    if kind is FeeKind.NEGOTIABLE:
        return FeeTerms(kind, None, kind.value)
    amount = float(lots.pick((3, 5, 8, 10, 12, 15, 20, 25, 30, 50, 80)))
    return FeeTerms(kind, amount, f"{amount:g}；{kind}")
