"""A file of judgements is handed in: checked, noted in the audit log, kept among the workspace's judgement sets."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from api.jobs import plain_name
from api.serving import Serving

if TYPE_CHECKING:
    from eval.judged_files import HandedIn

LARGEST = 20_000_000
"""Bytes of such a file."""


def hand_in(serving: Serving, name: str, save: Callable[[Path], object], *, replace: bool) -> HandedIn:
    """Take in the file that `save` writes to a path. Raises InputError, Conflict; NotReady where the log cannot be written."""
    from eval.judged_files import keep, read_handed_in

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / plain_name(name)
        save(file)
        given = read_handed_in(file, serving.workspace.store)

    def note() -> None:
        serving.note("上传标注集", f"{given.name}（{len(given.judgements)} 对）")

    keep(serving.workspace.settings.home, given, replace=replace, note=note)
    return given
