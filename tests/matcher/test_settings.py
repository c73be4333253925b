"""Whose settings count: the workspace that is named, then the environment's, then the default one."""

from __future__ import annotations

from pathlib import Path

import pytest

from matcher.errors import SettingsError
from matcher.settings import load_settings


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """MATCHER_HOME and ./workspace, each with a file of its own."""
    for name in ("workspace", "环境"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "matcher.toml").write_text(f'organiser = "{name}"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "环境"))
    return tmp_path


def test_a_workspace_that_is_named_takes_no_settings_of_another(elsewhere: Path) -> None:
    settings = load_settings(home=elsewhere / "新")
    assert (settings.home, settings.organiser) == (elsewhere / "新", "")
    (elsewhere / "新").mkdir()
    (elsewhere / "新" / "matcher.toml").write_text('organiser = "新"\n', encoding="utf-8")
    assert load_settings(home=elsewhere / "新").organiser == "新"


def test_without_a_name_the_environment_says_which(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().organiser == "环境"
    monkeypatch.delenv("MATCHER_HOME")
    assert load_settings().organiser == "workspace"


def test_the_environment_goes_over_the_file_and_what_is_said_over_both(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATCHER_ORGANISER", "变量")
    assert load_settings().organiser == "变量"
    assert load_settings(organiser="明说").organiser == "明说"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("organizer = 'x'", "未知的设置项 organizer。请修改 matcher.toml 或环境变量 MATCHER_*。"),
        ("[retrieval]\ncandidates = 0", "设置项 retrieval.candidates 的值 0 无效"),
        ("organiser = ", "无法读取"),
        ('proxy = "geheim"', "设置项 proxy 的值无效（"),
        ('[proxy]\nsecret = ["geheim"]', "设置项 proxy.secret 的值无效（"),
        ('database_url = ["geheim"]', "设置项 database_url 的值无效（"),
        ('database_url = "postgresql://a:geheim@h/d"', "的 database_url 中写有密码"),
    ],
)
def test_what_cannot_be_is_named(elsewhere: Path, text: str, sentence: str) -> None:
    (elsewhere / "环境" / "matcher.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert sentence in str(caught.value)
    assert "geheim" not in str(caught.value)
