"""The sample province walks the whole way: sheets out and back, screening, index, tiers, orders, progress."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from matcher.sample.province import province
from matcher.store.database import Store


@pytest.fixture
def matcher(tmp_path, monkeypatch):
    """Runs a command in a workspace that holds the sample province."""
    monkeypatch.chdir(tmp_path)
    here = province()
    with Store.open(tmp_path / "workspace" / "matcher.db") as store:
        store.merge(here.holders, date(2026, 2, 1))
        store.merge(here.patents, date(2026, 2, 1))
        store.merge(here.enterprises, date(2026, 2, 1))
        store.merge(here.needs, date(2026, 2, 1))
        store.merge(here.assessments, date(2026, 2, 1))
        store.merge(here.transactions, date(2026, 2, 1))

    def run(*words):
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_the_whole_way(matcher, tmp_path):
    split = json.loads(
        matcher("inventory", "split", "out", "--due", "2026-03-31", "--as-of", "2026-03-01", "--json")
    )
    matcher("inventory", "rehearse", "out", "back", "--as-of", "2026-03-20")
    back = json.loads(matcher("inventory", "collect", "back", "--as-of", "2026-03-28", "--json"))
    assert back["taken"] + back["open_patents"] == split["patents"]
    assert back["taken"] > 0.6 * split["patents"]
    assert back["problems"] > 0, "the rehearsal makes mistakes"
    assert back["files"] < len(split["tasks"]), "some units return nothing"
    owed = json.loads(matcher("inventory", "overdue", "--as-of", "2026-04-08", "--json"))
    assert sum(line["total"] - line["answered"] for line in owed) == back["open_patents"]
    assert {line["overdue"] for line in owed} == {8}
    matcher("inventory", "panel", "panel.xlsx", "--as-of", "2026-04-10")
    matcher("inventory", "rehearse", "panel.xlsx", "decided.xlsx", "--as-of", "2026-05-08")
    decided = json.loads(matcher("inventory", "screen", "decided.xlsx", "--as-of", "2026-05-10", "--json"))
    assert decided["screened"] + decided["held"] == back["taken"]
    register = json.loads(matcher("inventory", "list", "--as-of", "2026-06-30", "--json"))
    assert (register["已入资源库"], register["暂不入库"]) == (decided["screened"], decided["held"])
    matcher("index")
    (tmp_path / "experts.csv").write_text(
        "姓名,单位,关注领域,回避单位\n"
        "甲,云泽材料公司,储能；电池；新能源,河东理工大学\n"
        "乙,青岚装备公司,机械加工；轴承；机器人,\n"
        "丙,桐安药业公司,药物；医疗器械,\n"
        "丁,,没有单位,\n",
        encoding="utf-8",
    )
    given = json.loads(
        matcher("assessments", "assign", "sheets", "--experts", "experts.csv", "--per-patent", "1", "--json")
    )
    assert (given["experts"], given["files"]) == (3, 3)
    assert given["assigned"] == decided["screened"], "nobody's own patents are in the way of any"
    assert given["short"] == {}
    tiers = json.loads(matcher("tiers", "--as-of", "2026-06-30", "--json"))
    assert tiers["patents"] == decided["screened"], "the tiers are those of the screened library"
    assert tiers["tiers"].keys() >= {"重点推介", "专利池候选", "技术验证与中试", "常规推广"}
    orders = json.loads(
        matcher(
            "unmet", "--out", "orders.xlsx", "--handout", "sheets.xlsx", "--as-of", "2026-06-30", "--json"
        )
    )
    quality = {need.id: province().quality[need.id] for need in province().needs}
    found = [quality[id_] for one in orders["clusters"] for id_ in one["needs"]]
    assert found.count("unanswerable") >= 8, "what nobody was to answer is found"
    assert found.count("vague") == 0
    assert orders["vague"] >= 8
    made = json.loads(matcher("progress", "--out", "progress.xlsx", "--as-of", "2026-06-30", "--json"))
    stock, later = made["rates"]["盘点率"], made["rates"]["盘点率（其后授权）"]
    assert stock["numerator"] + later["numerator"] == back["taken"]
    assert made["rates"]["入库率"] == {"numerator": decided["screened"], "denominator": back["taken"]}
    listed = json.loads(matcher("list", "--as-of", "2026-06-30", "--json"))
    assert listed, "a list is made from the screened library"
    assert (tmp_path / "sheets.xlsx").is_file()
