"""Embedding and indexing of a whole province from its database, beside jieba.cut over the same texts on one core.

    python -m benchmarks.indexing [--patents 200000]

Building reads the records, normalises, tokenises and embeds every text, builds both indexes of both collections,
and publishes them with checksums. jieba cuts a part of the texts; its time is scaled to all of them.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.province import NOW, filled, opened
from benchmarks.sizes import sizes
from benchmarks.synthetic import patents

_CUT = 5_000
"""Texts that jieba cuts."""


def main() -> None:
    """Print both."""
    asked = sizes(__doc__)
    home = filled(asked)
    heading(f"Index of {asked.patents:,} patents")
    cut = measure(cut_with_jieba, min(asked.patents, _CUT))
    cut = cut.per(min(asked.patents, _CUT) / asked.patents)
    report("jieba.cut over the same texts, scaled", replace(cut, peak=0))
    for folder in ("indexes", "vectors"):
        shutil.rmtree(home / folder, ignore_errors=True)
    report("matcher index, nothing embedded before", measure(build, home), cut)
    shutil.rmtree(home / "indexes")
    report("matcher index, all texts embedded before", measure(build, home), cut)


def cut_with_jieba(count: int) -> Cost:
    """By dictionary only, as the product cuts."""
    import jieba

    jieba.initialize()
    texts = [f"{patent.title}。{patent.abstract}" for patent in patents(count)]
    return clocked(lambda: [list(jieba.cut(text, HMM=False)) for text in texts])


def build(home: Path) -> None:
    """What `matcher index` does."""
    with opened(home) as workspace:
        workspace.build(NOW)


if __name__ == "__main__":
    main()
