"""Reads and writes runs and judgements in the ecosystem's plain files: TREC run, TREC qrels, qrels as tsv.

A run line is `need Q0 candidate rank score tag`; order is by score, equal scores by id, and the rank column is
not read (as in trec_eval). A qrels line is `need 0 candidate level`; a tsv starts with a header of three
columns, need, candidate, level, under any of the names in use (techneed, BEIR).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from eval.judgements import Judgement, Judgements, Placed, Ranking, Run, judgements, some
from matcher.errors import InputError
from matcher.matchlists.exports.trec import RunEntry
from matcher.matchlists.exports.trec import write_run as write_entries
from matcher.replacing import replacing

HEADERS = frozenset(
    (need, candidate, level)
    for need in ("need_id", "query-id", "query_id")
    for candidate in ("achievement_id", "patent_id", "candidate_id", "corpus-id", "doc_id")
    for level in ("level", "score", "relevance")
)

_SHOWN = 40
"""Characters of a value that a refusal repeats."""


def read_run(path: Path, name: str = "") -> Run:
    """The run in a TREC file, named by its tag unless `name` is given.

    Raises InputError for an empty file, malformed lines, scores that are no finite numbers, and a candidate
    that stands twice under one need.
    """
    ids: dict[str, list[str]] = {}
    scores: dict[str, list[float]] = {}
    bad: list[str] = []
    infinite: list[str] = []
    tag = ""
    for number, line in _lines(path):
        parts = line.split()
        try:
            need, _, candidate, _, text, tag = parts
            score = float(text)
        except ValueError:
            bad.append(f"第 {number} 行")
            continue
        if not math.isfinite(score):
            infinite.append(f"第 {number} 行 {candidate}：{text}")
            continue
        ids.setdefault(need, []).append(candidate)
        scores.setdefault(need, []).append(score)
    if bad:
        raise InputError(
            f"{path.name} 有 {len(bad)} 行不是 TREC run 格式（{some(bad)}）。每行应为：需求编号 Q0 专利编号 名次 分数 名称。"
        )
    if infinite:
        raise InputError(
            f"{path.name} 有 {len(infinite)} 个分数不是有限数值（{some(infinite)}）。请检查产生该文件的系统。",
            code="not_finite",
        )
    if not ids:
        raise InputError(f"{path.name} 是空文件，没有任何检索结果。", code="empty")
    _refuse_repeated(path, ids)
    rankings = {need: Ranking.of(ids[need], scores[need]) for need in sorted(ids)}
    return Run(name or tag, rankings)


def write_run(run: Run, path: Path) -> None:
    """Write a TREC run with strictly decreasing scores, so that every reader sees our order; whole or not at all.

    Raises InputError where an id holds white space or is empty.
    """
    entries = (
        RunEntry(need, candidate, score)
        for need, ranking in run.rankings.items()
        for candidate, score in zip(ranking.ids, ranking.scores.tolist(), strict=True)
    )
    with replacing(path) as temporary:
        write_entries(entries, temporary, run.name)


def read_judgements(path: Path) -> Judgements:
    """Judgements from TREC qrels or a tsv with header; raises InputError as `judgements` does.

    Under our own header levels are 1–4. Other files count from 0 where they hold a 0 or have BEIR's header
    (0–3 becomes 1–4); where no level is above 1 they are binary, and 1 becomes 4.
    """
    return judgements(placed.judgement for placed in judged_rows(path))


def judged_rows(path: Path) -> list[Placed]:
    """What the rows say, on our scale; raises InputError for rows that say nothing readable."""
    rows: list[Placed] = []
    bad: list[str] = []
    header: tuple[str, ...] = ()
    for number, line in _lines(path):
        parts = tuple(part.strip() for part in (line.split("\t") if "\t" in line else line.split()))
        if not header and not rows and tuple(map(str.lower, parts)) in HEADERS:
            header = tuple(map(str.lower, parts))
            continue
        if not header and len(parts) == 4:
            parts = (parts[0], *parts[2:])
        try:
            need, candidate, level = parts
            rows.append(Placed(number, Judgement(need, candidate, int(level))))
        except ValueError:
            value = f"“等级”“{parts[2][:_SHOWN]}”" if len(parts) == 3 else f"“{line[:_SHOWN]}”"
            bad.append(f"第 {number} 行{value}")
    if bad:
        raise InputError(
            f"{path.name} 有 {len(bad)} 行无法识别（{some(bad)}）。"
            "应为 TREC qrels（需求编号 0 专利编号 等级），或带表头 need_id、achievement_id、level 的制表符文件。"
        )
    ours = _on_our_scale({placed.judgement.level for placed in rows}, header)
    return [
        replace(placed, judgement=replace(placed.judgement, level=ours(placed.judgement.level)))
        for placed in rows
    ]


def _on_our_scale(found: set[int], header: tuple[str, ...]) -> Callable[[int], int]:
    if "level" not in header and found <= {0, 1}:
        return lambda level: 4 if level else 1
    if "level" not in header and (0 in found or "corpus-id" in header):
        return lambda level: level + 1
    return lambda level: level


def write_judgements(known: Judgements, path: Path) -> None:
    """Write TREC qrels in id order; raises InputError where an id holds white space or is empty."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for need, judged in known.levels.items():
            _refuse_spaces((need, *judged))
            file.writelines(f"{need} 0 {candidate} {level}\n" for candidate, level in judged.items())


def write_judgements_tsv(known: Judgements, path: Path) -> None:
    """Write a tsv with our header, need_id, achievement_id, level, in id order."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write("need_id\tachievement_id\tlevel\n")
        for need, judged in known.levels.items():
            file.writelines(f"{need}\t{candidate}\t{level}\n" for candidate, level in judged.items())


def read_groups(path: Path) -> dict[str, str]:
    """What each name belongs to (a need to an enterprise, a party to a group), from lines of two columns.

    Raises InputError for other lines and for contradictions.
    """
    found: dict[str, str] = {}
    bad: list[str] = []
    for number, line in _lines(path):
        parts = tuple(part.strip() for part in line.split("\t"))
        if len(parts) != 2 or not all(parts) or found.setdefault(parts[0], parts[1]) != parts[1]:
            bad.append(f"第 {number} 行")
    if bad or not found:
        raise InputError(
            f"{path.name} 有 {len(bad)} 行无法识别或前后矛盾（{some(bad)}）。应为两列制表符文件：编号或名称、所属企业或集团。"
            if bad
            else f"{path.name} 是空文件。应为两列制表符文件：编号或名称、所属企业或集团。"
        )
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except OSError as error:
        raise InputError(f"找不到或无法读取文件 {path}。请检查路径。", code="unreadable") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} 不是 UTF-8 文本。请另存为 UTF-8 后重试。", code="unreadable"
        ) from error


def _refuse_repeated(path: Path, ids: dict[str, list[str]]) -> None:
    repeated: list[str] = []
    for need, candidates in ids.items():
        if len(set(candidates)) < len(candidates):
            seen: set[str] = set()
            for candidate in candidates:
                if candidate in seen:
                    repeated.append(f"{need} × {candidate}")
                seen.add(candidate)
    if repeated:
        raise InputError(
            f"{path.name} 有 {len(repeated)} 条结果在同一需求下重复（{some(repeated)}）。请去重后重试。",
            code="repeated_result",
        )


def _refuse_spaces(ids: tuple[str, ...]) -> None:
    bad = sorted({identifier for identifier in ids if not identifier or len(identifier.split()) != 1})
    if bad:
        raise InputError(f"有 {len(bad)} 个编号含空格或为空，不能写入 TREC 文件（{some(bad)}）。请先改编号。")
