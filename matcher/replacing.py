"""Files appear whole or not at all: written beside their place, then moved into it."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import InputError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: BaseException | None) -> bool:
    """Whether the disk, a quota or a limit took no more, which libraries and we wrap in errors of our own."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        inner = error.args[0] if error.args else None
        error = inner if isinstance(inner, OSError) else error.__cause__
    return False


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder that takes the place of `path` when the block succeeds.

    Raises InputError where the folder cannot be written or the file is held open by another program.
    """
    temporary = path.with_name(f".{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()
        try:
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"无法写入文件 {path}（{error.strerror or error}）。请检查文件夹权限和磁盘空间；"
            "如该文件正在 Excel 或 WPS 中打开，请先关闭。",
            code="unwritable",
        ) from error
