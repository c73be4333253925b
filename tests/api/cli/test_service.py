"""doctor, and that both doors give one list."""

from __future__ import annotations

import json
import socket

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli import main
from api.cli.app import app
from matcher.errors import SettingsError
from matcher.settings import Settings


def test_the_command_line_and_the_service_give_the_same_list_in_the_same_order(
    client: TestClient, filled: Settings
) -> None:
    over_http = client.get("/api/v1/list", params={"as_of": "2026-06-30", "k": 5}).json()
    command = ["list", "--json", "--as-of", "2026-06-30", "--list-k", "5", "--home", str(filled.home)]
    printed = CliRunner().invoke(app, command)
    assert printed.exit_code == 0
    on_screen = json.loads(printed.stdout)
    assert on_screen["needs"] == over_http["needs"]
    assert [need["need_id"] for need in on_screen["needs"]] == ["N001", "N002"]
    assert on_screen["provenance"]["data_version"] == over_http["provenance"]["data_version"]


@pytest.mark.parametrize(
    ("options", "address"),
    [
        (["--need", "N001"], "/api/v1/needs/N001/matches"),
        (["--patent", "ZL202310123456.1"], "/api/v1/patents/ZL202310123456.1/enterprises"),
    ],
)
def test_both_doors_match_alike(
    client: TestClient, filled: Settings, options: list[str], address: str
) -> None:
    command = ["match", *options, "--json", "--as-of", "2026-06-30", "--home", str(filled.home)]
    printed = CliRunner().invoke(app, command)
    assert json.loads(printed.stdout)["needs"] == client.get(address).json()["needs"]


def test_doctor_in_a_filled_workspace(filled: Settings) -> None:
    printed = CliRunner().invoke(app, ["doctor", "--home", str(filled.home)])
    assert printed.exit_code == 0
    lines = printed.stdout.splitlines()
    assert "✓ 数据：专利 3 条，企业 1 条，需求 2 条，企业评价 0 条，历史交易 0 条" in lines
    assert "✓ 索引：000001（2026-06-30 09:00），与数据和模型一致" in lines
    assert "✓ 外部文本服务：不允许，文本不离开本机（allow_external_text = false）" in lines


def test_doctor_answers_programs_and_fails_where_something_essential_does(settings: Settings) -> None:
    command = ["doctor", "--home", str(settings.home), "--model", "没有的模型", "--json"]
    printed = CliRunner().invoke(app, command)
    assert printed.exit_code == 1
    found = {finding["label"]: finding for finding in json.loads(printed.stdout)}
    assert found["模型"]["ok"] is False
    assert found["模型"]["essential"] is True
    assert found["模型"]["detail"].startswith("未知的模型“没有的模型”")
    assert not settings.home.exists()


def test_words_that_are_no_characters_are_refused_before_anything_is_done(
    filled: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The system hands over bytes that are no UTF-8 as halves of surrogate pairs."""
    before = (filled.home / "matcher.db").stat().st_mtime_ns
    monkeypatch.setattr("sys.argv", ["matcher", "match", "\udcff泵", "--home", str(filled.home)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3
    assert capsys.readouterr().err == (
        "错误（invalid_input）：命令行中的“?泵”含有不是 UTF-8 的字节。请核对输入；文件名请先改好。\n"
    )
    assert (filled.home / "matcher.db").stat().st_mtime_ns == before


def test_an_unknown_format_of_the_log_is_refused(settings: Settings) -> None:
    refused = CliRunner().invoke(app, ["serve", "--log-format", "xml", "--home", str(settings.home)])
    assert isinstance(refused.exception, SettingsError)
    assert str(refused.exception) == "--log-format 应为 text 或 json，收到的是“xml”。"
    assert not settings.home.exists()


def test_a_port_in_use_is_told_before_anything_is_made(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = CliRunner().invoke(app, ["serve", "--port", str(port), "--home", str(settings.home)])
    assert isinstance(refused.exception, SettingsError)
    assert str(refused.exception) == (
        f"不能在 127.0.0.1 的端口 {port} 上提供服务：地址不是本机的，或端口正被另一个程序使用（也许服务已经在运行）。"
        "请核对 --host，或用 --port 换一个端口。"
    )
    assert not settings.home.exists()
