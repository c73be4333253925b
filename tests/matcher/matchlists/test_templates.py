"""Import templates: recognised columns, drop-downs of the coded terms, no example among the entries."""

import re
from datetime import date

import pytest
from openpyxl import load_workbook

from matcher.domain import Confidentiality, FeeKind, FeeTerms, LegalStatus, LicensingMode, PatentType
from matcher.errors import InputError
from matcher.importing import read_records
from matcher.importing.headers import Recogniser
from matcher.importing.synonyms import SYNONYMS, RecordKind
from matcher.matchlists.template_fields import TEMPLATES, Entry
from matcher.matchlists.templates import field_labels, template_for, write_template

KINDS = [template.kind for template in TEMPLATES]


def opened(kind, tmp_path):
    write_template(kind, tmp_path / f"{kind}.xlsx")
    return load_workbook(tmp_path / f"{kind}.xlsx")


def lists_of(page):
    """Drop-down terms by header."""
    found = {}
    for rule in page.data_validations.dataValidation:
        if rule.type == "list":
            column = re.match(r"[A-Z]+", str(rule.sqref)).group()
            found[page[f"{column}2"].value.rstrip("*")] = rule.formula1.strip('"').split(",")
    return found


def test_kinds():
    assert KINDS == [
        "patents",
        "needs",
        "enterprises",
        "assessments",
        "transactions",
        "holders",
        "experts",
        "services",
    ]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.kind)
def test_header_marks_what_is_mandatory_and_nothing_is_filled_in(template, tmp_path):
    page = opened(template.kind, tmp_path)["填写"]
    rows = list(page.iter_rows(values_only=True))
    assert len(rows) == 2
    assert list(rows[1]) == [field.title + "*" * field.mandatory for field in template.fields]
    assert page.freeze_panes == "B3"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.kind)
def test_every_column_fills_a_field_of_its_own(template):
    known = Recogniser(template.kind, {})
    fields = [known.field(field.title + "*" * field.mandatory) for field in template.fields]
    assert all(fields), [f.title for f, name in zip(template.fields, fields, strict=True) if not name]
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.kind)
def test_every_column_is_explained_with_an_example(template, tmp_path):
    notes = list(opened(template.kind, tmp_path)["填写说明"].iter_rows(min_row=3, values_only=True))
    assert [row[0].strip("“”") for row in notes] == [field.title for field in template.fields]
    assert all(row[3] for row in notes)
    assert sum(bool(row[5]) for row in notes) >= 0.8 * len(notes)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.kind)
def test_every_column_has_its_check_and_format(template, tmp_path):
    page = opened(template.kind, tmp_path)["填写"]
    assert len(page.data_validations.dataValidation) == len(template.fields)
    assert all(rule.errorStyle == "warning" for rule in page.data_validations.dataValidation)
    formats = {Entry.TEXT: "@", Entry.DATE: "yyyy-mm-dd", Entry.NUMBER: "General"}
    for index, field in enumerate(template.fields, 1):
        (column,) = [c for c in page.column_dimensions.values() if c.min <= index <= c.max]
        assert column.number_format == formats[field.entry]


def test_drop_downs_hold_the_coded_terms(tmp_path):
    lists = lists_of(opened("patents", tmp_path)["填写"])
    assert lists["专利类型"] == list(PatentType)
    assert lists["法律状态"] == list(LegalStatus)
    assert lists["支付方式"] == list(FeeKind)
    assert "转化意愿" not in lists, "several modes may stand in one cell"


def test_equal_bytes_each_time(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_template("needs", tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_unknown_kind_and_wrong_suffix(tmp_path):
    with pytest.raises(InputError, match=r"institutes.*patents、needs"):
        write_template("institutes", tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=r"以 \.xlsx 结尾"):
        write_template("needs", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def filled(kind, tmp_path):
    """The template with its own examples typed in, as an officer would."""
    path = tmp_path / f"{kind}.xlsx"
    book = opened(kind, tmp_path)
    template = template_for(kind)
    for index, field in enumerate(template.fields, 1):
        value = field.example
        if field.entry is Entry.DATE and value:
            value = date.fromisoformat(value)
        if field.entry is Entry.NUMBER and value:
            value = float(value)
        book["填写"].cell(3, index).value = value or None
    book.save(path)
    reading = read_records(path, template.kind)
    records = list(reading)
    return reading, records


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_imports_cleanly(kind, tmp_path):
    reading, records = filled(kind, tmp_path)
    assert reading.problems == []
    assert [(record.sheet, record.row) for record in records] == [("填写", 3)]
    assert [sheet.unrecognised for sheet in reading.sheets] == [()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_template_holds_no_record(kind, tmp_path):
    write_template(kind, tmp_path / "blank.xlsx")
    reading = read_records(tmp_path / "blank.xlsx", template_for(kind).kind)
    assert list(reading) == []
    assert reading.rows_read == 0


def test_what_is_typed_is_what_lands(tmp_path):
    _, (patent,) = filled("patents", tmp_path)
    assert patent.record.title == "一种水下快速接头"
    assert patent.record.type is PatentType.INVENTION
    assert patent.record.granted == date(2025, 6, 3)
    assert patent.record.holders == ("云岭理工大学", "青屿海洋装备有限公司")
    assert patent.record.fee == FeeTerms(FeeKind.LUMP_SUM, 20.0, patent.record.fee.text)
    assert patent.record.modes == (LicensingMode.ORDINARY_LICENCE, LicensingMode.ASSIGNMENT)
    assert patent.record.encumbrances == ()
    _, (need,) = filled("needs", tmp_path)
    assert need.record.budget == 50
    assert need.record.confidentiality is Confidentiality.PUBLIC
    assert need.record.valid_until == date(2027, 8, 31)


@pytest.mark.parametrize("kind", RecordKind)
def test_every_field_has_a_name_of_its_own(kind: RecordKind) -> None:
    labels = field_labels(kind)
    assert list(labels) == list(SYNONYMS[kind])
    assert len(set(labels.values())) == len(labels)
    assert all(re.search("[一-龥]", label) for label in labels.values())
