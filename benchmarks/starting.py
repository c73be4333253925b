"""A cold start: a fresh process up to its first answer, beside the bare import of the libraries that it uses.

    python -m benchmarks.starting [--patents 200000]

`matcher match TEXT` on an index that is there, median of rounds that take turns with the imports; no torch. Then what of
it grows with the collection, at a fortieth, a tenth, a quarter and the whole of --patents, and at a million by a straight
line through these: checking the index's files (in a command, while the program is loaded), mapping them, and which
patents existed on the day.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.province import AS_OF, indexed, opened
from benchmarks.sizes import sizes
from indexes.manifest import Facts, open_verified
from matcher.increments import load
from matcher.store.filters import PatentFilter

_ROUNDS = 5
_PARTS = (0.025, 0.1, 0.25, 1.0)
_FAR = 1_000_000
_LIBRARIES = (
    "numpy, faiss, numba, sqlalchemy.dialects.sqlite, pydantic.main, tokenizers, safetensors, rjieba, opencc, orjson, "
    "typer, rich.table"
)
"""Those that a first answer imports."""
_COMMAND = "from api.cli import main; main()"


def main() -> None:
    """Print all."""
    asked = sizes(__doc__)
    counts = [int(part * asked.patents) for part in _PARTS]
    homes = [indexed(replace(asked, patents=count)) for count in counts]
    heading(f"Cold start, {asked.patents:,} patents, median of {_ROUNDS}")
    bare, first = median([measure(imports), measure(first_answer, homes[-1])] for _ in range(_ROUNDS))
    report("bare import of the libraries", bare)
    report("fresh process, to the first answer", first, bare)
    report(
        "the same by the clock",
        replace(first, processor=first.seconds),
        replace(bare, processor=bare.seconds),
    )
    found = [measure(parts, home).answer for home in homes]
    for name in found[0]:
        heading(name)
        for count, costs in zip(counts, found, strict=True):
            report(f"{count:,}", costs[name])
        report(f"{_FAR:,}, by a straight line", line(counts, [costs[name] for costs in found]))


def median(rounds: Iterable[list[Cost]]) -> list[Cost]:
    """Of each place over the rounds."""
    return [
        Cost(
            *(float(np.median([getattr(cost, name) for cost in place])) for name in ("seconds", "processor"))
        )
        for place in zip(*rounds, strict=True)
    ]


def line(counts: list[int], costs: list[Cost]) -> Cost:
    """The cost of `_FAR` patents."""
    both = np.polyfit(counts, [(cost.seconds, cost.processor) for cost in costs], 1)
    return Cost(*(both[0] * _FAR + both[1]).tolist())


def imports() -> Cost:
    """What a first answer needs of others, and nothing else."""
    return clocked(lambda: subprocess.run([sys.executable, "-c", f"import {_LIBRARIES}"], check=True))


def first_answer(home: Path) -> Cost:
    """`matcher match` on an index that is there."""
    code = "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules)); " + _COMMAND
    command = [
        sys.executable,
        "-c",
        code,
        "match",
        "锂离子电池的散热装置",
        "--home",
        str(home),
        "--as-of",
        str(AS_OF),
    ]
    cost = clocked(lambda: subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if not str(cost.answer).endswith("False\n"):
        raise SystemExit("torch was imported")
    return replace(cost, answer=None)


def parts(home: Path) -> dict[str, Cost]:
    """What grows with the collection, each by itself."""
    folder, expected = home / "indexes" / "patents", Facts("patents")
    with opened(home) as workspace:
        checked = clocked(open_verified, folder, expected)
        mapped = clocked(load, checked.answer.path)
        collection = workspace.matching().collection
        days = clocked(workspace.allowed, collection, PatentFilter(), AS_OF)
    found = {"checksums of the index": checked, "index mapped": mapped, "patents of the day": days}
    return {name: replace(cost, answer=None) for name, cost in found.items()}


if __name__ == "__main__":
    main()
