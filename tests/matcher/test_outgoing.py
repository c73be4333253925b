"""What an external service gets to see: patents and public needs, no contact, and nothing without leave."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

import models.endpoint
import models.served
from matcher import usecases
from matcher.doctor import examine
from matcher.domain import Confidentiality, Enterprise, Need, Patent
from matcher.errors import ModelError, SettingsError
from matcher.matches import Grade
from matcher.matchlists.exports import list_rows, preset_named
from matcher.matchlists.exports.cover import cover_lines
from matcher.opening import open_model
from matcher.outgoing import OutgoingEmbedder, may_leave, without_contacts
from matcher.ranking import ListRules
from matcher.settings import EmbeddingSettings, ServiceSettings, Settings
from matcher.workspace import Workspace
from models.contract import Role
from tests.models.service import Answer, ModelServer

AT = datetime(2026, 6, 30)
PATENTS = [
    Patent("p1", "一种锂离子电池组的液冷装置", "冷却板与电池组贴合。联系电话 13812345678。"),
    Patent("p2", "一种小麦赤霉病的防治方法"),
]
OPEN = Need(
    "n1", "电池组液冷", "冷却板要轻，请致电0531-88886666或发信 zhang@example.com",
    enterprise_id="e1", confidentiality=Confidentiality.PUBLIC,
)  # fmt: skip
ANONYMOUS = Need("n2", "匿名需求的电池冷却", confidentiality=Confidentiality.ANONYMOUS)
SECRET = Need("n3", "机密需求的电池冷却")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    running = ModelServer()
    yield running
    running.close()


@pytest.fixture
def elsewhere(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    """The same server, taken for one outside this machine."""
    for module in (models.endpoint, models.served):
        monkeypatch.setattr(module, "is_external", lambda address: True)
    return server


def settings_for(server: ModelServer, home: Path, allow: bool) -> Settings:
    service = ServiceSettings(address=server.address, seconds=5, attempts=1)
    return Settings(
        home=home, model="served:m", allow_external_text=allow, embedding=EmbeddingSettings(service=service)
    )


def sent(server: ModelServer) -> str:
    return json.dumps(server.asked, ensure_ascii=False)


@pytest.mark.parametrize("level", list(Confidentiality))
def test_only_public_needs_may_leave(level: Confidentiality) -> None:
    assert may_leave(replace(SECRET, confidentiality=level)) is (level is Confidentiality.PUBLIC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13812345678。", "电话。"),
        ("+86 138-1234-5678", ""),
        ("张工 0531-88886666 转 8", "张工  转 8"),
        ("（0531）88886666", ""),
        ("发 zhang.san+a@mail.example.com.cn 即可", "发  即可"),
        ("微信号：zhang_123", ""),
        ("精度 0.01 mm，转速 12000 r/min，CN201610123456.7", "精度 0.01 mm，转速 12000 r/min，CN201610123456.7"),
        ("压力 1000-20000 Pa，2016-03-01", "压力 1000-20000 Pa，2016-03-01"),
    ],
)  # fmt: skip
def test_contacts_are_taken_out_and_figures_stay(text: str, expected: str) -> None:
    assert without_contacts(text) == expected


def test_an_external_service_needs_leave_before_anything_is_sent(
    elsewhere: ModelServer, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as refused:
        open_model(settings_for(elsewhere, tmp_path, allow=False))
    assert str(refused.value) == (
        f"服务地址 {elsewhere.address} 不在本机，默认不把文本发往外部。确需使用时，请由负责人在 matcher.toml 中设置 "
        "allow_external_text = true；届时只发送专利文本和“公开”的需求，保密需求和联系方式不会发送。"
    )
    assert refused.value.code == "external_text_not_allowed"
    assert elsewhere.asked == []


def test_a_service_on_this_machine_needs_none_and_sees_every_need(
    server: ModelServer, tmp_path: Path
) -> None:
    with Workspace.open(settings_for(server, tmp_path, allow=False)) as workspace:
        workspace.store.merge([*PATENTS, SECRET], date(2026, 1, 1))
        workspace.build(AT)
    assert "机密需求的电池冷却" in sent(server)


def test_an_external_service_never_sees_a_confidential_need_or_a_contact(
    elsewhere: ModelServer, tmp_path: Path
) -> None:
    settings = settings_for(elsewhere, tmp_path, allow=True)
    everything = ListRules(floor=Grade.NOT_RECOMMENDED)
    enterprise = Enterprise("e1", "某公司", focus_areas=("动力电池热管理",), contact="13900000000")
    with Workspace.open(settings) as workspace:
        workspace.store.merge([*PATENTS, OPEN, ANONYMOUS, SECRET, enterprise], date(2026, 1, 1))
        workspace.build(AT)
        matching, context = workspace.matching(), workspace.context(date(2026, 6, 30))
        needs = list(workspace.store.needs.all())
        found = {item.need.title: item for item in matching.match(needs, context, everything)}
    said = sent(elsewhere)
    for shown in ("锂离子电池组", "小麦赤霉病", "电池组液冷"):
        assert shown in said
    for hidden in (
        "匿名需求",
        "机密需求",
        "动力电池热管理",
        "13812345678",
        "88886666",
        "@example.com",
        "13900000000",
    ):
        assert hidden not in said
    assert "语义相近" not in found[OPEN.title].matches[0].missing
    for need in (ANONYMOUS, SECRET):
        match = found[need.title].matches[0]
        assert match.patent.title == PATENTS[0].title
        assert "语义相近" in match.missing


def test_a_need_that_becomes_public_is_embedded_then(elsewhere: ModelServer, tmp_path: Path) -> None:
    settings = settings_for(elsewhere, tmp_path, allow=True)
    with Workspace.open(settings) as workspace:
        workspace.store.merge([*PATENTS, SECRET], date(2026, 1, 1))
        workspace.build(AT)
        assert "机密需求" not in sent(elsewhere)
        public = replace(SECRET, confidentiality=Confidentiality.PUBLIC)
        workspace.store.merge([public], date(2026, 1, 2), prefer_new=True)
        workspace.build(AT)
        assert "机密需求" in sent(elsewhere)
        [asked] = workspace.matching().ask(list(workspace.store.needs.all()))
        assert float(np.linalg.norm(asked.vector)) == pytest.approx(1, abs=1e-6)


def test_the_gate_lets_no_query_pass_that_was_not_released(elsewhere: ModelServer, tmp_path: Path) -> None:
    gate = open_model(settings_for(elsewhere, tmp_path, allow=True))
    assert isinstance(gate, OutgoingEmbedder)
    gate.release(["公开"])
    elsewhere.asked.clear()
    found = gate.encode(["公开", "保密"], Role.QUERY)
    assert [request["input"] for request in elsewhere.asked] == [["公开"]]
    assert found.any(axis=1).tolist() == [True, False]


def test_a_service_that_fails_is_an_error_with_a_sentence_and_the_index_stays(
    server: ModelServer, tmp_path: Path
) -> None:
    with Workspace.open(settings_for(server, tmp_path, allow=False)) as workspace:
        workspace.store.merge([*PATENTS, OPEN], date(2026, 1, 1))
        workspace.build(AT)
        matching, before = workspace.matching(), workspace.index_version()
        usual, server.usual = server.usual, lambda request: Answer({}, 503)
        with pytest.raises(ModelError, match=r"返回状态 503（共尝试 1 次）"):
            matching.ask([OPEN])
        workspace.store.merge([replace(OPEN, id="n9", title="新的需求")], date(2026, 1, 2))
        with pytest.raises(ModelError, match=r"返回状态 503"):
            workspace.build(AT)
        server.usual = usual
        assert workspace.index_version() == before


def test_a_list_s_cover_and_doctor_name_the_external_service(elsewhere: ModelServer, tmp_path: Path) -> None:
    settings = settings_for(elsewhere, tmp_path, allow=True)
    with Workspace.open(settings) as workspace:
        workspace.store.merge([*PATENTS, OPEN, SECRET], date(2026, 1, 1))
        workspace.build(AT)
        found = usecases.make_list(workspace, usecases.ListRequest(AT.date(), AT))
    cover = {line.label: line.text for line in cover_lines(list_rows(found, preset_named("内部版")))}
    assert cover["排序依据"] == (
        f"语义、用词；外部文本服务（语义）{elsewhere.address}：只发送专利文本和公开需求，不含联系方式"
    )
    said = {finding.label: finding.detail for finding in examine(settings)}
    assert said["外部文本服务"].startswith(f"允许（allow_external_text = true）：{elsewhere.address}；")
