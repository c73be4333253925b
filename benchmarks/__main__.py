"""Prints what the engine costs and how good it is, every figure beside its baseline.

    python -m benchmarks                                        everything, at a province's size (about an hour)
    python -m benchmarks importing listing --patents 20000      two parts, smaller

Parts of speed take the sizes below. Parts of quality need MATCHER_DATA, the folder of real data, and are left out
without it. Each part is also a command of its own, `python -m benchmarks.PART --help`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields

from benchmarks.sizes import Sizes, add_options

SPEED: Mapping[str, str] = {
    "importing": "a workbook of patents, beside openpyxl's loop over its rows",
    "databases": "import and reading on PostgreSQL, beside SQLite",
    "indexing": "embedding and indexing a province, beside jieba.cut over its texts",
    "phases": "what a full build does with its cores, phase by phase",
    "dense": "the kinds of vector index, beside the bare matrix product",
    "adding": "a thousand new patents, beside a full build",
    "merging": "what was added merged into an index, beside full builds",
    "answering": "one need, beside the bare look-ups",
    "starting": "a cold start, beside the bare imports; what of it grows",
    "listing": "all needs, beside numpy's matrix product",
    "millions": "the partitioned index over --patents vectors, beside the exact pass",
    "growth": "how costs grow with --patents: fitted exponents",
    "serving": "searches over HTTP, beside the engine alone and the bare framework",
    "sharding": "a collection split over shards and merged, beside the single index",
    "engines": "vectors in PostgreSQL and Milvus, beside the local kinds; machines for millions",
}
"""Take sizes."""
COMPONENTS: Mapping[str, str] = {
    "embedding_speed": "tokenising and embedding on one core and two, beside jieba and an encoder",
    "lexical_speed": "the lexical index, beside bm25s and rank-bm25",
    "eval_speed": "batch retrieval, beside the bare product; measures of a run, beside pytrec_eval",
    "selection": "an event's list, beside greedy and top-k",
    "eval_learning": "what the ranker learns from simulated deals",
}
QUALITY: Mapping[str, str] = {
    "techneed": "the product on needs judged by experts, beside BM25",
    "roadshow": "a whole event over real needs and patents, from import to report",
    "lexical_quality": "the channels, beside each other",
    "lexical_pruning": "what leaving out very frequent terms saves and costs",
    "grades": "the grades, beside the experts'",
    "eval_trees": "boosted trees as a ranker, beside weights",
}
"""Need MATCHER_DATA."""


def main() -> None:
    """Run the parts one after the other, each in its own process; ends with 1 where one failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="python -m benchmarks"
    )
    every = {**SPEED, **COMPONENTS, **QUALITY}
    listed = "; ".join(f"{name}: {what}" for name, what in every.items())
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{listed}. Default: all.")
    add_options(parser)
    asked = parser.parse_args()
    unknown = set(asked.parts) - every.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    # As the command line does: threads of numpy's BLAS and FAISS's wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sizes = [f"--{field.name}={getattr(asked, field.name)}" for field in fields(Sizes)]
    failed = [name for name in asked.parts or every if not _done(name, sizes if name in SPEED else [])]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _done(name: str, options: list[str]) -> bool:
    if name in QUALITY and not os.environ.get("MATCHER_DATA"):
        print(f"\n{name}: left out, MATCHER_DATA does not name the folder of real data", flush=True)
        return True
    print(f"\n== {name} ==", flush=True)
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False).returncode == 0


if __name__ == "__main__":
    main()
