"""Files that are damaged, foreign or made to do harm: one Chinese sentence each, quickly, in bounded memory."""

import io
import os
import resource
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from matcher.errors import InputError
from matcher.importing import RecordKind, read_records
from matcher.settings import FileLimits

WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = f'<row r="1">{cell("A1", "专利名称")}{cell("B1", "申请号")}</row>'
FIRST = f'<row r="2">{cell("A2", "一种阀门")}{cell("B2", "CN201610000001.5")}</row>'


def xlsx(path: Path, sheet: str, relations: str = RELATIONS, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            RELATIONS.replace("worksheets/sheet1", "xl/workbook").replace("worksheet", "officeDocument"),
        )
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def refusal(path: Path, limits: FileLimits | None = None) -> InputError:
    """The error of a whole read, which must come within seconds and name the file."""
    begun = time.monotonic()
    with pytest.raises(InputError) as caught:
        list(read_records(path, RecordKind.PATENTS, limits=limits or FileLimits()))
    assert time.monotonic() - begun < 20
    message = str(caught.value)
    assert path.name in message
    assert message.endswith("。")
    assert "\n" not in message
    assert len(message) < 200
    return caught.value


def test_the_hand_made_workbook_is_readable_as_such(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", SHEET.format(HEAD + FIRST))
    [located] = read_records(path, RecordKind.PATENTS)
    assert (located.record.id, located.sheet, located.row) == ("CN201610000001", "a", 2)


def test_zip_bomb_by_size(tmp_path):
    path = xlsx(tmp_path / "bomb.xlsx", SHEET.format(HEAD), **{"xl/media/a.bin": "0" * 60_000_000})
    assert refusal(path, FileLimits(unpacked_bytes=50_000_000, ratio=10_000)).code == "file_unpacked"


def test_zip_bomb_by_ratio(tmp_path):
    path = xlsx(tmp_path / "bomb.xlsx", SHEET.format(HEAD), **{"xl/media/a.bin": "0" * 60_000_000})
    assert refusal(path).code == "file_ratio"


def test_sizes_that_lie_are_counted_while_unpacking(tmp_path):
    path = xlsx(tmp_path / "liar.xlsx", SHEET.format(HEAD), **{"xl/media/a.bin": "0" * 30_000_000})
    raw = path.read_bytes()
    true, said = (30_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert raw.count(true) == 2
    path.write_bytes(raw.replace(true, said))
    assert refusal(path).code in ("file_ratio", "file_damaged")


def test_too_many_parts(tmp_path):
    path = xlsx(tmp_path / "many.xlsx", SHEET.format(HEAD), **{f"xl/media/{n}": "" for n in range(1_100)})
    assert refusal(path).code == "file_entries"


def test_entity_expansion(tmp_path):
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    path = xlsx(tmp_path / "laughs.xlsx", entities + SHEET.format(HEAD))
    assert refusal(path).code == "file_entities"


def test_two_cells_at_opposite_corners(tmp_path):
    far = f'<row r="1048576">{cell("XFD1048576", "远")}</row>'
    path = xlsx(tmp_path / "corners.xlsx", SHEET.format(HEAD + FIRST + far))
    assert refusal(path).code == "file_memory"


def test_one_cell_at_the_last_corner(tmp_path):
    far = f'<row r="1048576">{cell("XFD1048576", "远")}</row>'
    assert refusal(xlsx(tmp_path / "corner.xlsx", SHEET.format(far))).code in (
        "file_memory",
        "header_unrecognised",
    )


def test_a_million_empty_rows_are_nothing(tmp_path):
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 1_000_000))
    path = xlsx(tmp_path / "empty.xlsx", SHEET.format(HEAD + FIRST + empty))
    begun = time.monotonic()
    reading = read_records(path, RecordKind.PATENTS, limits=FileLimits(ratio=1_000))
    assert [located.row for located in reading] == [2]
    assert reading.rows_read == 1
    assert time.monotonic() - begun < 20


def test_a_long_text_shared_by_every_cell_does_not_fill_memory(tmp_path):
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'
    )
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 30_000))
    relations = RELATIONS.replace(
        "</Relationships>",
        '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
    )
    parts = {"xl/sharedStrings.xml": strings.format("长" * 1_000_000)}
    path = xlsx(tmp_path / "shared.xlsx", SHEET.format(rows), relations, **parts)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refusal(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_truncated_workbook(tmp_path):
    whole = xlsx(tmp_path / "whole.xlsx", SHEET.format(HEAD + FIRST)).read_bytes()
    path = tmp_path / "half.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path).code == "file_damaged"


def test_damaged_bytes_inside(tmp_path):
    path = xlsx(tmp_path / "bytes.xlsx", SHEET.format(HEAD + FIRST))
    raw = bytearray(path.read_bytes())
    place = raw.index(b"sheet1.xml") + 40
    raw[place : place + 40] = bytes(40)
    path.write_bytes(bytes(raw))
    assert refusal(path).code == "file_damaged"


def test_workbook_without_a_sheet_part(tmp_path):
    path = tmp_path / "hollow.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
    assert refusal(path).code == "file_damaged"


def ole(path: Path, *streams: str) -> Path:
    """A compound file's first bytes and a directory that names `streams`."""
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + directory)
    return path


@pytest.mark.parametrize(
    ("stream", "code"),
    [("EncryptedPackage", "file_password"), ("WordDocument", "file_old_word"), ("Nothing", "file_damaged")],
)
def test_compound_files(tmp_path, stream, code):
    assert refusal(ole(tmp_path / "a.xlsx", stream)).code == code


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "file_empty"),
        ("a.csv", b"\xef\xbb\xbf \r\n\r\n", "file_empty"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "file_markup"),
        ("a.xls", b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file_markup"),
        ("a.csv", b"%PDF-1.7 ...", "file_foreign"),
        ("a.csv", b"{\\rtf1 text}", "file_foreign"),
        ("a.csv", b"\x1f\x8b\x08\x00", "file_foreign"),
        ("a.csv", b"PK\x05\x06" + bytes(18), "file_foreign"),
        ("a.csv", b"a,b\0c\n", "file_binary"),
        ("a.csv", b"\x81\x20\xff\xff" * 400, "file_encoding"),
        ("a.json", b'[{"title": "x"}]', "file_json_array"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "header_unrecognised"),
        ("a.jsonl", b'{"foo": 1}\n', "header_unrecognised"),
    ],
)
def test_foreign_contents(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path).code == code


@pytest.mark.parametrize(
    ("part", "code"), [("word/document.xml", "file_word"), ("readme.txt", "file_archive")]
)
def test_other_archives(tmp_path, part, code):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    assert refusal(path).code == code


def test_missing_folder_and_special_files(tmp_path):
    assert refusal(tmp_path / "none.xlsx").code == "file_missing"
    assert refusal(tmp_path).code == "file_folder"
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").code == "file_special"


def test_a_name_that_does_not_fit_the_content_is_no_obstacle(tmp_path):
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["专利名称", "申请号"])
        sheet.write_row(1, 0, ["一种阀门", "CN201610000001.5"])
    path = tmp_path / "really.csv"
    path.write_bytes(book.getvalue())
    assert [located.record.title for located in read_records(path, RecordKind.PATENTS)] == ["一种阀门"]
    text = tmp_path / "really.xlsx"
    text.write_text("专利名称,申请号\n一种阀门,CN201610000001.5\n", encoding="utf-8")
    assert [located.record.title for located in read_records(text, RecordKind.PATENTS)] == ["一种阀门"]


def test_formulas_are_never_evaluated(tmp_path):
    formula = '<c r="A2" t="str"><f>HYPERLINK("http://x")</f><v>一种阀门</v></c>'
    path = xlsx(
        tmp_path / "f.xlsx", SHEET.format(f'{HEAD}<row r="2">{formula}{cell("B2", "CN201610000001.5")}</row>')
    )
    assert [located.record.title for located in read_records(path, RecordKind.PATENTS)] == ["一种阀门"]


def test_too_many_rows(tmp_path):
    rows = "".join(f'<row r="{n}">{cell(f"A{n}", "阀")}</row>' for n in range(2, 30))
    assert (
        refusal(xlsx(tmp_path / "long.xlsx", SHEET.format(HEAD + rows)), FileLimits(rows=10)).code
        == "file_rows"
    )


def test_a_text_that_is_one_endless_line(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("专利名称,申请号\n一种阀门,CN201610000001.5\n" + "a," * 5_000_000, encoding="utf-8")
    reading = read_records(path, RecordKind.PATENTS)
    assert [located.row for located in reading] == [2]
    assert reading.remarks[0].startswith("第 3 行")
    path.write_text("a" * 5_000_000, encoding="utf-8")
    assert refusal(path).code == "header_unrecognised"


def test_halves_of_surrogate_pairs_and_names_of_no_characters(tmp_path):
    """JSON can write them; no database holds them."""
    lines = tmp_path / "清单.jsonl"
    lines.write_text(
        '{"专利名称": "阀\\ud800门", "申请号": "CN201610000001.5"}\n'
        '{"专利名称": "阀门", "申请号": "CN201610000001.5", "\\udfff": "1"}\n'
        '{"专利名称": "一种阀门", "申请号": "CN201610000001.5"}\n'
    )
    landed = read_records(lines, RecordKind.PATENTS)
    assert [(one.record.title, one.record.id) for one in landed] == [("一种阀门", "CN201610000001")]
    assert [(problem.row, problem.message) for problem in landed.problems][:2] == [
        (1, "这一行不是有效的 JSON：第 12 个字符处无法识别。"),
        (2, "这一行不是有效的 JSON：第 44 个字符处无法识别。"),
    ]
    named = tmp_path / os.fsdecode(b"\xff.jsonl")
    named.write_text('{"专利名称": "一种阀门", "申请号": "CN201610000001.5"}\n')
    with pytest.raises(InputError, match=r"^文件名“\?\.jsonl”含有不成字的字节。请改名后重试。$"):
        list(read_records(named, RecordKind.PATENTS))
