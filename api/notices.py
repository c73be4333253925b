"""消息: who is told what, when something happens that is theirs to know; never a contact, never a need's text."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.access.roles import Caller, Role
from api.interests import View, owed
from api.store.accounts import Account, Accounts
from api.store.interests import Interests
from api.store.jobs import Job
from api.store.messages import Messages, News
from matcher.errors import MatcherError
from matcher.events import ListState, ListVersion
from matcher.interests import Answer, Interest
from matcher.matchlists.exports.wording import patent_number
from matcher.store.database import Store

_KEPT = timedelta(days=180)
"""How long a message stays after it was read."""
_AWAITED = frozenset({"import", "list", "export", "evaluation"})
"""Kinds of jobs whose end somebody waits for."""
_EVERY_SECONDS = 600
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notices:
    """Tells accounts of what happened; `post` is asked whenever there is something to send by e-mail."""

    store: Store
    accounts: Accounts
    messages: Messages
    post: Callable[[], None]

    def asked(self, interest: Interest) -> None:
        """A new 我想了解, to the patent's holders: who asks they see on its page as far as they may."""
        patent = self.store.patents.get(interest.patent_id)
        if patent is None:
            return
        text = f"有企业想了解专利 {patent_number(patent)}，请在 {interest.due} 前答复。"
        self._tell(
            self._of(Role.HOLDER, patent.holders),
            News(f"意向 {interest.id}", text, _interest(interest.id)),
            interest.created,
        )

    def answered(self, view: View, answer: Answer) -> None:
        """A holder's answer, to the enterprise that asked."""
        interest = view.interest
        number = patent_number(view.patent) if view.patent else interest.patent_id
        text = f"{answer.holder}对专利 {number} 的意向答复：{answer.reply}。"
        news = News(f"答复 {interest.id} {answer.holder}", text, _interest(interest.id))
        self._tell(self._of(Role.ENTERPRISE, [interest.enterprise_id]), news, answer.at)

    def overdue(self, interests: Interests, at: datetime) -> None:
        """Answers that are overdue, to the bureau, each once."""
        bureau = self._of(Role.BUREAU, [""])
        for line in owed(self.store, interests, at.date()):
            text = f"{line.holder}对专利 {line.patent} 的意向逾期未答复，期限是 {line.due}。"
            self._tell(
                bureau, News(f"逾期 {line.interest} {line.holder}", text, _interest(line.interest)), at
            )

    def moved(self, version: ListVersion, at: datetime) -> None:
        """A list that was published, to those whose needs and patents stand in it."""
        if version.state is not ListState.PUBLISHED:
            return
        entries = self.store.roadshows.entries(version.id)
        needs = self.store.needs.many(dict.fromkeys(one.need_id for one in entries)).values()
        patents = self.store.patents.many(
            dict.fromkeys(id_ for one in entries for id_ in (one.patent_id, *one.family))
        ).values()
        holders = {holder for patent in patents for holder in patent.holders}
        concerned = [
            *self._of(Role.ENTERPRISE, {need.enterprise_id for need in needs} - {""}),
            *self._of(Role.HOLDER, holders),
        ]
        news = News(
            f"清单 {version.id}",
            f"对接清单 {version.id} 已发布，其中有本单位的需求或专利。",
            f"/lists/{version.id}",
        )
        self._tell(concerned, news, at)

    def to_confirm(self, need_id: str, enterprise_id: str, at: datetime) -> None:
        """Words of a 匿名 need that wait for its enterprise's confirmation."""
        text = f"需求 {need_id} 改为匿名，别人将看到的文字等待确认；确认之前只有主管部门可见。"
        news = News(f"确认 {need_id} {at.isoformat()}", text, f"/confirmations/{need_id}")
        self._tell(self._of(Role.ENTERPRISE, [enterprise_id]), news, at)

    def ended(self, job: Job, state: str, at: datetime) -> None:
        """A job that is over, to whoever asked for it."""
        if job.kind not in _AWAITED:
            return
        asked = [one for one in self.accounts.all() if _actor(one) == job.by and not one.disabled]
        self._tell(
            asked, News(f"任务 {job.id} {at.isoformat()}", f"{job.title}：{state}。", f"/jobs/{job.id}"), at
        )

    def forget(self, at: datetime) -> None:
        """Forget what was read long ago."""
        self.messages.forget_before(at - _KEPT)

    def _of(self, role: Role, subjects: Iterable[str]) -> list[Account]:
        wanted = frozenset(subjects)
        return [
            one
            for one in self.accounts.all()
            if one.role == role and one.subject in wanted and not one.disabled
        ]

    def _tell(self, to: Sequence[Account], news: News, at: datetime) -> None:
        told = set(self.messages.add([account.id for account in to], news, at))
        if any(account.id in told and account.email for account in to):
            self.post()


class Rounds:
    """A thread that looks every ten minutes for what nobody's request tells: answers that time has made overdue."""

    def __init__(self, notices: Notices, interests: Interests, now: Callable[[], datetime]) -> None:
        self._notices = notices
        self._interests = interests
        self._now = now
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Let the round in hand end."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            try:
                self._notices.overdue(self._interests, self._now())
                self._notices.forget(self._now())
            except MatcherError as error:
                _log.error("rounds: %s", error)
            if self._closing.wait(_EVERY_SECONDS):
                return


def _actor(account: Account) -> str:
    return Caller(account.name, Role(account.role), account.subject).actor


def _interest(id_: str) -> str:
    return f"/interests/{id_}"
