"""The stamp of a report that a command prints: versions of its data, settings and program, and the exact command."""

from __future__ import annotations

import shlex
import sys
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


def command() -> str:
    """The command as it was typed."""
    return shlex.join(["matcher", *sys.argv[1:]])
