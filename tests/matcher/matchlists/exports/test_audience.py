"""Confidentiality of needs, in every version and every format."""

import json
from dataclasses import replace

import pytest

from matcher.domain import Confidentiality, Encumbrance, EncumbranceKind, LicensingMode
from matcher.errors import NotFound
from matcher.matches import Availability, Feasibility, GateResult, Grade, NeedMatches, Verdict
from matcher.matchlists.exports import FORMATS, PRESETS, export, list_rows, preset_named
from matcher.matchlists.exports.audience import visible

SECRETS = ("澜川耐磨阀门", "澜川精密", "XQ-2026-002", "n-valves", "李工", "密封面")
"""Words of the anonymous need and its enterprise."""
UNPUBLISHED = ("尚未公布的新产品涂层", "XQ-2026-003", "n-quiet", "石墨烯")
"""Words of the need that only the authority may see, and of a patent that stands only under it."""


def text_of(path):
    """All text of an exported file."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    from openpyxl import load_workbook

    book = load_workbook(path)
    return "\n".join(
        str(value) for page in book for row in page.iter_rows(values_only=True) for value in row if value
    )


@pytest.mark.parametrize("suffix", [".xlsx", ".json", ".txt"])
@pytest.mark.parametrize("preset", ["对外版", "高校版", "企业版"])
def test_no_format_of_an_outside_version_leaks(match_list, tmp_path, preset, suffix):
    path = tmp_path / f"list{suffix}"
    done = export(match_list, path, preset=preset)
    text = text_of(path)
    for secret in (*SECRETS, *UNPUBLISHED, "王工", "0000-7654321", "不推荐"):
        assert secret not in text, secret
    assert "匿名-001" in text
    assert "水下管汇快速连接与自动对中技术" in text
    assert done.withheld == 1


@pytest.mark.parametrize("suffix", [".xlsx", ".json", ".txt"])
def test_the_internal_version_shows_all_needs(match_list, tmp_path, suffix):
    path = tmp_path / f"list{suffix}"
    done = export(match_list, path, preset="内部版")
    text = text_of(path)
    for word in ("澜川耐磨阀门密封面强化", "尚未公布的新产品涂层", "不推荐"):
        assert word in text
    assert (done.needs, done.matches, done.withheld) == (4, 5, 0)


def test_an_anonymous_need_keeps_industry_region_and_degrees_only(match_list):
    rows = list_rows(match_list, preset_named("对外版"))
    first = next(row for row in rows.matches if row.need_id == "匿名-001")
    assert first.enterprise == "匿名企业"
    assert first.need == "匿名需求（所属行业：通用设备）"
    assert (first.region, first.credit_code, first.enterprise_kinds) == ("澜川市", "", "")
    assert first.reasons == "①语义相近：高\n②共有术语：低"
    assert first.risks.startswith("①权利有效待核实：来源未注明法律状态")
    assert first.match.need.confidentiality is Confidentiality.ANONYMOUS


def test_a_gate_of_an_anonymous_need_quotes_nothing_of_it(match_list):
    gate = GateResult("obtainable", "可得性", Verdict.UNKNOWN, "企业只接受独占许可")
    item = match_list.needs[1]
    item = replace(item, matches=(replace(item.matches[0], gates=(gate,)),))
    (row,) = list_rows(replace(match_list, needs=(item,)), preset_named("对外版")).matches
    assert row.risks.split("\n")[0] == "①可得性待核实：可向主管部门了解"
    assert row.match.gates[0].reason == "可向主管部门了解"


def test_an_anonymous_enterprise_is_not_named_as_the_patents_licensee(match_list):
    item = match_list.needs[1]
    licence = Encumbrance(EncumbranceKind.ORDINARY_LICENCE, "澜川精密阀门有限公司")
    modes = (
        Availability(
            LicensingMode.SOLE_LICENCE, Feasibility.CONSENT, "", "在先被许可人（澜川精密阀门有限公司）"
        ),
    )
    patent = replace(item.matches[0].patent, encumbrances=(licence,))
    item = replace(item, matches=(replace(item.matches[0], patent=patent, availability=modes),))
    (row,) = list_rows(replace(match_list, needs=(item,)), preset_named("对外版")).matches
    assert row.modes == "需征得在先被许可人同意：排他许可"
    assert row.match.patent.encumbrances == (replace(licence, party=""),)
    (inside,) = list_rows(replace(match_list, needs=(item,)), preset_named("内部版")).matches
    assert inside.modes == "需征得在先被许可人（澜川精密阀门有限公司）同意：排他许可"
    assert inside.risks.startswith("①权利有效待核实")
    assert "本企业已取得该专利的普通许可，请先核对原合同" in inside.risks


def test_outside_versions_leave_out_not_recommended(match_list):
    for preset in PRESETS:
        grades = [row.match.grade for row in list_rows(match_list, preset).matches]
        assert (Grade.NOT_RECOMMENDED in grades) is preset.internal


def test_excluded_matches_reach_only_versions_with_that_sheet(match_list):
    counts = {preset.name: len(list_rows(match_list, preset).excluded) for preset in PRESETS}
    assert counts == {"内部版": 1, "对外版": 0, "企业版": 1, "高校版": 0}


def test_near_misses_of_an_anonymous_need_stay_inside(match_list):
    """Among them may be the enterprise's own patents, with its name as holder."""
    hidden = replace(match_list.needs[1], excluded=match_list.needs[3].excluded)
    changed = replace(match_list, needs=(match_list.needs[0], hidden))
    counts = {preset.name: len(list_rows(changed, preset).excluded) for preset in PRESETS}
    assert counts == {"内部版": 1, "对外版": 0, "企业版": 0, "高校版": 0}


def test_an_enterprise_sees_its_own_needs_in_full_and_no_others(match_list):
    for recipient in ("e-ocean", "青屿海洋工程装备股份有限公司", "91370000MA0EXAMPL1"):
        rows = list_rows(match_list, preset_named("企业版"), recipient)
        assert [row.need_id for row in rows.needs] == ["XQ-2026-001", "XQ-2026-003"]
    anonymous_outside = list_rows(match_list, preset_named("企业版"), "e-secret")
    assert [row.need for row in anonymous_outside.needs] == ["澜川耐磨阀门密封面强化"]


def test_an_enterprise_that_is_not_in_the_list_is_no_empty_list(match_list):
    with pytest.raises(NotFound, match="没有企业“青屿公司”的需求"):
        list_rows(match_list, preset_named("企业版"), "青屿公司")


def test_a_list_of_one_enterprise_is_for_that_enterprise(match_list):
    own = replace(match_list, needs=(match_list.needs[0], match_list.needs[2]))
    rows = list_rows(own, preset_named("企业版"))
    assert [row.need_id for row in rows.needs] == ["XQ-2026-001", "XQ-2026-003"]


def test_a_holder_sees_its_patents_and_the_needs_nobody_answers(match_list):
    rows = list_rows(match_list, preset_named("高校版"), "云岭海工装备研究院有限公司")
    assert [(row.need_id, row.match.patent.id) for row in rows.matches] == [
        ("XQ-2026-001", "p-assembly"),
        ("匿名-001", "p-assembly"),
    ]
    assert [row.need_id for row in rows.unanswered] == ["XQ-2026-004"]


def test_aliases_are_the_same_in_every_version(match_list):
    """The officer finds in 需求一览 whom 匿名-001 stands for."""
    inside = {
        row.alias: row.need_id for row in list_rows(match_list, preset_named("内部版")).needs if row.alias
    }
    assert inside == {"匿名-001": "XQ-2026-002"}


def test_a_need_without_a_stated_confidentiality_is_withheld(match_list):
    item = match_list.needs[0]
    silent = replace(item.need, confidentiality=type(item.need)(id="x", title="x").confidentiality)
    shown = visible(replace(match_list, needs=(NeedMatches(silent, None, ()),)), preset_named("对外版"))
    assert shown.needs == ()
    assert shown.withheld == 1


def test_json_outside_holds_no_scores(match_list, tmp_path):
    path = tmp_path / "list.json"
    export(match_list, path, preset="对外版")
    match = json.loads(path.read_bytes())["needs"][0]["matches"][0]
    assert set(match) == {"patent_id", "row", "gates", "availability"}


def test_every_format_is_covered_here():
    assert {name for known in FORMATS for name in known.suffixes} == {
        ".xlsx",
        ".json",
        ".trec",
        ".run",
        ".txt",
    }
