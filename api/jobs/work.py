"""What a job is handed: its task, the workspace, a folder of its own, and a way to say how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from matcher.errors import InputError
from matcher.matching import Progress
from matcher.workspace import Workspace

REPORT, RETURNED = "导入报告.xlsx", "待修改的行.xlsx"
SENT = "sent"
"""The folder of a file that came with a job: a mended 待修改的行.xlsx may come back under its own name."""
_LONGEST_NAME = 50
"""Characters; file systems allow 255 bytes, and a character takes up to four."""

Result = dict[str, Any]
"""What came of a job, as JSON; `file` names what it wrote into its folder, where it wrote something."""


class Stopped(Exception):
    """Somebody stopped the job, or the service is closing."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to import: `name` as the sender's machine has it, `kind` of records, `source` of their own ids, `mapping`
    header → field as in `landing.Manner`."""

    name: str
    kind: str
    source: str = ""
    prefer_new: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    """The city outside which no row lands; empty: anywhere."""


@dataclass(frozen=True, slots=True)
class Work:
    """One job under way; `task` is what it was asked to do, `at` when it began."""

    workspace: Workspace
    task: Mapping[str, Any]
    folder: Path
    at: datetime
    by: str
    say: Callable[[float, str], None]
    """Notes the share done, in [0, 1], and the step; raises Stopped where the job is to end."""

    @property
    def id(self) -> str:
        """The job's number, the same at every try; its folder is named by it."""
        return self.folder.name

    def step(self, what: str, start: float = 0.0, end: float = 1.0) -> Progress:
        """A progress function for the part of the job from `start` to `end`."""

        def step(done: int, total: int) -> None:
            share = min(done / total, 1.0) if total else 0.0
            self.say(start + share * (end - start), f"{what}：{done}")

        return step


def plain_name(name: str) -> str:
    """A file name without folders and control characters; raises InputError where nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(character for character in last if character.isprintable()).strip(" .")
    if not plain:
        raise InputError("请选择要导入的文件。", code="no_file")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[-_LONGEST_NAME:]}{dot}{suffix[:10]}"
