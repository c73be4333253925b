"""The stamp of a report that a command prints: versions of its data, settings and program, and the exact command."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from api.provenance import program, settings_version

if TYPE_CHECKING:
    from datetime import date

    from eval.report import Stamp
    from matcher.settings import Settings


def stamp(data: str, settings: Settings, seed: int, as_of: date) -> Stamp:
    """The stamp of a command that is running now; `data` is name and version of what it reads."""
    from eval.report import Stamp

    return Stamp(data, settings_version(settings), seed, command(), program(), as_of.isoformat())


def files_version(paths: Iterable[Path]) -> str:
    """Names and a hash (12 hex digits) of files, or of all the files of folders; equal bytes, equal hash."""
    digest = hashlib.sha256()
    names = []
    for path in paths:
        names.append(path.name)
        files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(file.relative_to(path.parent).as_posix().encode() + b"\0")
            if file.is_file():
                digest.update(file.read_bytes())
    return f"{'、'.join(names)}（{digest.hexdigest()[:12]}）"


def command() -> str:
    """The command as it was typed."""
    return shlex.join(["matcher", *sys.argv[1:]])
