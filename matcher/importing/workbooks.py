"""Reads .xlsx, .xls and the tables of .docx through a bounded process; see workbook_process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from matcher.errors import InputError
from matcher.importing.files import FileFormat, format_of
from matcher.importing.rows import Notes, Row, Sheet, cell_text
from matcher.settings import FileLimits

_MEMORY = 2 << 30
"""Address space of the reading process: a workbook of 200 MB unpacked needs about 1 GB."""
_LINE = 256 << 20
_REFUSALS = {
    "password": "文件“{file}”设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码后重新保存。",
    "word": "文件“{file}”是 Word 文档，不是表格。请把其中的表格另存为 .xlsx 后导入。",
    "old_word": "文件“{file}”是旧版 Word 或 WPS 文字文档，无法读取。请用 Word 或 WPS 打开后另存为 .docx 或 .xlsx。",
    "powerpoint": "文件“{file}”是演示文稿，不是表格。请把数据另存为 .xlsx 后导入。",
    "archive": "文件“{file}”是压缩包或其他格式，不是 Excel 表格。请解压后选择其中的 .xlsx、.csv 或 .jsonl 文件。",
    "damaged": "文件“{file}”已损坏或不完整，无法读取。请重新下载，或用 Excel、WPS 打开后另存为 .xlsx。",
    "entries": "文件“{file}”内部有 {detail} 个部件，超过上限，可能是恶意文件，未读取。",
    "unpacked": "文件“{file}”解压后超过上限（{detail} 字节），未读取。请拆分为几个较小的文件，或另存为 .csv。",
    "ratio": "文件“{file}”的压缩比异常（超过 {detail} 倍），可能是恶意文件，未读取。请用 Excel 打开后另存为 .csv。",
    "entities": "文件“{file}”含有实体定义（{detail}），可能是恶意文件，未读取。",
    "rows": "文件“{file}”的一个工作表超过 {detail} 行，未读取。请拆分为几个较小的文件。",
    "memory": "文件“{file}”的单元格分布异常或数据过多，超出内存上限，未读取。请删除多余的空行空列，或另存为 .csv 后导入。",
}


def read_workbook(
    path: Path, limits: FileLimits, notes: Notes, *, documents: bool = False
) -> Iterator[Sheet]:
    """The visible sheets in order, streamed; each must be read before the next. Raises InputError.

    With `documents` the tables of a Word document are read too; else such a file is refused.
    """
    return _sheets(path, [*_command(path, limits), *(["--documents"] if documents else [])], notes)


def read_paragraphs(path: Path, limits: FileLimits) -> list[str]:
    """The paragraphs of a Word document that hold any text, in order. Raises InputError for anything else."""
    if format_of(path) is not FileFormat.WORKBOOK:
        raise InputError(f"文件“{path.name}”不是 Word 文档（.docx）。请另存为 .docx。", code="not_docx")
    command = [*_command(path, limits), "--documents", "--text"]
    return [cell_text(row.cells[0]) for sheet in _sheets(path, command, Notes()) for row in sheet.rows]


def _sheets(path: Path, command: list[str], notes: Notes) -> Iterator[Sheet]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        lines = _Lines(process, process.stdout, path)
        try:
            while (begun := lines.next_sheet(notes)) is not None:
                yield Sheet(
                    begun["sheet"],
                    lines.rows(),
                    form=begun.get("form", False),
                    prose=begun.get("prose", False),
                )
        finally:
            process.kill()


def _command(path: Path, limits: FileLimits) -> list[str]:
    script = Path(__file__).with_name("workbook_process.py")
    values = {
        "unpacked_bytes": limits.unpacked_bytes,
        "entries": limits.entries,
        "ratio": limits.ratio,
        "rows": limits.rows,
        "seconds": limits.seconds,
        "memory": _MEMORY,
    }
    options = [f"--{name}={value}" for name, value in values.items()]
    return [sys.executable, "-I", "-X", "utf8", str(script), str(path.resolve()), *options]


class _Lines:
    """The messages of the reading process."""

    def __init__(self, process: subprocess.Popen[bytes], stream: IO[bytes], path: Path) -> None:
        self._process = process
        self._stream = stream
        self._path = path
        self._next: dict[str, Any] | None = None

    def next_sheet(self, notes: Notes) -> dict[str, Any] | None:
        """What is said of the next visible sheet, None at the end."""
        while True:
            message = self._take()
            if "end" in message:
                return None
            if "sheet" in message:
                if not message["hidden"]:
                    return message
                notes.skipped_sheets.append(f"{message['sheet']}（隐藏）")

    def rows(self) -> Iterator[Row]:
        """The rows of the sheet that has just begun."""
        while "rows" in (message := self._take()):
            yield from map(Row, message["numbers"], message["rows"])
        self._next = message

    def _take(self) -> dict[str, Any]:
        if self._next is not None:
            message, self._next = self._next, None
            return message
        line = self._stream.readline(_LINE)
        if not line.endswith(b"\n"):
            # Neither an end nor a reason: the system ended it for memory or processor time.
            raise self._refusal("memory", "")
        message = orjson.loads(line)
        if "refused" in message:
            raise self._refusal(message["refused"], message["detail"])
        return message  # type: ignore[no-any-return]

    def _refusal(self, code: str, detail: str) -> InputError:
        return InputError(_REFUSALS[code].format(file=self._path.name, detail=detail), code=f"file_{code}")
