"""The command line; `matcher --help` imports nothing heavy."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; errors of the user become one Chinese sentence and an exit code."""
    from api.cli.app import app
    from api.cli.terminal import EXIT_CODES, complain
    from matcher.errors import MatcherError

    # Two cores: numpy's BLAS threads and FAISS's fight over single queries.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app(standalone_mode=True)
    except MatcherError as error:
        complain(error)
        sys.exit(EXIT_CODES.get(type(error), 1))
