"""The manual's last section runs as it is written: from the sheets handed out to 督办清单, feedback of the event included."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.cli.app import app
from matcher.sample.province import province

MANUAL = Path(__file__).parents[3] / "docs" / "manual.zh.md"
PLACEHOLDER = "M2C8F5D3K4Q"
HOME = ("--home", "demo/工作区")


def sequence() -> list[list[str]]:
    section = MANUAL.read_text(encoding="utf-8").split("## 十二、用虚构的河东省走一遍")[1]
    block = re.findall(r"^```\n(.*?)^```", section, flags=re.S | re.M)[0]
    return [shlex.split(line)[1:] for line in block.splitlines()]


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, f"{' '.join(words)}: {result.output}"
    return result.stdout


def rows(path: str, sheet: str) -> list[tuple[object, ...]]:
    """The rows below the header of a report's sheet."""
    found = list(load_workbook(path)[sheet].iter_rows(values_only=True))
    return [row for row in found[3:] if any(row)]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every command of the section printed, by its first two words and what it writes; the folder is current."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("loop"))
        patch.delenv("MATCHER_HOME", raising=False)
        found: dict[str, str] = {}
        for words in sequence():
            if PLACEHOLDER in words:
                outcomes = json.loads(run("event", "outcomes", "HD001", "--json", *HOME))
                chosen = next(one["id"] for one in outcomes if one["state"] == "有意向")
                words = [chosen if word == PLACEHOLDER else word for word in words]
            found[" ".join(words[:3])] = run(*words)
        yield found


def test_the_inventory_adds_up(said: dict[str, str]) -> None:
    assert "34 份盘点表，共 115 件专利" in said["inventory split demo/盘点表"]
    assert "读取 29 个文件（0 个读不了），采用自评 78 件" in said["inventory collect demo/交回"]
    assert "尚有 20 个单位欠 37 件。" in said["inventory collect demo/交回"], "78 + 37 = 115"
    assert "共 20 个单位，37 件。" in said["inventory overdue --out"]
    assert "入库 57 件，暂不入库 21 件" in said["inventory screen demo/集中评价表-已填.xlsx"]


def test_experts_get_the_library_and_send_most_of_it_back(said: dict[str, str]) -> None:
    assert (
        "专家 24 位，分配 114 件次，写出 24 份评价表；0 件专利专家不足。"
        in said["assessments assign demo/评价表"]
    )
    given = rows("demo/评价分派.xlsx", "分派明细")
    assert len(given) == 2 * 57
    read, landed = map(
        int, re.findall(r"读取 (\d+) 行 = 新增 (\d+)", said["import assessments demo/评价表-交回"])[0]
    )
    assert sum(row[7] == "已交回" for row in given) == landed < read
    assert int(re.findall(r"未交回 (\d+)", said["assigned --out demo/评价分派.xlsx"])[0]) == 114 - landed
    loads = [row[2] for row in rows("demo/评价分派.xlsx", "分派汇总")]
    assert max(loads) <= 5, "114 over 24 experts"


def test_every_patent_of_the_library_has_a_tier_and_its_institutions(said: dict[str, str]) -> None:
    tiers = rows("demo/分层推广.xlsx", "分层推广")
    assert len({row[0] for row in tiers}) == 57
    offers = rows("demo/分层推广.xlsx", "服务机构匹配")
    found = [row for row in offers if row[5] != "暂无合适机构"]
    assert f"本次新分派 {len(found)} 件次" in said["tiers --out demo/分层推广.xlsx"]
    given = json.loads(run("assigned", "--as-of", "2026-06-30", "--json", *HOME))
    assert sum(one["kind"] == "服务对接" for one in given) == len(found)


def test_what_enterprises_answered_is_taken_in_and_a_deal_is_counted(said: dict[str, str]) -> None:
    read, landed, merged = map(
        int,
        re.findall(
            r"读取 (\d+) 行 = 新增 (\d+) \+ 合并 (\d+) \+ 未导入 0", said["event import demo/企业反馈.xlsx"]
        )[0],
    )
    assert read == landed + merged > 10
    outcomes = json.loads(run("event", "outcomes", "HD001", "--json", *HOME))
    states = [one["state"] for one in outcomes]
    assert states.count("已签约") == 1
    assert states.count("有意向") + states.count("不合适") == landed - 1
    (deal,) = [row for row in rows("demo/进展.xlsx", "交易明细") if str(row[0]).startswith("2026-11")]
    assert (deal[1], deal[6]) == ("普通许可", 30)
    assert deal[2] == next(one["patent_id"] for one in outcomes if one["state"] == "已签约")


def test_needs_that_nothing_answers_become_orders_that_a_university_takes(said: dict[str, str]) -> None:
    quality = province().quality
    orders = [str(row[1]) for row in rows("demo/研发线索.xlsx", "需求线索")]
    assert [quality[id_] for id_ in orders].count("unanswerable") >= 8, "what nobody was to answer is found"
    assert "vague" not in {quality[id_] for id_ in orders}
    taken = "HD2025-019"
    assert taken in orders
    assert f"{taken}：已认领（河东大学）" in said[f"respond 研发线索 {taken}"]


def test_progress_and_who_lags(said: dict[str, str]) -> None:
    printed = said["progress --out demo/进展.xlsx"]
    stock, later = (tuple(map(int, found)) for found in re.findall(r"盘点率.*：(\d+)/(\d+)", printed))
    assert stock[0] + later[0] == 78
    assert "入库率：57/78 = 73.1%" in printed
    details = rows("demo/进展.xlsx", "专利明细")
    assert sum("分子" in row[11:13] for row in details) == 78, "every number is traced to its rows"
    lagging = [row for row in rows("demo/进展.xlsx", "节点") if row[10] == "滞后"]
    assert (
        len(rows("demo/进展.xlsx", "督办清单")) == len(lagging) == int(re.findall(r"滞后 (\d+)", printed)[0])
    )
    assert ("第一批高校完成盘点", "河东大学", 2, 11) in [(row[0], row[3], row[4], row[5]) for row in lagging]
