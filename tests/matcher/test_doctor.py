"""What doctor says of good, empty, stale, damaged and foreign workspaces; it changes none of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from matcher import usecases
from matcher.doctor import Finding, examine
from matcher.domain import Patent
from matcher.settings import EmbeddingSettings, RerankingSettings, ServiceSettings, Settings, load_settings
from matcher.store.database import Store
from matcher.store.engine import writing
from matcher.workspace import Workspace

PATENT = Patent("P1", "反渗透膜", "一种海水淡化用反渗透膜。")


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.label: finding for finding in examine(settings)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "工作区")


@pytest.fixture
def built(settings: Settings) -> Settings:
    with Workspace.open(settings) as workspace:
        workspace.store.merge([PATENT], date(2026, 1, 1))
        usecases.build_index(workspace, datetime(2026, 1, 2, 8, 0))
    return settings


def test_nothing_is_there_yet_and_nothing_is_made(settings: Settings) -> None:
    findings = found(settings)
    assert findings["工作区文件夹"] == Finding(
        "工作区文件夹", True, f"{settings.home}（尚未建立，首次导入时建立）"
    )
    assert findings["数据库"].detail == f"尚未建立，首次导入时建立 {settings.home / 'matcher.db'}"
    assert findings["设置文件"].detail == f"没有 {settings.home / 'matcher.toml'}，使用默认设置"
    assert "索引" not in findings
    assert all(finding.ok for finding in findings.values() if finding.essential)
    assert not settings.home.exists()


def test_the_model_is_named_with_its_dimension_and_fingerprint(settings: Settings) -> None:
    name, dimension, fingerprint, device, licence = found(settings)["模型"].detail.split("，")
    assert (name, dimension, device) == ("patent-need-static-zh", "384 维", "设备 cpu")
    assert licence == "许可 Apache-2.0"
    assert len(fingerprint.removeprefix("指纹 ")) == 12


def test_a_built_workspace(built: Settings) -> None:
    (built.home / "matcher.toml").write_text("", encoding="utf-8")
    findings = found(built)
    assert findings["数据"] == Finding(
        "数据", True, "专利 1 条，企业 0 条，需求 0 条，企业评价 0 条，历史交易 0 条"
    )
    assert findings["索引"] == Finding("索引", True, "000001（2026-01-02 08:00），与数据和模型一致")
    assert findings["设置文件"].detail == str(built.home / "matcher.toml")
    assert all(finding.ok for finding in findings.values() if finding.essential)


def test_an_empty_workspace_says_what_to_import(settings: Settings) -> None:
    Workspace.open(settings).store.close()
    findings = found(settings)
    assert findings["数据"].ok is False
    assert findings["数据"].detail.endswith("请运行 matcher import patents 专利清单.xlsx。")
    assert (
        findings["索引"].detail
        == f"还没有建立索引（{settings.home / 'indexes' / 'patents'}）。请运行 matcher index。"
    )


def test_a_stale_and_a_damaged_index_say_what_to_run(built: Settings) -> None:
    file = built.home / "indexes" / "patents" / "000001" / "ids.json"
    whole = file.read_bytes()
    file.write_bytes(whole + b" ")
    assert found(built)["索引"].detail == f"索引文件 {file} 不完整或已损坏。请运行 matcher index 重建索引。"
    file.write_bytes(whole)
    with Store.open(built.home / "matcher.db") as store:
        store.merge([replace(PATENT, id="P2")])
    assert found(built)["索引"] == Finding(
        "索引", False, "索引建立后数据有变化，索引已过期。请运行 matcher index 重建索引。", essential=False
    )


def test_a_newer_and_a_foreign_database(built: Settings) -> None:
    file = built.home / "matcher.db"
    with Store.open(file) as store, writing(store._engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = found(built)["数据库"]
    assert newer.ok is False
    assert newer.detail.endswith("新。请升级本程序，或换一个工作目录。")
    for extra in built.home.glob("matcher.db-*"):
        extra.unlink()
    file.write_bytes(b"no database at all, but long enough to look at" * 100)
    foreign = found(built)["数据库"]
    assert foreign.ok is False
    assert "不是数据库文件或已损坏" in foreign.detail


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "工作区").write_text("", encoding="utf-8")
    finding = found(load_settings(home=tmp_path / "工作区"))["工作区文件夹"]
    assert finding.ok is False
    assert finding.detail.endswith("请检查权限和磁盘空间，或用 --home 换一个文件夹。")


def test_an_allowed_external_service_is_named(settings: Settings) -> None:
    allowed = settings.model_copy(update={"allow_external_text": True})
    assert found(allowed)["外部文本服务"].detail == (
        "允许（allow_external_text = true）：没有设置外部地址；只发送专利文本和公开需求，联系方式和保密需求不会发送"
    )


@pytest.mark.parametrize(("allow", "ok"), [(True, True), (False, False)])
def test_services_off_this_machine_are_named(settings: Settings, allow: bool, ok: bool) -> None:
    """Nothing answers at the address: the model's own line says so, and a refused one is not asked at all."""
    service = ServiceSettings(address="http://127.0.0.1:9/v1", seconds=1, attempts=1)
    elsewhere = ServiceSettings(address="https://model.invalid/v1", seconds=1, attempts=1)
    chosen = settings.model_copy(
        update={
            "allow_external_text": allow,
            "model": "served:m",
            "embedding": EmbeddingSettings(service=service),
            "reranking": RerankingSettings(model="served:r", service=elsewhere),
        }
    )
    findings = found(chosen)
    assert "https://model.invalid/v1" in findings["外部文本服务"].detail
    assert "127.0.0.1" not in findings["外部文本服务"].detail
    assert findings["外部文本服务"].ok is ok
    assert "无法连接" in findings["模型"].detail
    said = "无法连接" if allow else "不在本机，默认不把文本发往外部"
    assert said in findings["精排模型"].detail


def test_an_address_that_is_none_is_a_finding(settings: Settings) -> None:
    service = ServiceSettings(address="127.0.0.1:8000")
    chosen = settings.model_copy(
        update={"model": "served:m", "embedding": EmbeddingSettings(service=service)}
    )
    assert "无法识别，应形如 http://127.0.0.1:8000/v1" in found(chosen)["外部文本服务"].detail
