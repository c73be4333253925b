"""A small workspace with an index, and the real application over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.access.keys import SCOPES, KeyRequest
from api.access.policy import PERMISSIONS
from api.access.roles import Role
from api.access.sign_in import Access
from api.http import create_app
from api.store.database import open_service
from matcher import usecases
from matcher.commissions import Commission, CommissionKind, commission_id
from matcher.domain import (
    Confidentiality,
    Enterprise,
    Expert,
    Holder,
    LegalStatus,
    LicensingMode,
    Need,
    Patent,
    PatentType,
    ServiceInstitution,
    Transaction,
    TransactionKind,
)
from matcher.settings import Settings, load_settings
from matcher.store.records import Record
from matcher.workspace import Workspace

NOW = datetime(2026, 6, 30, 9, 0)
BASE = "http://127.0.0.1:8600"

MEMBRANE = Patent(
    id="CN202310123456",
    title="一种抗污染反渗透膜及其制备方法",
    abstract="本发明公开了一种海水淡化用抗污染反渗透膜。在聚酰胺层表面接枝两性离子，抑制微生物附着，通量衰减小，清洗周期长。",
    application_number="CN202310123456.1",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    status_date=date(2026, 5, 1),
    filed=date(2023, 2, 1),
    granted=date(2024, 8, 1),
    holders=("河东大学",),
    college="化工学院",
    inventors=("钱学",),
    ipc=("B01D 61/02",),
    region="河东省云州市",
    modes=(LicensingMode.ORDINARY_LICENCE,),
)
BEARING = Patent(
    id="CN202210654321",
    title="一种滚动轴承故障诊断方法",
    abstract="本发明公开了一种滚动轴承故障诊断方法。采集振动信号，经小波分解提取特征，用神经网络判别内圈、外圈和滚动体的故障。",
    application_number="CN202210654321.9",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    filed=date(2022, 3, 1),
    granted=date(2023, 9, 1),
    holders=("云州理工学院",),
    ipc=("G01M 13/045",),
    region="河东省临川市",
)
CLEANING = Patent(
    id="CN202420111222",
    title="反渗透膜在线清洗装置",
    abstract="本实用新型提供一种反渗透膜在线清洗装置，包括清洗箱和循环泵，用于海水淡化系统的膜元件清洗。",
    application_number="CN202420111222.5",
    type=PatentType.UTILITY_MODEL,
    status=LegalStatus.LAPSED,
    filed=date(2024, 1, 5),
    granted=date(2024, 10, 1),
    holders=("河东大学",),
    ipc=("B01D 65/02",),
    region="河东省云州市",
)
ENTERPRISE = Enterprise(
    id="91370100MA3TEST01X",
    name="云州净源水务有限公司",
    credit_code="91370100MA3TEST01X",
    region="河东省云州市",
    focus_areas=("海水淡化",),
    contact="赵工 0531-0000000",
)
DEALS = tuple(
    Transaction(
        f"T{month}",
        patent.id,
        TransactionKind.ASSIGNMENT,
        date(2026, month, 1),
        patent.holders[0],
        ENTERPRISE.name,
        ENTERPRISE.id,
    )
    for month, patent in ((4, MEMBRANE), (6, BEARING))
)
"""Both inventions sold to the enterprise."""
NEEDS = (
    Need(
        id="N001",
        own_id="N001",
        title="海水淡化反渗透膜的抗污染改性",
        description="现用反渗透膜三个月后通量下降四成，微生物污染严重，希望清洗周期延长到半年。",
        enterprise_id="91370100MA3TEST01X",
        enterprise="云州净源水务有限公司",
        region="河东省云州市",
        confidentiality=Confidentiality.PUBLIC,
        received=date(2026, 3, 1),
    ),
    Need(
        id="N002",
        own_id="N002",
        title="滚动轴承早期故障诊断",
        description="风机滚动轴承需要根据振动信号诊断早期故障。",
        enterprise="临川风电设备有限公司",
        region="河东省临川市",
        received=date(2026, 4, 1),
    ),
)
PARTIES = (
    Holder("河东大学", "河东大学", kind="高校", department="河东省教育厅"),
    Expert("孙工（云州净源水务有限公司）", "孙工", "云州净源水务有限公司", focus=("膜分离",)),
    ServiceInstitution("云州科技银行", "云州科技银行", "银行"),
)
COMMISSIONS = tuple(
    Commission(commission_id(kind, party.id, MEMBRANE.id), kind, party.id, MEMBRANE.id, NOW.date())
    for kind, party in ((CommissionKind.ASSESSMENT, PARTIES[1]), (CommissionKind.SERVICE, PARTIES[2]))
)


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return load_settings(home=tmp_path / "工作区", organiser="河东省知识产权局", database_url=database_url)


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace, made once and copied for every test."""
    settings = load_settings(home=tmp_path_factory.mktemp("original"))
    with Workspace.open(settings) as workspace:
        _land(workspace)
        usecases.build_index(workspace, NOW)
    return settings.home


def _land(workspace: Workspace) -> None:
    workspace.store.merge([MEMBRANE, BEARING, CLEANING, ENTERPRISE, *NEEDS, *PARTIES], NOW.date())
    workspace.store.commissions.add(COMMISSIONS)


@pytest.fixture
def filled(settings: Settings, original: Path) -> Settings:
    shutil.copytree(original, settings.home)
    if settings.database_url is not None:
        (settings.home / "matcher.db").unlink()
        with Workspace.open(settings) as workspace:
            _land(workspace)
    return settings


def overwrite(settings: Settings, patent: Patent, need: Need, firm: Enterprise, *others: Record) -> None:
    """Put these in the place of MEMBRANE, NEEDS[0] and ENTERPRISE, land the others, and bring the index up to date."""
    with Workspace.open(settings) as workspace:
        store, day = workspace.store, NOW.date()
        for before, after in ((MEMBRANE, patent), (NEEDS[0], need), (ENTERPRISE, firm)):
            store.edits.replace(before, after, day)
        store.merge(others, day)
        usecases.build_index(workspace, NOW)


@pytest.fixture
def access(filled: Settings) -> Access:
    return Access(open_service(filled))


def key_of(access: Access, role: Role, subject: str = "") -> dict[str, str]:
    """Headers of a program that may do all that its role may."""
    scopes = tuple(str(scope) for scope in SCOPES if role in PERMISSIONS[scope])
    given = access.new_key("测试", KeyRequest("测试程序", role, scopes, subject), NOW)
    return {"Authorization": f"Bearer {given}"}


@pytest.fixture
def client(filled: Settings, access: Access) -> Iterator[TestClient]:
    """A program of the bureau's."""
    headers = key_of(access, Role.BUREAU)
    with TestClient(create_app(filled, now=lambda: NOW), base_url=BASE, headers=headers) as opened:
        yield opened
