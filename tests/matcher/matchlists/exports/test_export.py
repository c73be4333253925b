"""One door to all formats: names, atomic files, JSON's contents."""

import json

import pytest

from matcher.errors import InputError
from matcher.matchlists.exports import FORMATS, export, json_file, list_rows, preset_named
from matcher.matchlists.exports.columns import columns_of, rows_of


def test_unknown_names_are_refused_with_the_known_ones(match_list, tmp_path):
    with pytest.raises(InputError, match=r"\.pdf.*xlsx"):
        export(match_list, tmp_path / "list.pdf")
    with pytest.raises(InputError, match=r"公众版.*内部版、对外版"):
        export(match_list, tmp_path / "list.xlsx", preset="公众版")


def test_a_named_format_wins_over_the_suffix(match_list, tmp_path):
    export(match_list, tmp_path / "list.out", format="json")
    assert json.loads((tmp_path / "list.out").read_bytes())["format"] == "patent-match-list"


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_a_failed_export_leaves_the_old_file(match_list, tmp_path, known, monkeypatch):
    path = tmp_path / f"list{known.suffixes[0]}"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(InputError, match="无法写入文件"):
        export(match_list, path)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_folders_are_made_and_nothing_is_left_beside(match_list, tmp_path, known):
    path = tmp_path / "out" / f"list{known.suffixes[0]}"
    export(match_list, path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_json_explains_every_line(match_list, tmp_path):
    export(match_list, tmp_path / "list.json")
    document = json.loads((tmp_path / "list.json").read_bytes())
    rows = list_rows(match_list, preset_named("内部版"))
    assert json.loads(json.dumps(json_file.document(rows))) == document, "any encoder can write it"
    assert document["provenance"]["as_of"] == "2026-11-01"
    assert [need["need_id"] for need in document["needs"]] == ["n-connect", "n-valves", "n-quiet", "n-cold"]
    first = document["needs"][0]["matches"][0]
    assert first["score"] == pytest.approx(0.73)
    assert sum(part["weight"] * part["value"] for part in first["contributions"]) == pytest.approx(
        first["score"]
    )
    assert first["availability"][0]["feasibility"] == "需征得同意"
    assert first["row"]["授权公告日"] == "2020-05-01"
    assert document["needs"][3]["excluded"][0]["gates"][0]["verdict"] == "不满足"
    assert [m["row"]["匹配理由"] for n in document["needs"] for m in n["matches"]] == [
        row.reasons for row in rows.matches
    ]


def test_every_column_can_be_read_of_every_row(match_list):
    for preset in (
        preset_named("内部版"),
        preset_named("对外版"),
        preset_named("企业版"),
        preset_named("高校版"),
    ):
        rows = list_rows(match_list, preset)
        for sheet in preset.sheets[1:]:
            for row in rows_of(sheet, rows):
                assert all(column.cell(row) is not None for column in columns_of(sheet, preset))


def test_terminal_text_names_needs_without_a_patent_and_the_grades_standing(match_list, tmp_path):
    export(match_list, tmp_path / "list.txt")
    text = (tmp_path / "list.txt").read_text(encoding="utf-8")
    assert "暂无合适专利：XQ-2026-004 =冷链果蔬全程温度追溯 北坡生鲜食品有限公司" in text
    assert "未校准" in text
