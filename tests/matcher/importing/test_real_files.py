"""The public files that the engine is meant for: every row lands or is explained."""

import os
from pathlib import Path

import pytest

from matcher.importing import RecordKind, read_records

DATA = os.environ.get("MATCHER_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="MATCHER_DATA is not set: the real files are not here")


@pytest.mark.parametrize(
    ("file", "rows", "identities"),
    [
        ("patents/taian_1985_2015.xlsx", 7_384, 7_384),
        ("patents/institute_filings_2017.xlsx", 52_978, 41_772),
        ("patents/gazette_20190709_invention_authorized.csv", 4_761, 4_296),
        ("patents/gazette_20190709_invention_published.csv", 13_537, 11_912),
        ("patents/gazette_20190709_utility_new.csv", 13_421, 12_250),
        ("patents/industry_4097.jsonl", 4_097, 4_097),
        ("techneed_dev/achievements.jsonl", 7_493, 7_493),
        ("focus_dev/achievements.jsonl", 26_911, 26_911),
    ],
)
def test_patents(file, rows, identities):
    reading = read_records(Path(DATA) / file, RecordKind.PATENTS)
    assert len({located.record.id for located in reading}) == identities
    assert (reading.rows_read, reading.refused) == (rows, 0)
    assert [sheet.unrecognised for sheet in reading.sheets] == [()]


@pytest.mark.parametrize(
    ("file", "rows"), [("techneed_dev/needs.jsonl", 143), ("focus_dev/needs.jsonl", 145)]
)
def test_needs(file, rows):
    reading = read_records(Path(DATA) / file, RecordKind.NEEDS)
    assert len({located.record.own_id for located in reading}) == rows
    assert (reading.rows_read, reading.refused) == (rows, 0)


def test_designs_are_recognised_by_their_class():
    patents = [
        item.record for item in read_records(Path(DATA) / "patents/taian_1985_2015.xlsx", RecordKind.PATENTS)
    ]
    assert sum(bool(patent.locarno) for patent in patents) == 140
    assert {patent.type.name for patent in patents if patent.locarno and patent.type} == {"DESIGN"}
