"""Files to keep: content, or whatever is written into a file, as an answer with that file's name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from fastapi import Response

_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
}


def attachment(content: bytes, name: str) -> Response:
    """A file to keep; the name is encoded (RFC 5987), so that nothing in it can become a header."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, headers=headers, media_type=_TYPES[Path(name).suffix])


def download(name: str, write: Callable[[Path], object]) -> Response:
    """What `write` writes, to keep."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"file{Path(name).suffix}"
        write(file)
        return attachment(file.read_bytes(), name)
