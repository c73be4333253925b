"""A workspace with a small event: two enterprises, three holders, near duplicates, one secret need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from matcher import usecases
from matcher.domain import (
    Confidentiality,
    Enterprise,
    LegalStatus,
    LicensingMode,
    Need,
    Patent,
    PatentType,
)
from matcher.events import Event, Rules
from matcher.roadshows import Day
from matcher.settings import Settings
from matcher.workspace import Workspace

DAY = Day(date(2026, 9, 1), datetime(2026, 9, 1, 9, 0))
MAGNET = "本发明公开一种稀土永磁电机转子，采用分段磁钢和灌封散热结构，降低高速运行的涡流损耗和温升。"
COATING = "本发明公开一种船舶防污涂层及其制备方法，以石墨烯改性树脂为基体，耐海水腐蚀，不含有机锡。"


def patent(number: int, title: str, abstract: str, holder: str, **facts: object) -> Patent:
    """An invention in force, checked on 2026-08-20."""
    given: dict[str, object] = {
        "application_number": f"CN20211000000{number}.{'X0123456789'[number]}",
        "type": PatentType.INVENTION,
        "status": LegalStatus.GRANTED,
        "status_date": date(2026, 8, 20),
        "filed": date(2021, 3, 4),
        "granted": date(2023, 5, 6),
        "holders": (holder,),
        "inventors": ("甲一", "乙二"),
        "modes": (LicensingMode.ORDINARY_LICENCE, LicensingMode.ASSIGNMENT),
        "contact": "科技处",
    }
    return Patent(f"p{number}", title, abstract, **{**given, **facts})  # type: ignore[arg-type]


PATENTS = (
    patent(1, "一种高速永磁电机转子及其散热结构", MAGNET, "河东理工大学"),
    patent(2, "一种高速永磁电机转子及其散热结构", MAGNET, "河东理工大学", type=PatentType.UTILITY_MODEL),
    patent(
        3,
        "一种永磁电机转子灌封散热方法",
        MAGNET + "所述灌封料为导热环氧。",
        "北岸研究所",
        filed=date(2020, 1, 2),
    ),
    patent(4, "一种石墨烯改性船舶防污涂层", COATING, "河东理工大学", filed=date(2019, 1, 2)),
    patent(
        5, "一种耐海水腐蚀防污涂料的制备方法", COATING + "固化温度低。", "东港大学", filed=date(2018, 2, 3)
    ),
)
ENTERPRISES = (
    Enterprise("e1", "河东电机股份有限公司", region="河东省", contact="张工 0000-1"),
    Enterprise("e2", "东港船舶修造有限公司", region="河东省"),
)
NEEDS = (
    Need(
        "n1",
        "高速永磁电机转子散热技术",
        "现有永磁电机转子高速运行时温升高、涡流损耗大，需要分段磁钢或灌封散热结构。",
        enterprise_id="e1",
        enterprise="河东电机股份有限公司",
        confidentiality=Confidentiality.PUBLIC,
        modes=(LicensingMode.ORDINARY_LICENCE,),
    ),
    Need(
        "n2",
        "船舶防污涂层",
        "寻求耐海水腐蚀、不含有机锡的船舶防污涂层及制备方法，石墨烯改性亦可。",
        enterprise_id="e2",
        enterprise="东港船舶修造有限公司",
        confidentiality=Confidentiality.AUTHORITY_ONLY,
    ),
)


@pytest.fixture
def workspace(tmp_path: Path, database_url: str | None) -> Iterator[Workspace]:
    settings = Settings(home=tmp_path / "workspace", organiser="河东省知识产权局", database_url=database_url)
    with Workspace.open(settings) as opened:
        opened.store.merge([*PATENTS, *ENTERPRISES, *NEEDS], date(2026, 8, 1))
        usecases.build_index(opened, DAY.made_at)
        yield opened


@pytest.fixture
def event(workspace: Workspace) -> Event:
    return workspace.store.roadshows.add(
        Event("", "2026年秋季路演", date(2026, 10, 20), None, "省科技馆", "河东省知识产权局", rules=Rules())
    )
