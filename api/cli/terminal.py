"""How the command line speaks: tables and progress to people, JSON to programs, errors in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from matcher.errors import (
    Conflict,
    IndexDamaged,
    InputError,
    MatcherError,
    ModelError,
    NotFound,
    NotReady,
    PermissionDenied,
    SettingsError,
)

EXIT_CODES: dict[type[MatcherError], int] = {
    InputError: 3,
    NotFound: 4,
    NotReady: 5,
    IndexDamaged: 5,
    ModelError: 6,
    SettingsError: 7,
    PermissionDenied: 8,
    Conflict: 9,
}
"""Exit codes by error; 1 is a failure without a name, 2 a wrong command line."""


def complain(error: MatcherError) -> None:
    """Print an error as one sentence, with its code, on standard error."""
    print(f"错误（{error.code}）：{error}", file=sys.stderr)


def print_json(value: object) -> None:
    """Print a JSON document on standard output."""
    import orjson

    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    sys.stdout.buffer.write(orjson.dumps(value, option=option))
    sys.stdout.buffer.flush()


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; yields a function taking (done, total)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show


def counted(show: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    """The same bar for work that reports how much it did since the last call."""
    done = 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        show(done, total)

    return more
