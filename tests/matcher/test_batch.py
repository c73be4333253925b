"""Many needs in processes: the same lists as in one, resumed after an interruption, honest when a process dies."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from matcher import batch
from matcher.batch import Asked, match_all
from matcher.errors import MatcherError
from matcher.ranking import ListRules

AS_OF = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(batch, "BLOCK", 2)
    monkeypatch.setattr(batch, "WORTH", 1)
    monkeypatch.setattr(batch.os, "cpu_count", lambda: 2)


@pytest.fixture
def needs(workspace):
    stored = list(workspace.store.needs.all())
    return [replace(need, id=f"{need.id}-{number}") for number in range(4) for need in stored]


@pytest.fixture
def asked():
    return Asked(AS_OF, ListRules(list_k=3), np.array([True, True, True, True, False]))


@pytest.fixture
def expected(workspace, needs, asked):
    context = workspace.context(asked.as_of)
    found = workspace.matching().match(needs, context, asked.rules, asked.allowed)
    assert any(one.matches for one in found)
    return found


class Interrupted(Exception):
    """Somebody has pressed Ctrl-C."""


def interrupt(workspace, needs, asked):
    """Run until the first block is saved; the files of all that are."""

    def progress(done, total):
        if done:
            raise Interrupted

    with pytest.raises(Interrupted):
        match_all(workspace, needs, asked, progress)
    (folder,) = (workspace.settings.home / "batches").iterdir()
    return sorted(folder.iterdir())


def test_processes_make_the_lists_that_one_makes(workspace, needs, asked, expected):
    seen = []
    assert match_all(workspace, needs, asked, lambda done, total: seen.append((done, total))) == expected
    assert (seen[0], seen[-1], len(seen)) == ((0, 8), (8, 8), 5)
    assert list((workspace.settings.home / "batches").iterdir()) == []


def test_an_interrupted_job_goes_on_and_makes_a_damaged_block_again(workspace, needs, asked, expected):
    saved = interrupt(workspace, needs, asked)
    saved[0].write_bytes(saved[0].read_bytes()[:-20])
    seen = []
    assert match_all(workspace, needs, asked, lambda done, total: seen.append(done)) == expected
    assert seen[0] == 2 * (len(saved) - 1)


def test_another_day_filter_depth_or_need_is_another_job(workspace, needs, asked):
    others = (
        replace(asked, as_of=date(2026, 9, 2)),
        replace(asked, allowed=np.ones(5, dtype=bool)),
        replace(asked, rules=ListRules(list_k=2)),
    )
    folders = [batch._folder(workspace, needs, one) for one in (asked, asked, *others)]
    folders.append(batch._folder(workspace, needs[1:], asked))
    assert folders[0] == folders[1]
    assert len(set(folders)) == 5
    assert sorted((workspace.settings.home / "batches").iterdir()) == sorted(folders[-3:])


def test_a_process_that_dies_leaves_what_is_done(workspace, needs, asked, expected):
    def kill(done, total):
        if done:
            for process in multiprocessing.active_children():
                process.kill()

    with pytest.raises(MatcherError, match="重新运行同一命令会从中断处继续") as raised:
        match_all(workspace, needs, asked, kill)
    assert raised.value.code == "interrupted"
    seen = []
    assert match_all(workspace, needs, asked, lambda done, total: seen.append(done)) == expected
    assert seen[0] >= 2
    assert len(seen) >= 2
