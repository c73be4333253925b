"""A list in independent parts, for as many machines as there are: each part is one sealed file, all of them the list.

A need's list depends on that need and the index alone, so part i of n holds the lists of the i-th run of needs, and the
parts in their order are what a single run makes. Making a part again makes the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Self, TypeVar

from pydantic import TypeAdapter, ValidationError

from matcher.batch import shared_records
from matcher.domain import Patent
from matcher.errors import InputError, NotFound
from matcher.matches import MatchList, NeedMatches
from matcher.methods import Methods
from matcher.sealed import seal, unseal

T = TypeVar("T")

FORMAT = 1
_SUFFIX = ".shard"
_NAME = re.compile(r"(\d+)-of-(\d+)\.shard")


@dataclass(frozen=True, slots=True)
class Part:
    """Number `number`, counted from 1, of `of` parts."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From i/n; raises InputError."""
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError(f"--shard 应写成 i/n（如 3/8，i 从 1 到 n），收到的是“{text}”。")
        return cls(int(found[1]), int(found[2]))

    def of_all(self, items: Sequence[T]) -> Sequence[T]:
        """This part of them: a run of neighbours, as long as the others or one longer."""
        start, end = (number * len(items) // self.of for number in (self.number - 1, self.number))
        return items[start:end]

    def file(self, folder: Path) -> Path:
        """Where it is kept."""
        return folder / f"{self.number:06d}-of-{self.of:06d}{_SUFFIX}"

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class Shard:
    """One part: `job` is a digest of all that the whole list rests on, needs and filter included."""

    format: int
    part: Part
    job: str
    methods: Methods
    match_list: MatchList


_SHARD = TypeAdapter(Shard)


def shard_of(made: MatchList, part: Part, job: str, methods: Methods) -> Shard:
    """A part of a list without the clock and without what only the whole list knows."""
    day = datetime.combine(made.provenance.as_of, time())
    provenance = replace(made.provenance, made_at=day, methods="", needs=0)
    return Shard(FORMAT, part, job, methods, replace(made, provenance=provenance))


def save(shard: Shard, folder: Path) -> Path:
    """Write a part into a folder, whole or not at all; its file."""
    file = shard.part.file(folder)
    seal(file, _SHARD.dump_json(shard))
    return file


def merged(folder: Path, made_at: datetime) -> MatchList:
    """The whole list out of its parts; raises NotFound or InputError naming the part that lacks, differs or is damaged."""
    parts = _complete(folder)
    known: dict[str, Patent] = {}
    lists: list[NeedMatches] = []
    first = _read(parts[0], folder)
    for part in parts:
        shard = first if part == parts[0] else _read(part, folder)
        if (shard.job, shard.match_list.provenance) != (first.job, first.match_list.provenance):
            raise InputError(
                f"{part.file(folder)} 与 {parts[0].file(folder).name} 不是同一次编制的分片（数据、索引、设置、日期、"
                f"活动或筛选条件不同）。请在同一工作区状态下用相同选项重新运行 matcher list --shard {part}，再合并。",
                code="foreign_shard",
            )
        lists += shared_records(shard.match_list.needs, known)
    provenance = replace(
        first.match_list.provenance, made_at=made_at, methods=first.methods.line(lists), needs=len(lists)
    )
    return MatchList(provenance, tuple(lists))


def _complete(folder: Path) -> list[Part]:
    """All parts in their order, once no file lacks and none belongs to another cut."""
    names = sorted(file.name for file in folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []
    found = [Part(int(name[1]), int(name[2])) for name in map(_NAME.fullmatch, names) if name is not None]
    if not found:
        raise NotFound(f"{folder} 中没有清单分片。请先运行 matcher list --shard 1/n --out {folder} 等命令。")
    of = found[0].of
    other = next((part for part in found if part.of != of), None)
    if other is not None:
        raise InputError(
            f"{folder} 中既有分成 {of} 片的，也有分成 {other.of} 片的（{other.file(folder).name}）。"
            "请把不属于这次编制的文件移走，再合并。",
            code="foreign_shard",
        )
    parts = [Part(number, of) for number in range(1, of + 1)]
    missing = [str(part) for part in parts if part not in found]
    if missing:
        shown = "、".join(missing[:10]) + (f" 等 {len(missing)} 片" if len(missing) > 10 else "")
        raise NotFound(
            f"{folder} 中缺少分片 {shown}。请用相同选项运行 matcher list --shard {missing[0]} --out {folder}，再合并。",
            code="missing_shard",
        )
    return parts


def _read(part: Part, folder: Path) -> Shard:
    file = part.file(folder)
    again = f"请用相同选项重新运行 matcher list --shard {part} --out {folder}，再合并。"
    content = unseal(file)
    if content is None:
        raise InputError(f"分片 {file} 不完整或已损坏。{again}", code="damaged_shard")
    try:
        shard = _SHARD.validate_json(content)
    except ValidationError as error:
        raise InputError(
            f"分片 {file} 由本程序的另一版本写出，无法读取。{again}", code="foreign_shard"
        ) from error
    if shard.format != FORMAT or shard.part != part:
        raise InputError(
            f"分片 {file} 由本程序的另一版本写出，或被改过文件名（内容是 {shard.part}）。{again}",
            code="foreign_shard",
        )
    return shard
