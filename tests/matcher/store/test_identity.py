"""Records of one thing share a key, records of two things do not."""

from __future__ import annotations

import pytest

from matcher.domain import Enterprise, Need, Patent
from matcher.identifiers import PublicationStage
from matcher.store.identity import (
    Keys,
    enterprise_candidates,
    enterprise_keys,
    patent_candidates,
    patent_keys,
    publication_stage,
    record_keys,
)


def test_a_patent_is_known_by_both_numbers_and_its_id() -> None:
    patent = Patent("甲:1", "膜", application_number="CN201610123456.7", publication_number="CN105123456A")
    keys = patent_keys(patent)
    assert keys == Keys("CN201610123456", ("PNCN105123456", "甲:1"))
    assert keys.all() == ["CN201610123456", "PNCN105123456", "甲:1"]
    assert patent_keys(Patent("甲:1", "膜")).all() == ["甲:1"]


def test_an_enterprise_is_known_by_code_and_name() -> None:
    enterprise = Enterprise("91330100X", "甲厂（集团） 公司", credit_code="91330100X")
    assert enterprise_keys(enterprise).all() == ["91330100X", "name:甲厂(集团)公司"]
    assert enterprise_candidates("甲厂(集团)公司") == ["甲厂(集团)公司", "name:甲厂(集团)公司"]


def test_other_records_are_known_by_their_id() -> None:
    assert record_keys(Need("N1", "膜")) == Keys("", ("N1",))


def test_what_people_type_may_be_either_number() -> None:
    assert patent_candidates("ZL 2016 1 0123456.7") == [
        "ZL 2016 1 0123456.7",
        "CN201610123456",
        "PNZL201610123456.7",
    ]
    assert "PNCN105123456" in patent_candidates("105123456B")


@pytest.mark.parametrize(
    ("number", "stage"),
    [
        ("CN105123456A", PublicationStage.APPLICATION),
        ("CN105123456B", PublicationStage.GRANT),
        ("CN205123456U", PublicationStage.GRANT),
        ("CN105123456", None),
        ("", None),
        ("US9123456B2", None),
    ],
)
def test_the_stage_of_a_publication(number: str, stage: PublicationStage | None) -> None:
    assert publication_stage(number) is stage
