"""One-time links: a holder lets one college or one inventor fill in one 盘点任务, without an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine

from api.access import secrets
from api.access.roles import Caller
from api.store.links import Link, Links
from matcher.errors import InputError, NotFound
from matcher.inventory import Task

LONGEST = 60
_VOID = "链接无效、已使用或已过期。请向本单位负责盘点的部门另要一个。"


class Filling:
    """The links of all holders."""

    def __init__(self, engine: Engine) -> None:
        self.links = Links(engine)

    def hand_out(self, caller: Caller, task: Task | None, days: int, at: datetime) -> str:
        """The token of a new link to a task of the caller's own; links to it given out before are void.

        Raises NotFound for a foreign task, InputError for days beyond 1 to 60.
        """
        if task is None or task.holder != caller.subject:
            raise NotFound("没有这项盘点任务。")
        if not 1 <= days <= LONGEST:
            raise InputError(f"有效天数应为 1 至 {LONGEST}。", code="bad_days")
        token = secrets.new_token()
        expires = at + timedelta(days)
        self.links.add(Link(secrets.digest(token), task.id, task.holder, task.unit, caller.name, at, expires))
        return token

    def opened(self, token: str, at: datetime) -> Link:
        """What a link stands for; raises InputError with one sentence where it is void for whatever reason."""
        found = self.links.usable(secrets.digest(token), at)
        if found is None:
            raise InputError(_VOID, code="link_used")
        return found

    def use(self, link: Link, at: datetime) -> None:
        """Use a link up; raises InputError where somebody was faster."""
        if not self.links.use(link, at):
            raise InputError(_VOID, code="link_used")
