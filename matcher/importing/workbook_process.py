"""Reads one workbook or Word document in a process of its own, with bounded memory and processor time; runs as a script.

A damaged or hostile workbook can cost its reader any amount of memory or end the whole process, so nothing is
shared with the caller: lines of JSON on standard output, one object a line.

    {"sheet": name, "hidden": bool}            a sheet begins
    {"sheet": name, "hidden": false, "form": true}     a table of a Word document begins
    {"sheet": name, "hidden": false, "prose": true}    paragraphs of a Word document outside its tables begin
    {"numbers": [1, 2, …], "rows": [[…], …]}   its rows that are not blank; numbers count from 1 as Excel shows; in a
                                               form null is the cell to the left going on, true the cell above
    {"end": true}                              the whole workbook was read
    {"refused": code, "detail": text}          it was not, and why
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

_BATCH = 500
_SMALL = 10_000_000
"""Entries under this many bytes may be compressed at any ratio."""
_OLE_STREAMS = {
    "EncryptedPackage": "password",
    "WordDocument": "old_word",
    "PowerPoint Document": "powerpoint",
}


class Refused(Exception):
    """The workbook is not read; `code` says why."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the workbook's rows, or why there are none."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    for limit in ("unpacked_bytes", "entries", "ratio", "memory", "rows"):
        parser.add_argument(f"--{limit}", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--documents", action="store_true", help="read Word documents too")
    parser.add_argument(
        "--text", action="store_true", help="of a Word document its paragraphs instead of its tables"
    )
    limits = parser.parse_args(arguments)
    _bound(limits.memory, limits.seconds)
    try:
        with open(limits.path, "rb") as file:  # noqa: PTH123 (starts without pathlib)
            archive = file.read(4) == b"PK\x03\x04"
            document = _check_archive(file, limits) if archive else _check_compound(file)
            if document and limits.text:
                _write_paragraphs(file, limits.rows)
            elif document:
                _write_tables(file, limits.rows)
            else:
                _write_sheets(file, limits.rows)
        _say({"end": True})
    except Refused as reason:
        _say({"refused": reason.code, "detail": str(reason.detail)})
    except MemoryError:
        _say({"refused": "memory", "detail": ""})
    except BaseException as error:  # the reader is compiled: its panics are no Exceptions
        _say({"refused": "damaged", "detail": type(error).__name__})


def _bound(memory: int, seconds: float) -> None:
    """Memory and processor limits, where the system has them (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _check_archive(file: BinaryIO, limits: argparse.Namespace) -> bool:
    """Unpack every part once, counting: declared sizes may lie. Whether it is a Word document."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            document = _check_contents({part.filename for part in parts}, limits.documents)
            if len(parts) > limits.entries:
                raise Refused("entries", len(parts))
            total = 0
            for part in parts:
                size = 0
                with archive.open(part) as stream:
                    while block := stream.read(1 << 18):
                        size += len(block)
                        if total + size > limits.unpacked_bytes:
                            raise Refused("unpacked", limits.unpacked_bytes)
                        if size > _SMALL and size > limits.ratio * max(part.compress_size, 1):
                            raise Refused("ratio", limits.ratio)
                        if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                            raise Refused("entities", part.filename)
                total += size
            return document
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Refused("damaged", error) from error
    except Exception as error:
        if type(error).__name__ == "error":  # zlib.error
            raise Refused("damaged", error) from error
        raise


def _check_contents(names: set[str], documents: bool) -> bool:
    """Whether the archive is a Word document that may be read; a workbook otherwise."""
    if "word/document.xml" in names:
        if documents:
            return True
        raise Refused("word")
    if "ppt/presentation.xml" in names:
        raise Refused("powerpoint")
    if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
        raise Refused("archive")
    return False


def _check_compound(file: BinaryIO) -> bool:
    """What an OLE container holds, by the names in its directory; never a document that is read."""
    file.seek(0)
    names = {name: name.encode("utf-16-le") for name in _OLE_STREAMS}
    kept = b""
    while block := file.read(1 << 20):
        for name, code in names.items():
            if code in kept + block:
                raise Refused(_OLE_STREAMS[name])
        kept = block[-64:]
    file.seek(0)
    return False


def _write_sheets(file: BinaryIO, limit: int) -> None:
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    file.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        for sheet in workbook.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            hidden = sheet.visible != SheetVisibleEnum.Visible
            _say({"sheet": sheet.name, "hidden": hidden})
            if not hidden:
                _write_rows(workbook.get_sheet_by_name(sheet.name), limit)
    except PasswordError as error:
        raise Refused("password") from error
    except CalamineError as error:
        raise Refused("damaged", error) from error


def _body(file: BinaryIO) -> Any:  # noqa: ANN401 (an lxml element)
    from docx import Document

    # Started in isolation: the folder of the script is no path.
    sys.path.append(str(Path(__file__).parent))
    file.seek(0)
    try:
        return Document(file).element.body
    except (KeyError, ValueError) as error:
        raise Refused("damaged", error) from error


def _write_tables(file: BinaryIO, limit: int) -> None:
    """Every table of a Word document, nested ones too, and the prose between them, in the order in which they begin."""
    body = _body(file)
    from document_tables import blocks  # type: ignore[import-not-found]

    count = tables = paragraphs = 0
    for prose, rows in blocks(body):
        first = paragraphs + 1 if prose else 1
        paragraphs += len(rows) if prose else 0
        tables += not prose
        if not any(map(_stated, rows)):
            continue
        name = "正文" if prose else f"表{tables}"
        _say({"sheet": name, "hidden": False, "prose" if prose else "form": True})
        for place, row in enumerate(rows, start=first):
            if _stated(row):
                count += 1
                if count > limit:
                    raise Refused("rows", limit)
                _say({"numbers": [place], "rows": [row]})


def _write_paragraphs(file: BinaryIO, limit: int) -> None:
    """Every paragraph of a Word document as a row of one cell."""
    body = _body(file)
    from document_tables import paragraphs

    _say({"sheet": "正文", "hidden": False})
    for number, text in enumerate(paragraphs(body), start=1):
        if number > limit:
            raise Refused("rows", limit)
        _say({"numbers": [number], "rows": [[text]]})


def _write_rows(sheet: Any, limit: int) -> None:  # noqa: ANN401 (a CalamineSheet; imported late)
    filled = _filled(sheet)
    rows = ((number, row) for number, row in enumerate(filled, start=1) if _stated(row))
    count = 0
    while batch := list(islice(rows, _BATCH)):
        count += len(batch)
        if count > limit:
            raise Refused("rows", limit)
        _say({"numbers": [number for number, _ in batch], "rows": [row for _, row in batch]})


def _stated(row: list[Any]) -> bool:
    return any(row) or any(value != "" for value in row)


def _filled(sheet: Any) -> Iterator[list[Any]]:  # noqa: ANN401
    """The rows, with the value of every merged area in all its cells."""
    if sheet.start is None:
        return
    first = sheet.start[1]
    areas = sorted(_area(area, first) for area in sheet.merged_cell_ranges or ())
    waiting = 0
    open_areas: list[tuple[int, slice, Any]] = []
    for number, row in enumerate(sheet.iter_rows()):
        open_areas = [area for area in open_areas if area[0] >= number]
        for _, columns, value in open_areas:
            row[columns] = [value] * len(row[columns])
        while waiting < len(areas) and areas[waiting][0] <= number:
            _, start, last, end = areas[waiting]
            waiting += 1
            if start < len(row):
                columns = slice(start, end + 1)
                open_areas.append((last, columns, row[start]))
                row[columns] = [row[start]] * len(row[columns])
        yield row


def _area(area: Any, first: int) -> tuple[int, int, int, int]:  # noqa: ANN401
    """First row, first column, last row, last column; columns counted from the sheet's first used one."""
    (top, left), (bottom, right) = area
    return top, max(left - first, 0), bottom, right - first


def _say(message: dict[str, Any]) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(message, default=_text) + b"\n")
    sys.stdout.buffer.flush()


def _text(value: object) -> str:
    return str(value) if isinstance(value, timedelta) else repr(value)


if __name__ == "__main__":
    main()
