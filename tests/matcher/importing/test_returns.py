"""Refused rows come back as they were, safe to open, and land once they are mended."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl

from matcher.importing.returns import REASON, write_returned
from matcher.importing.synonyms import RecordKind
from matcher.landing import Manner, land_file
from matcher.settings import FileLimits
from matcher.store.database import Store

AT = datetime(2026, 6, 30, 9)
ROWS = (
    "专利名称,申请号,摘要,备注\n"
    "电解槽,CN202310999999.4,好的行,\n"
    '=HYPERLINK("http://x"),2.01E+12,@SUM(A1),-1\n'
)


def landed(store: Store, file: Path):
    return land_file(store, file, RecordKind.PATENTS, Manner({}), FileLimits(), AT, lambda *_: None).report


def test_a_mended_row_lands(tmp_path: Path) -> None:
    file, back = tmp_path / "清单.csv", tmp_path / "待修改.xlsx"
    file.write_text(ROWS, encoding="utf-8")
    with Store.open(tmp_path / "matcher.db") as store:
        report = landed(store, file)
        assert (report.landed, report.refused) == (1, 1)
        assert "returned" not in report.to_json()
        assert write_returned(report, back, made_at=AT) == 1
        book = openpyxl.load_workbook(back)
        [sheet] = book.worksheets
        head, row = sheet.iter_rows()
        assert [cell.value for cell in head] == [REASON, "专利名称", "申请号", "摘要", "备注"]
        assert row[0].value == "".join(problem.message for problem in reversed(report.problems))
        # Texts, none of which a spreadsheet takes for a formula, even when it is saved as csv.
        assert [cell.value for cell in row[1:]] == [
            '\'=HYPERLINK("http://x")',
            "2.01E+12",
            "'@SUM(A1)",
            "'-1",
        ]
        assert {cell.data_type for cell in row} == {"s"}
        sheet["C2"] = "CN202310888888.6"
        book.save(back)
        again = landed(store, back)
        assert (again.landed, again.refused, again.sheets[0].unrecognised) == (1, 0, ())
        patent = store.patents.get("CN202310888888")
        assert patent is not None
        assert (patent.title, patent.abstract) == ('=HYPERLINK("http://x")', "@SUM(A1)")
        assert store.sightings.of("patents", patent.id)[0].file == "待修改.xlsx"


def test_nothing_is_written_where_nothing_was_refused(tmp_path: Path) -> None:
    file, back = tmp_path / "清单.csv", tmp_path / "待修改.xlsx"
    file.write_text("专利名称,申请号\n甲,CN202310999999.4\n", encoding="utf-8")
    with Store.open(tmp_path / "matcher.db") as store:
        assert write_returned(landed(store, file), back, made_at=AT) == 0
    assert not back.exists()


def test_a_source_is_read_as_its_columns_were_corrected(tmp_path: Path) -> None:
    file = tmp_path / "清单.csv"
    file.write_text("专利名称,申请号,批次\n甲,CN202310999999.4,化工\n", encoding="utf-8")
    with Store.open(tmp_path / "matcher.db") as store:
        store.columns.keep("patents", "某校", {"批次": "industry"})
        manner = Manner({}, "某校")
        land_file(store, file, RecordKind.PATENTS, manner, FileLimits(), AT, lambda *_: None)
        patent = store.patents.get("CN202310999999")
    assert patent is not None
    assert patent.industry == "化工"
