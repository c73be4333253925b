"""How right each grade is in the sample province, whose needs were written with their answers.

    python -m benchmarks.sample_grades

Prints the best grade of needs that are well put, vague, or without an answer, and of each grade the share of
matches that the needs' author meant. The texts are ours: this shows behaviour, it proves nothing about real files.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from matcher import usecases
from matcher.landing import Manner
from matcher.matches import Grade, MatchList
from matcher.sample.province import province
from matcher.sample.workbooks import write_workbooks
from matcher.settings import load_settings
from matcher.workspace import Workspace

AT = datetime(2026, 6, 30, 9, 0)
FILES = {
    "patents": "专利盘点表.xlsx",
    "enterprises": "企业名录.xlsx",
    "needs": "技术需求征集汇总.xlsx",
    "assessments": "企业评价.xlsx",
}
NONE = "暂无合适专利"


def listed() -> MatchList:
    """The list of all needs of the sample, five patents each."""
    with (
        TemporaryDirectory() as folder,
        Workspace.open(load_settings(home=Path(folder) / "workspace")) as workspace,
    ):
        write_workbooks(Path(folder))
        for kind, name in FILES.items():
            usecases.import_file(workspace, kind, Path(folder) / name, Manner({}), at=AT)
        usecases.build_index(workspace, AT)
        return usecases.make_list(workspace, usecases.ListRequest(AT.date(), AT, k=5))


def main() -> None:
    """Print both tables."""
    here, result = province(), listed()
    best: dict[str, Counter[str]] = {quality: Counter() for quality in ("good", "vague", "unanswerable")}
    meant: Counter[Grade] = Counter()
    found: Counter[Grade] = Counter()
    first = 0
    for item in result.needs:
        answers = here.answers[item.need.id]
        best[here.quality[item.need.id]][item.matches[0].grade if item.matches else NONE] += 1
        first += bool(item.matches) and item.matches[0].patent.id in answers
        for match in item.matches:
            found[match.grade] += 1
            meant[match.grade] += match.patent.id in answers
    labels = [*map(str, list(Grade)[:3]), NONE]
    print("needs          " + "".join(f"{label:>10}" for label in labels))
    for quality, counts in best.items():
        print(f"{quality:15}" + "".join(f"{counts[label]:>14}" for label in labels))
    print(
        "meant by the author: "
        + ", ".join(f"{grade} {meant[grade]}/{found[grade]}" for grade in Grade if found[grade])
    )
    print(f"an answer first: {first} of {sum(map(bool, here.answers.values()))} needs that have one")


if __name__ == "__main__":
    main()
