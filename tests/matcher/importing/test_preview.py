"""How a file would be understood, and what an officer may say instead."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from matcher.errors import InputError
from matcher.importing.preview import Preview, PreviewColumn, PreviewSheet, preview
from matcher.importing.reading import read_records
from matcher.importing.synonyms import RecordKind
from matcher.settings import FileLimits

PATENTS, LIMITS = RecordKind.PATENTS, FileLimits()


def test_columns_rows_and_what_is_not_recognised(tmp_path: Path) -> None:
    file = tmp_path / "清单.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("存量")
        sheet.write_row(0, 0, ["某校存量专利"])
        sheet.write_row(1, 0, ["序号", "专利名称", "申请号", "入库批次"])
        sheet.write_row(2, 0, [1, "电解槽", "CN202310999999.4", "第一批"])
        sheet.write_row(3, 0, [2, "长" * 80, 202310888888, ""])
        book.add_worksheet("说明").write_row(0, 0, ["请逐项填写"])
    assert preview(file, PATENTS, {"入库批次": "industry", "专利名称": ""}, LIMITS) == Preview(
        (
            PreviewSheet(
                "存量",
                True,
                (
                    PreviewColumn("序号", "", ("1", "2")),
                    PreviewColumn("专利名称", "", ("电解槽", f"{'长' * 60}…")),
                    PreviewColumn("申请号", "application", ("CN202310999999.4", "202310888888")),
                    PreviewColumn("入库批次", "industry", ("第一批", "")),
                ),
            ),
            PreviewSheet("说明", False, (PreviewColumn("请逐项填写", None, ()),)),
        ),
        (),
    )


def test_lines_of_json_have_the_keys_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "一.jsonl"
    file.write_text('{"title": "甲", "x": [1, 2]}\n{"abstract": "乙"}\n', encoding="utf-8")
    [sheet] = preview(file, PATENTS, {}, LIMITS).sheets
    assert sheet.columns == (
        PreviewColumn("title", "title", ("甲", "")),
        PreviewColumn("x", None, ("1；2", "")),
        PreviewColumn("abstract", "abstract", ("", "乙")),
    )


def test_a_column_that_is_left_out_fills_nothing(tmp_path: Path) -> None:
    file = tmp_path / "清单.csv"
    file.write_text("专利名称,申请号,摘要,批次\n甲,CN202310999999.4,说明,化工\n", encoding="utf-8")
    reading = read_records(file, PATENTS, mapping={"摘要": "", "批次": "industry"})
    [patent] = [item.record for item in reading]
    assert (patent.title, patent.abstract, patent.industry) == ("甲", "", "化工")
    assert reading.sheets[0].unrecognised == ()


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "清单.csv"
    file.write_text("专利名称\n甲\n", encoding="utf-8")
    with pytest.raises(InputError, match="字段“价值”不存在"):
        preview(file, PATENTS, {"专利名称": "价值"}, LIMITS)
