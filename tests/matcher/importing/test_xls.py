"""The old binary format, with a workbook written here byte by byte (MS-CFB around MS-XLS)."""

import struct
from pathlib import Path

from matcher.importing import RecordKind, read_records

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def begin(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def stream(name: str, *cells: bytes) -> bytes:
    """A workbook stream with one sheet, padded so that it needs no mini stream."""
    head = begin(0x0005)
    bound = struct.pack("<BBBB", 0, 0, len(name), 1) + name.encode("utf-16-le")
    start = len(head) + len(record(0x0085, bytes(4) + bound)) + 4
    workbook = head + record(0x0085, struct.pack("<I", start) + bound) + record(0x000A, b"")
    sheet = begin(0x0010) + b"".join(cells) + record(0x000A, b"")
    return (workbook + sheet).ljust(4096, b"\0")


def compound(data: bytes) -> bytes:
    """A compound file: header, one FAT sector, one directory sector, then the stream."""
    sectors = len(data) // 512
    chain = [FAT, END, *range(3, 2 + sectors), END]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack(
        "<109I", 0, *[FREE] * 108
    )
    table = struct.pack("<128I", *(chain + [FREE] * (128 - len(chain))))
    return (
        header
        + table
        + entry("Root Entry", 5, 1, END, 0)
        + entry("Workbook", 2, FREE, 2, len(data))
        + bytes(256)
        + data
    )


def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    fields = (
        struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
    return text.ljust(64, b"\0") + fields


def test_xls(tmp_path: Path):
    cells = [
        label(0, 0, "专利清单"),
        label(1, 0, "专利名称"), label(1, 1, "申请号"), label(1, 2, "申请日"),
        label(2, 0, "一种阀门"), number(2, 1, 2016100000015.0), number(2, 2, 42370.0),
    ]  # fmt: skip
    path = tmp_path / "a.xls"
    path.write_bytes(compound(stream("专利", *cells)))
    reading = read_records(path, RecordKind.PATENTS)
    [located] = reading
    assert (located.sheet, located.row) == ("专利", 3)
    assert (located.record.application_number, str(located.record.filed)) == (
        "CN201610000001.5",
        "2016-01-01",
    )
    assert reading.problems == []
