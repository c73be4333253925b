"""The index brought up to date as part of a job, which waits for its turn."""

from __future__ import annotations

import time

from api.jobs.work import Work
from matcher import usecases
from matcher.errors import NotReady
from matcher.opening import INDEX_BUSY

_PAUSE_SECONDS = 1.0
_WAITING = "另一个程序正在建立索引，等它结束后继续"


def update_index(work: Work, start: float = 0.0, end: float = 1.0, *, full: bool = False) -> bool:
    """Build what is out of date, or all; whether anything was. From `start` to `end` of the job.

    While the command line builds, the job says so and waits; it can be stopped meanwhile.
    """
    while True:
        try:
            step = work.step("更新索引", start, end)
            return usecases.build_index(work.workspace, work.at, step, full=full)
        except NotReady as error:
            if error.code != INDEX_BUSY:
                raise
        work.say(start, _WAITING)
        time.sleep(_PAUSE_SECONDS)
