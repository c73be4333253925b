"""Which program and which settings made a report: what it takes to print it again."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.settings import Settings


def settings_version(settings: Settings) -> str:
    """Hash of everything that decides an order, and the model by name."""
    parts = (settings.ranking, settings.retrieval)
    text = "".join(part.model_dump_json() for part in parts) + settings.model
    return f"{hashlib.sha256(text.encode()).hexdigest()[:12]}（模型 {settings.model}）"


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


def program() -> str:
    """The commit that runs, marked where files differ from it; without a repository the package's version."""
    root = Path(__file__).parents[1]

    def git(*arguments: str) -> str:
        asked = ["git", "-C", str(root), *arguments]
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root:
            return version("patent-matcher")
        changed = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "--short=12", "HEAD") + ("（有未提交的修改）" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return version("patent-matcher")
