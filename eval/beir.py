"""Reads and writes test collections: needs, patents and what is known of their pairs, in one folder.

Two layouts. BEIR: corpus.jsonl {_id, title, text}, queries.jsonl {_id, text}, qrels/*.tsv with scores from 0.
Needs and achievements: needs.jsonl {need_id, title, description}, achievements.jsonl {achievement_id,
title_words or title, abstract, ipc}, qrels.tsv with levels from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from eval.judgements import Judgements, require_known, some
from eval.trec import read_judgements
from matcher.domain import Need, Patent
from matcher.errors import InputError

Row = Mapping[str, object]
Record = TypeVar("Record", Need, Patent)


@dataclass(frozen=True, slots=True)
class TestCollection:
    """Needs and patents in ascending id order, and the judgements of their pairs."""

    __test__ = False  # the field's term, not a test class

    name: str
    needs: tuple[Need, ...]
    patents: tuple[Patent, ...]
    judgements: Judgements


def read_collection(folder: Path, split: str = "test") -> TestCollection:
    """Read a folder of either layout; raises InputError for missing files, bad lines and unknown ids."""
    if (folder / "corpus.jsonl").is_file():
        needs = _unique(_beir_need(row) for row in _rows(folder / "queries.jsonl"))
        patents = _unique(_beir_patent(row) for row in _rows(folder / "corpus.jsonl"))
        known = read_judgements(folder / "qrels" / f"{split}.tsv")
    elif (folder / "needs.jsonl").is_file():
        needs = _unique(_need(row) for row in _rows(folder / "needs.jsonl"))
        patents = _unique(_achievement(row) for row in _rows(folder / "achievements.jsonl"))
        known = read_judgements(folder / "qrels.tsv")
    else:
        raise InputError(
            f"文件夹 {folder} 里既没有 corpus.jsonl（BEIR），也没有 needs.jsonl。请给出评测数据所在的文件夹。",
            code="unreadable",
        )
    require_known("需求", known.levels, {need.id for need in needs})
    require_known("专利", (c for judged in known.levels.values() for c in judged), {p.id for p in patents})
    return TestCollection(folder.name, needs, patents, known)


def write_beir(collection: TestCollection, folder: Path, split: str = "test") -> None:
    """Write a BEIR folder; scores are level − 1, so that 0 means not relevant to other tools."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write(
        folder / "corpus.jsonl",
        ({"_id": patent.id, "title": patent.title, "text": patent.abstract} for patent in collection.patents),
    )
    _write(
        folder / "queries.jsonl",
        ({"_id": need.id, "title": need.title, "text": need.description} for need in collection.needs),
    )
    with (folder / "qrels" / f"{split}.tsv").open("w", encoding="utf-8", newline="\n") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for need_id, judged in collection.judgements.levels.items():
            file.writelines(f"{need_id}\t{candidate}\t{level - 1}\n" for candidate, level in judged.items())


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _rows(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _row(path, number, line)
    except OSError as error:
        raise InputError(f"找不到或无法读取文件 {path}。请检查路径。", code="unreadable") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} 不是 UTF-8 文本。请另存为 UTF-8 后重试。", code="unreadable"
        ) from error


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{path.name} 第 {number} 行不是 JSON。请检查该行。") from error
    if not isinstance(row, dict):
        raise InputError(f"{path.name} 第 {number} 行不是 JSON 对象。请检查该行。")
    return row


def _text(row: Row, *names: str) -> str:
    return next((str(row[name]) for name in names if row.get(name)), "")


def _beir_need(row: Row) -> Need:
    title = _text(row, "title")
    return Need(_text(row, "_id"), title or _text(row, "text"), _text(row, "text") if title else "")


def _beir_patent(row: Row) -> Patent:
    return Patent(_text(row, "_id"), _text(row, "title"), abstract=_text(row, "text"))


def _need(row: Row) -> Need:
    return Need(_text(row, "need_id"), _text(row, "title"), _text(row, "description"))


def _achievement(row: Row) -> Patent:
    ipc = _text(row, "ipc")
    return Patent(
        _text(row, "achievement_id"),
        _text(row, "title", "title_words"),
        abstract=_text(row, "abstract"),
        ipc=(ipc,) if ipc else (),
    )


def _unique(records: Iterable[Record]) -> tuple[Record, ...]:
    by_id: dict[str, Record] = {}
    repeated: list[str] = []
    for record in records:
        if not record.id:
            raise InputError("数据中有记录没有编号。请为每条需求和专利填写编号。")
        if record.id in by_id:
            repeated.append(record.id)
        by_id[record.id] = record
    if repeated:
        raise InputError(f"有 {len(repeated)} 个编号重复（{some(repeated)}）。编号必须唯一，请先去重。")
    return tuple(by_id[identifier] for identifier in sorted(by_id))
