"""A workspace goes into a file and comes out the same; what is damaged, foreign or in the way is refused."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from matcher import usecases
from matcher.domain import LegalStatus, Need, Patent
from matcher.errors import InputError, NotReady
from matcher.matchlists.exports import export
from matcher.settings import Settings, load_settings
from matcher.store.database import Store
from matcher.workspace import Workspace

NOW = datetime(2026, 6, 30, 9, 0)
PATENT = Patent(
    "P1", "抗污染反渗透膜", "一种海水淡化用反渗透膜。", status=LegalStatus.GRANTED, holders=("河东大学",)
)
NEED = Need("N1", "海水淡化反渗透膜抗污染", own_id="N1")


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    settings = load_settings(home=tmp_path / "工作区")
    with Workspace.open(settings) as workspace:
        workspace.store.merge([PATENT, replace(PATENT, id="P2", title="膜清洗装置"), NEED], date(2026, 1, 1))
        usecases.build_index(workspace, NOW)
    (settings.home / "matcher.toml").write_text('organiser = "河东省知识产权局"\n', encoding="utf-8")
    (settings.home / "jobs").mkdir()
    (settings.home / "jobs" / "upload.xlsx").write_bytes(b"somebody's file")
    return settings


def listed(home: Path, out: Path, url: str | None = None) -> bytes:
    """The list of a workspace as the workbook that is handed out."""
    settings = load_settings(home / "matcher.toml", home=home, database_url=url)
    with Workspace.open(settings) as workspace:
        made = usecases.make_list(workspace, usecases.ListRequest(NOW.date(), NOW, "路演"))
    export(made, out)
    return out.read_bytes()


def test_the_same_list_comes_out_of_an_empty_folder_byte_for_byte(built: Settings, tmp_path: Path) -> None:
    before = listed(built.home, tmp_path / "前.xlsx")
    file, home = tmp_path / "备份.zip", tmp_path / "别处" / "新工作区"
    made = usecases.back_up(built, file, NOW)
    assert usecases.restore(file, home) == made
    assert made.made_at == "2026-06-30T09:00:00"
    assert listed(home, tmp_path / "后.xlsx") == before
    assert not Workspace.open(load_settings(home=home)).stale()
    assert file.stat().st_mode & 0o077 == 0
    names = zipfile.ZipFile(file).namelist()
    assert names[:2] == ["backup.json", "matcher.db"]
    assert "matcher.toml" in names
    assert not [name for name in names if name.startswith(("jobs/", "vectors/")) or name.endswith("LOCK")]


def test_a_workspace_moves_to_a_server_and_back_and_gives_the_same_list(
    built: Settings, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listed(built.home, tmp_path / "前.xlsx")
    usecases.back_up(built, tmp_path / "一.zip", NOW)
    monkeypatch.setenv("MATCHER_DATABASE_URL", postgres_url)
    usecases.restore(tmp_path / "一.zip", tmp_path / "省")
    assert not (tmp_path / "省" / "matcher.db").exists()
    assert listed(tmp_path / "省", tmp_path / "中.xlsx", postgres_url) == before
    served = load_settings(home=tmp_path / "省")
    assert not Workspace.open(served).stale()
    usecases.back_up(served, tmp_path / "二.zip", NOW)
    with pytest.raises(InputError, match="目标数据库中已有本程序的数据，为免覆盖未恢复"):
        usecases.restore(tmp_path / "二.zip", tmp_path / "再")
    assert not (tmp_path / "再").exists()
    monkeypatch.delenv("MATCHER_DATABASE_URL")
    usecases.restore(tmp_path / "二.zip", tmp_path / "回")
    assert listed(tmp_path / "回", tmp_path / "后.xlsx") == before
    with Store.open(postgres_url) as there, Store.open(tmp_path / "回" / "matcher.db") as here:
        assert here.data_version() == there.data_version()
        assert here.imports.all() == there.imports.all()


def test_what_lands_during_or_after_a_backup_is_not_half_in_it(built: Settings, tmp_path: Path) -> None:
    with Store.open(built.home / "matcher.db") as store:
        usecases.back_up(built, tmp_path / "备份.zip", NOW)
        store.merge([replace(PATENT, id="P3")])
    usecases.restore(tmp_path / "备份.zip", tmp_path / "新")
    with Store.open(tmp_path / "新" / "matcher.db") as store:
        assert [patent.id for patent in store.patents.all()] == ["P1", "P2"]


def test_nothing_is_overwritten(built: Settings, tmp_path: Path) -> None:
    usecases.back_up(built, tmp_path / "备份.zip", NOW)
    before = sorted(path.name for path in built.home.rglob("*"))
    with pytest.raises(InputError, match="中已有内容。请用 --home 指定一个新的文件夹"):
        usecases.restore(tmp_path / "备份.zip", built.home)
    assert sorted(path.name for path in built.home.rglob("*")) == before


def rewritten(file: Path, change: dict[str, bytes], drop: str = "") -> None:
    """The archive with some members of another content, or without one."""
    with zipfile.ZipFile(file) as pack:
        members = {name: pack.read(name) for name in pack.namelist() if name != drop} | change
    with zipfile.ZipFile(file, "w") as pack:
        for name, content in members.items():
            pack.writestr(name, content)


@pytest.mark.parametrize("damage", ["cut", "member", "missing", "foreign", "outside", "absent"])
def test_a_damaged_or_foreign_file_leaves_nothing(built: Settings, tmp_path: Path, damage: str) -> None:
    file, home = tmp_path / "备份.zip", tmp_path / "新"
    usecases.back_up(built, file, NOW)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "member":
        rewritten(file, {"matcher.toml": b"organiser = 'x'"})
    elif damage == "missing":
        rewritten(file, {}, drop="matcher.toml")
    elif damage == "foreign":
        file.write_bytes(b"no archive")
    elif damage == "outside":
        manifest = json.loads(zipfile.ZipFile(file).read("backup.json"))
        manifest["sha256"]["../outside.txt"] = "0" * 64
        rewritten(file, {"backup.json": json.dumps(manifest).encode(), "../outside.txt": b"x"})
    else:
        file.unlink()
    with pytest.raises(InputError, match=r"不是完整的备份文件，未恢复任何内容|无法读取"):
        usecases.restore(file, home)
    assert not home.exists()
    assert not (tmp_path / "outside.txt").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_of_another_version(built: Settings, tmp_path: Path) -> None:
    file = tmp_path / "备份.zip"
    usecases.back_up(built, file, NOW)
    manifest = {**json.loads(zipfile.ZipFile(file).read("backup.json")), "format": 2}
    rewritten(file, {"backup.json": json.dumps(manifest).encode()})
    with pytest.raises(InputError, match="备份由本程序的另一版本制作"):
        usecases.restore(file, tmp_path / "新")


def test_what_cannot_be_backed_up(tmp_path: Path) -> None:
    file = tmp_path / "备份.zip"
    with pytest.raises(NotReady, match="还没有数据，无需备份"):
        usecases.back_up(load_settings(home=tmp_path / "无"), file, NOW)
    assert not file.exists()
