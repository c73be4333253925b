"""What a file really is, by its content and not by its name; hostile and foreign ones get one clear sentence."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from matcher.errors import InputError


class FileFormat(Enum):
    """The formats that are read."""

    WORKBOOK = auto()
    DELIMITED = auto()
    JSON_LINES = auto()


_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_FOREIGN = {
    b"%PDF": "PDF 文件",
    b"{\\rtf": "RTF 文档",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
    b"\x1f\x8b": "压缩包",
    b"PK\x05\x06": "空的压缩包",
    b"\xfd7zXZ": "压缩包",
    b"SQLite format 3": "数据库文件",
    b"\x7fELF": "程序",
    b"MZ": "程序",
}
_ADVICE = "请提供 .xlsx、.xls、.csv 或 .jsonl 文件。"


def format_of(path: Path) -> FileFormat:
    """The format by content. Raises InputError for what is missing, empty, no file, or of another format."""
    name = path.name
    if (shown := name.encode(errors="replace").decode()) != name:
        raise InputError(f"文件名“{shown}”含有不成字的字节。请改名后重试。", code="file_name")
    try:
        if not path.exists():
            raise InputError(f"找不到文件“{path}”。请检查路径。", code="file_missing")
        if path.is_dir():
            raise InputError(f"“{path}”是文件夹，不是文件。{_ADVICE}", code="file_folder")
        if not path.is_file():
            raise InputError(f"“{path}”不是普通文件。{_ADVICE}", code="file_special")
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise InputError(
            f"文件“{name}”无法打开：{error.strerror}。请检查权限或路径。", code="file_unreadable"
        ) from error
    if start.startswith(_WORKBOOKS):
        return FileFormat.WORKBOOK
    for mark, kind in _FOREIGN.items():
        if start.startswith(mark):
            raise InputError(f"文件“{name}”是{kind}，不是表格。{_ADVICE}", code="file_foreign")
    return _text_format(start, path)


def _text_format(start: bytes, path: Path) -> FileFormat:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise InputError(f"文件“{path.name}”是空的，没有可导入的内容。", code="file_empty")
    lower = text[:1000].lower()
    if lower.startswith(
        (b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<?xml", b"<style", b"<div")
    ):
        raise InputError(
            f"文件“{path.name}”其实是网页或 XML（扩展名为 {path.suffix or '空'}）。请用 Excel 或 WPS 打开后另存为 .xlsx。",
            code="file_markup",
        )
    if text.startswith(b"[") and text[1:].lstrip().startswith((b"{", b"[")):
        raise InputError(
            f"文件“{path.name}”是 JSON 数组。请改为每行一个对象的 .jsonl。", code="file_json_array"
        )
    if text.startswith(b"{"):
        return FileFormat.JSON_LINES
    return FileFormat.DELIMITED
