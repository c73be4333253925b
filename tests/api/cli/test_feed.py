"""matcher feed: a source named in matcher.toml as people write it, a key in the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from matcher.errors import SettingsError
from tests.api.test_pulling import port, source

__all__ = ["port", "source"]


@pytest.fixture
def home(tmp_path: Path, port: int) -> str:
    folder = tmp_path / "本地"
    folder.mkdir()
    address = f"http://127.0.0.1:{port}/api/v1/transferable-patents"
    (folder / "matcher.toml").write_text(f'[feeds."省平台"]\naddress = "{address}"\n', encoding="utf-8")
    return str(folder)


def test_sources_are_pulled_and_counted(home: str) -> None:
    pulled = CliRunner().invoke(app, ["feed", "pull", "--home", home])
    assert pulled.output == "省平台：1 页，提供 3 条，撤下 0 条；新增 3，合并 0，未导入 0。\n"
    again = json.loads(CliRunner().invoke(app, ["feed", "pull", "省平台", "--json", "--home", home]).stdout)
    assert [(one["source"], one["offered"], one["landed"]) for one in again] == [("省平台", 0, 0)]
    counted = CliRunner().invoke(app, ["feed", "sources", "--json", "--home", home])
    assert [(one["source"], one["records"], one["gone"]) for one in json.loads(counted.stdout)] == [
        ("省平台", 3, 0)
    ]


def test_a_source_that_the_settings_do_not_name(home: str, tmp_path: Path) -> None:
    unknown = CliRunner().invoke(app, ["feed", "pull", "别处", "--home", home])
    assert isinstance(unknown.exception, SettingsError)
    assert str(unknown.exception) == (
        '设置中没有名为“别处”的来源（已有：省平台）。请在 matcher.toml 中写 [feeds."别处"] 和 address。'
    )
    none = CliRunner().invoke(app, ["feed", "pull", "--home", str(tmp_path / "空")])
    assert isinstance(none.exception, SettingsError)
