"""What was added to a province's index merged into it, beside full builds of the same records.

    python -m benchmarks.merging [--patents 200000]

A twentieth of the patents comes later: from so many on, the merge follows an addition by itself. A full build embeds every
text, or finds all in the cache. The merged index is compared with the last full build, file for file.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measuring import Cost, clocked, heading, measure, report
from benchmarks.province import AS_OF, NOW, filled, opened
from benchmarks.sizes import sizes
from benchmarks.synthetic import patents

_SHARE = 20


def main() -> None:
    """Print all."""
    asked = sizes(__doc__)
    home, later = filled(asked), asked.patents // _SHARE
    heading(f"{later:,} patents merged into an index of {asked.patents:,}")
    copy = asked.home / "merging"
    shutil.rmtree(copy, ignore_errors=True)
    try:
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns("indexes", "vectors"))
        whole = measure(built, copy)
        report(f"full build of {asked.patents:,}, nothing embedded before", whole)
        report("addition, as a side segment", measure(added, copy, asked.patents, later), whole)
        report("merge of both", measure(merged, copy), whole)
        merge = files(copy)
        report("full build of all, texts embedded before", measure(built, copy, True), whole)
        same = sum(files(copy)[name] == merge[name] for name in merge)
        print(f"{same} of {len(merge)} files are the same, byte for byte")
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def built(home: Path, full: bool = False) -> Cost:
    """Both collections."""
    with opened(home) as workspace:
        return clocked(lambda: workspace.build(NOW, full=full))


def added(home: Path, count: int, later: int) -> Cost:
    """From the records in the store until they can be searched."""
    with opened(home) as workspace:
        workspace.store.merge(patents(later, seed=3, first=count), AS_OF)
        return clocked(lambda: workspace.build(NOW))


def merged(home: Path) -> Cost:
    """What `matcher index --merge` does."""
    with opened(home) as workspace:
        return clocked(lambda: workspace.merge(NOW))


def files(home: Path) -> dict[str, bytes]:
    """What the newest version of the patents' index holds, its manifest apart."""
    folder = home / "indexes" / "patents"
    newest = max(entry for entry in folder.iterdir() if entry.is_dir())
    return {file.name: file.read_bytes() for file in newest.iterdir() if file.suffix in {".npy", ".faiss"}}


if __name__ == "__main__":
    main()
