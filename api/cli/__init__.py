"""The command line; `matcher --help` imports nothing heavy."""

from __future__ import annotations

import atexit
import gc
import os
import sys

_OBJECTS = 50_000
"""Made between two looks for circles of objects; importing the program alone makes twice as many, none of them in vain."""


def main() -> None:
    """Run the command line; errors of the user become one Chinese sentence and an exit code."""
    from api.cli.app import alone, app
    from api.cli.terminal import EXIT_CODES, complain
    from matcher.errors import InputError, MatcherError

    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # at the end all memory goes at once, with no last look at each object
    # Two cores: numpy's BLAS threads and FAISS's fight over single queries.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        for word in sys.argv[1:]:
            if (shown := word.encode(errors="replace").decode()) != word:
                raise InputError(f"命令行中的“{shown}”含有不是 UTF-8 的字节。请核对输入；文件名请先改好。")
        alone(app, sys.argv[1:])(standalone_mode=True)
    except MatcherError as error:
        complain(error)
        sys.exit(EXIT_CODES.get(type(error), 1))
