"""The inventory's commands: what they say and what they leave."""

import json
from datetime import date

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.cli.app import app
from matcher.store.database import Store
from tests.matcher.programme.inventory_examples import GOOD, PATENTS, fill


@pytest.fixture
def matcher(tmp_path, monkeypatch):
    """Runs a command in a workspace that holds the small inventory."""
    monkeypatch.chdir(tmp_path)
    with Store.open(tmp_path / "workspace" / "matcher.db") as store:
        store.merge(PATENTS, date(2026, 3, 1))

    def run(*words):
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_out_and_back(matcher, tmp_path):
    said = matcher("inventory", "split", "out", "--due", "2026-03-10", "--as-of", "2026-03-01")
    assert said == "批次 PD20260301：3 份盘点表，共 4 件专利，写在 out。\n"
    number = PATENTS[0].application_number
    fill(tmp_path / "out/泰山学院/PD20260301-002-机械学院.xlsx", {number: {**GOOD, "自评日期": "2026-03-05"}})
    found = json.loads(
        matcher("inventory", "collect", "out", "--as-of", "2026-03-12", "--out", "a.xlsx", "--json")
    )
    assert found == {
        "batch": "PD20260301", "files": 3, "unreadable": 0, "taken": 1, "repeated": 0, "clashes": 0, "problems": 0,
        "edited_cells": 0, "open_units": 3, "open_patents": 3,
    }  # fmt: skip
    assert load_workbook(tmp_path / "a.xlsx").sheetnames == [
        "交回文件", "催办清单", "填报冲突", "问题行", "被改动的单元格", "更新的专利信息",
    ]  # fmt: skip
    assert matcher("inventory", "overdue", "--as-of", "2026-03-12").splitlines() == [
        "岱岳研究院 未注明学院：未交回，欠 1/1 件，逾期 2 天",
        "泰山学院 材料学院：未交回，欠 1/1 件，逾期 2 天",
        "泰山学院 机械学院：部分填写，欠 1/2 件，逾期 2 天",
        "共 3 个单位，3 件。",
    ]
    matcher("inventory", "panel", "panel.xlsx", "--as-of", "2026-03-13")
    decision = {"集中评价产业化前景": "好", "筛选结论": "入库", "评价人": "甲", "评价日期": "2026-03-13"}
    fill(tmp_path / "panel.xlsx", {number: decision})
    assert matcher("inventory", "screen", "panel.xlsx", "--as-of", "2026-03-14").startswith("入库 1 件，")
    assert matcher("inventory", "history", number).splitlines() == [
        "2026-03-01 00:00 经办人：未盘点 → 待自评",
        "2026-03-12 00:00 经办人：待自评 → 发明人已自评（泰山学院/PD20260301-002-机械学院.xlsx 盘点表 第 4 行）",
        "2026-03-13 00:00 经办人：发明人已自评 → 集中评价中",
        "2026-03-14 00:00 经办人：集中评价中 → 已入资源库（panel.xlsx）",
    ]
    counts = json.loads(matcher("inventory", "list", "--as-of", "2026-03-14", "--json"))
    assert counts == {
        "未盘点": 0, "待自评": 3, "发明人已自评": 0, "集中评价中": 0, "已入资源库": 1, "暂不入库": 0, "已转化": 1, "已失效": 1,
    }  # fmt: skip
