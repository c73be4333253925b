"""The lists of many needs: cut into blocks, matched by one process a core, resumed where they were interrupted.

A need's list depends on that need and the index alone, so blocks are independent, and their lists are those that one
process makes. A finished block is on disk before it is counted: whoever runs the same job again, over the same data,
index, settings and day, goes on from there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from indexes.backends import one_process
from indexes.contract import Mask
from matcher.domain import Need, Patent
from matcher.errors import MatcherError, NotReady
from matcher.matches import NeedMatches
from matcher.matching import Matching, Progress
from matcher.ranking import ListRules
from matcher.sealed import seal, unseal
from matcher.settings import Settings
from matcher.workspace import Workspace

BLOCK = 64
"""Needs that are matched together and saved together."""
WORTH = 256
"""Needs from which a second process pays for its start of a few seconds."""
_AHEAD = 2
"""Blocks that wait for each process: bounds what is in memory."""
_KEPT = 3
"""Interrupted jobs whose blocks are kept."""
_FORMAT = 1
_LISTS = TypeAdapter(tuple[NeedMatches, ...])
_NEEDS = TypeAdapter(tuple[Need, ...])


@dataclass(frozen=True, slots=True)
class Asked:
    """What all needs are asked with; `allowed`, shape (patents,), filters before the search."""

    as_of: date
    rules: ListRules
    allowed: Mask


def match_all(
    workspace: Workspace,
    needs: Sequence[Need],
    asked: Asked,
    progress: Progress | None = None,
    matching: Matching | None = None,
) -> list[NeedMatches]:
    """The list of each need, in their order. Few are matched here, many by one process a core.

    `matching` is the one whose rows `asked` allows; None: that of now.
    """
    matching, cores = matching or workspace.matching(), os.cpu_count() or 1
    alone = cores == 1 or matching.reranking is not None or one_process(workspace.settings.index)
    if len(needs) < WORTH or alone:
        return matching.match(needs, workspace.context(asked.as_of), asked.rules, asked.allowed, progress)
    return _in_processes(workspace, needs, asked, progress or (lambda done, total: None), cores)


def _in_processes(
    workspace: Workspace, needs: Sequence[Need], asked: Asked, progress: Progress, cores: int
) -> list[NeedMatches]:
    blocks = [tuple(needs[start : start + BLOCK]) for start in range(0, len(needs), BLOCK)]
    folder = _folder(workspace, needs, asked)
    known: dict[str, Patent] = {}
    found: dict[int, tuple[NeedMatches, ...]] = {}
    for number in range(len(blocks)):
        saved = _read(_file(folder, number))
        if saved is not None:
            found[number] = shared_records(saved, known)
    progress(sum(len(blocks[number]) for number in found), len(needs))
    missing = [number for number in range(len(blocks)) if number not in found]
    task = _Task(workspace.settings, workspace.serving, workspace.index_version(), asked)
    for number in _run(task, folder, {number: blocks[number] for number in missing}, cores):
        lists = _read(_file(folder, number))
        if lists is None:
            raise MatcherError(
                f"无法读取刚写出的分块 {_file(folder, number)}。请检查磁盘后重新运行同一命令。"
            )
        found[number] = shared_records(lists, known)
        progress(sum(len(blocks[number]) for number in found), len(needs))
    shutil.rmtree(folder, ignore_errors=True)
    return [one for number in range(len(blocks)) for one in found[number]]


@dataclass(frozen=True, slots=True)
class _Task:
    """What a process has to know to match any block."""

    settings: Settings
    serving: bool
    index: str
    asked: Asked


def _run(task: _Task, folder: Path, blocks: dict[int, tuple[Need, ...]], cores: int) -> Iterator[int]:
    """The numbers of the blocks as they are saved; never more than a few wait."""
    todo = iter(sorted(blocks.items()))
    running: dict[Future[None], int] = {}
    count = min(cores, len(blocks))
    if not count:
        return
    with ProcessPoolExecutor(count, get_context("spawn"), _start, (task,)) as pool:
        try:
            while True:
                while len(running) < _AHEAD * count and (block := next(todo, None)) is not None:
                    number, needs = block
                    running[pool.submit(_match_block, needs, _file(folder, number))] = number
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    yield running.pop(future)
        except BrokenProcessPool as error:
            raise MatcherError(
                "编制清单的一个子进程意外终止（可能是内存不足）。已完成的部分已保存，重新运行同一命令会从中断处继续。",
                code="interrupted",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(slots=True)
class _Worker:
    """One process: its own view of the workspace, opened once."""

    task: _Task
    workspace: Workspace
    matching: Matching


_worker: list[_Worker] = []


def _start(task: _Task) -> None:
    workspace = Workspace.open(task.settings, serving=task.serving)
    _worker[:] = [_Worker(task, workspace, workspace.matching())]


def _match_block(needs: tuple[Need, ...], file: Path) -> None:
    (worker,) = _worker
    asked = worker.task.asked
    if worker.workspace.index_version() != worker.task.index:
        raise NotReady("编制清单期间索引被更新，前后不一致，已停止。请重新运行同一命令。")
    context = worker.workspace.context(asked.as_of)
    seal(file, _LISTS.dump_json(tuple(worker.matching.match(needs, context, asked.rules, asked.allowed))))


def job_digest(workspace: Workspace, needs: Sequence[Need], asked: Asked) -> str:
    """Of everything that the lists of these needs rest on, but not of where the workspace is kept, or how it runs."""
    matching = workspace.matching()
    elsewhere = {"home": Path(), "database_url": None, "device": "", "organiser": ""}
    parts = (
        f"{_FORMAT} {version('patent-matcher')} {asked.as_of} {asked.rules} {matching.index}",
        f"{workspace.store.data_version()} {matching.settings.model_copy(update=elsewhere)!r} {matching.calibration!r}",
    )
    digest = hashlib.sha256("\n".join(parts).encode())
    digest.update(np.packbits(asked.allowed).tobytes())
    digest.update(_NEEDS.dump_json(tuple(needs)))
    return digest.hexdigest()


def _folder(workspace: Workspace, needs: Sequence[Need], asked: Asked) -> Path:
    """Where the blocks of this very job are; the oldest jobs that nobody took up again are removed."""
    jobs = workspace.settings.home / "batches"
    folder = jobs / job_digest(workspace, needs, asked)[:32]
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    for old in sorted(jobs.iterdir(), key=lambda entry: entry.stat().st_mtime)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}.json.gz"


def _read(file: Path) -> tuple[NeedMatches, ...] | None:
    """The lists of a block; None where it is missing or damaged, so that it is made again."""
    content = unseal(file)
    try:
        return None if content is None else _LISTS.validate_json(content)
    except ValidationError:
        return None


def shared_records(lists: tuple[NeedMatches, ...], known: dict[str, Patent]) -> tuple[NeedMatches, ...]:
    """The same lists with one object for each record: a patent stands in many of them."""

    def one(lists_: NeedMatches) -> NeedMatches:
        matches, excluded = (
            tuple(
                replace(match, need=lists_.need, patent=known.setdefault(match.patent.id, match.patent))
                for match in part
            )
            for part in (lists_.matches, lists_.excluded)
        )
        return replace(lists_, matches=matches, excluded=excluded)

    return tuple(map(one, lists))
