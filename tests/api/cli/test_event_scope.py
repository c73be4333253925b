"""matcher event scope: what an event is about changes with a name and a reason, and says what changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from typer.testing import CliRunner

from api.cli.app import app
from matcher.settings import Settings
from matcher.workspace import Workspace


def test_the_scope_is_replaced_option_by_option(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "工作区"))
    who = ("--by", "王芳", "--reason", "改在云州办")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["event", *words, *home])
        assert result.exit_code == 0, f"{result.output}{result.exception}"
        return result.output.strip()

    run("new", "秋季路演", "--on", "2026-10-20", "--need-region", "临川市", "--region", "云州市")
    said = run(
        "scope", "HD001", "--need-region", "云州市", "--need-region", "青岚市", "--place", "会展中心", *who
    )
    assert (
        said
        == "HD001：地点由“未填”改为“会展中心”；需求所在地区由“临川市”改为“云州市、青岚市”。已有的清单不变，须重新编制。"
    )
    run("scope", "HD001", "--region", "", *who)
    assert run("scope", "HD001", *who) == "HD001：没有变化。已有的清单不变，须重新编制。"
    with Workspace.open(Settings(home=tmp_path / "工作区")) as workspace:
        event = workspace.store.roadshows.find("HD001")
    assert event is not None
    assert (event.scope.need_regions, event.scope.regions, event.version) == (("云州市", "青岚市"), (), 3)
    assert {(change.by, change.reason) for change in event.changes} == {("王芳", "改在云州办")}
    assert all(isinstance(change.at, datetime) for change in event.changes)
