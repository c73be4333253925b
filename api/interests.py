"""我想了解 over the records: who asks about what, who still owes an answer, and what each side may see of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex

from api.access.parties import own_patents
from api.access.policy import Extent, Operation, allowed_need, allowed_patent, extent, may_patent, require
from api.access.roles import Caller, Role
from api.store.interests import Interests
from matcher.availability import lapsed
from matcher.domain import Confidentiality, Enterprise, Need, Patent
from matcher.errors import Conflict, InputError, NotFound
from matcher.interests import Answer, Calendar, Interest, Reply, Standing, owing, standing
from matcher.matchlists.exports.wording import patent_number
from matcher.settings import InterestSettings
from matcher.store.database import Store

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class View:
    """One interest with what the records know of it."""

    interest: Interest
    patent: Patent | None
    enterprise: Enterprise | None
    need: Need | None
    answers: tuple[Answer, ...]

    @property
    def holders(self) -> tuple[str, ...]:
        """Those who answer: the patent's holders of today."""
        return self.patent.holders if self.patent else ()

    @property
    def standing(self) -> Standing:
        """How far it has come."""
        return standing(self.holders, self.answers)

    @property
    def owing(self) -> list[str]:
        """The holders whose answer it waits for."""
        return owing(self.holders, self.answers)

    @property
    def named(self) -> bool:
        """Whether the patent's side may know the enterprise: all have agreed, or it asks for a 公开 need."""
        public = self.need is not None and self.need.confidentiality is Confidentiality.PUBLIC
        return public or self.standing is Standing.AGREED

    def overdue(self, day: date) -> int:
        """Calendar days past the last day for answers; 0 where nobody owes one."""
        return max(0, (day - self.interest.due).days) if self.owing else 0


@dataclass(frozen=True, slots=True)
class Told:
    """An interest as one reader is told of it; `who` is the enterprise, or what may be said of it, `need` its title or ""."""

    view: View
    who: str
    need: str
    late: int
    """Calendar days overdue."""


def express(
    store: Store, caller: Caller, asked: tuple[str, str], rules: InterestSettings, at: datetime
) -> Interest:
    """The interest of an enterprise in a patent, for a need of its own: `asked` is (patent, need or "").

    Raises NotFound for what the caller may not see, InputError for a patent that nobody can be asked about.
    """
    require(caller, Operation.EXPRESS)
    patent_id, need_id = asked
    patent = allowed_patent(caller, Operation.READ_PATENT, store.patents.get(patent_id), patent_id)
    if need_id:
        allowed_need(caller, Operation.READ_NEED, store.needs.get(need_id), need_id)
    enterprise = store.enterprises.get(caller.subject)
    if not patent.holders:
        raise InputError("这件专利没有记录专利权人，无法转达。请向主管部门了解。", code="no_holder")
    if enterprise is not None and enterprise.name in patent.holders:
        raise InputError("这是本企业的专利，不需要了解。", code="own_patent")
    if lapsed(patent, at.date()):
        raise InputError("这件专利已失效，任何人都可以使用，不需要联系专利权人。", code="lapsed")
    calendar = Calendar(frozenset(rules.holidays), frozenset(rules.workdays))
    due = calendar.after(at.date(), rules.working_days)
    # A holder sees it before it may know the enterprise: an id made of the two would be found by trying all enterprises.
    id_ = f"YX{token_hex(6).upper()}"
    return Interest(id_, caller.subject, patent.id, need_id, caller.name, at, due)


def seen_by(store: Store, interests: Interests, caller: Caller) -> list[View]:
    """The interests that `caller` may see, the newest first: an enterprise its own, a holder those in its patents."""
    require(caller, Operation.READ_INTEREST)
    if caller.role is Role.ENTERPRISE:
        return views(store, interests, interests.of_enterprise(caller.subject))
    if caller.role is Role.HOLDER:
        return views(store, interests, interests.of_patents(own_patents(store, caller) or []))
    return [view for view in views(store, interests, interests.all()) if _may_see(caller, view)]


def found(store: Store, interests: Interests, caller: Caller, id: str) -> View:
    """The interest of that id; raises NotFound where it is not there, or not for `caller`."""
    interest = interests.get(id)
    [view] = views(store, interests, [interest]) if interest else [None]
    if view is None or not _may_see(caller, view):
        raise NotFound("没有这条意向。")
    return view


def answer(view: View, caller: Caller, reply: str, reason: str, at: datetime) -> Answer:
    """A holder's answer, not yet kept; raises NotFound, InputError, and Conflict where it is settled already."""
    if view.patent is None or not may_patent(caller, Operation.ANSWER, view.patent):
        raise NotFound("没有这条意向。")
    if reply not in set(Reply):
        raise InputError("请选择“同意”或“婉拒”。", code="unknown_reply")
    if reply == Reply.DECLINED and not reason.strip():
        raise InputError("婉拒请说明原因，企业会看到。", code="reason_missing")
    if len(reason) > _LONGEST:
        raise InputError(f"原因请写在 {_LONGEST} 字以内。", code="reason_too_long")
    if view.standing is Standing.DECLINED and caller.subject not in {one.holder for one in view.answers}:
        raise Conflict("其他权利人已婉拒这条意向，不需要再答复。", code="answered")
    return Answer(view.interest.id, caller.subject, Reply(reply), reason.strip(), caller.name, at)


def withdraw(interests: Interests, view: View, caller: Caller) -> None:
    """Take back an enterprise's own interest; raises NotFound, and Conflict once a holder has answered."""
    require(caller, Operation.EXPRESS)
    if view.interest.enterprise_id != caller.subject:
        raise NotFound("没有这条意向。")
    interests.withdraw(view.interest.id)


@dataclass(frozen=True, slots=True)
class Owed:
    """One line of the 催办 list: an answer that a holder owes, `late` calendar days after its last day."""

    holder: str
    interest: str
    patent: str
    title: str
    asked: date
    due: date
    late: int


def owed(store: Store, interests: Interests, day: date) -> list[Owed]:
    """Every answer that is overdue, the longest first; no line names the enterprise."""
    late = [view for view in views(store, interests, interests.all()) if view.overdue(day)]
    lines = [
        Owed(
            holder,
            view.interest.id,
            patent_number(view.patent),
            view.patent.title,
            view.interest.created.date(),
            view.interest.due,
            view.overdue(day),
        )
        for view in late
        if view.patent is not None
        for holder in view.owing
    ]
    return sorted(lines, key=lambda line: (-line.late, line.holder, line.interest))


def names_enterprise(caller: Caller, view: View) -> bool:
    """Whether `caller` may know who asks: the enterprise itself, its bureaus, and the patent's side once it is named."""
    if caller.role is Role.CITY:
        return view.named or _lives_in(caller, view)
    return caller.role in (Role.BUREAU, Role.ENTERPRISE) or view.named


def told(caller: Caller, view: View, day: date) -> Told:
    """What `caller` may know of an interest that it may see."""
    enterprise, need, late = view.enterprise, view.need, view.overdue(day)
    if names_enterprise(caller, view):
        mine = caller.role in (Role.BUREAU, Role.ENTERPRISE)
        title = need.title if need and (mine or need.confidentiality is Confidentiality.PUBLIC) else ""
        return Told(view, enterprise.name if enterprise else view.interest.enterprise_id, title, late)
    industry = (need.industry if need else "") or (enterprise.industry if enterprise else "")
    region = enterprise.region if enterprise else ""
    return Told(view, f"一家企业（行业：{industry or '未注明'}，地区：{region or '未注明'}）", "", late)


def contacts(store: Store, view: View) -> dict[str, str]:
    """Both sides' contacts, by name, once all holders have agreed; nothing before."""
    if view.standing is not Standing.AGREED or view.patent is None:
        return {}
    enterprise = view.enterprise
    name = enterprise.name if enterprise else view.interest.enterprise_id
    contact = (enterprise.contact if enterprise else "") or "未登记，请向主管部门了解"
    patent = view.patent
    return {
        f"{name}（{view.interest.by}）": contact,
        **{holder: contact_of(store, patent, holder) for holder in view.holders},
    }


def views(store: Store, interests: Interests, chosen: Sequence[Interest]) -> list[View]:
    """The interests with their records, in their order."""
    patents = store.patents.many(one.patent_id for one in chosen)
    enterprises = store.enterprises.many(one.enterprise_id for one in chosen)
    needs = store.needs.many(one.need_id for one in chosen if one.need_id)
    answers = interests.answers(one.id for one in chosen)
    return [
        View(
            one,
            patents.get(one.patent_id),
            enterprises.get(one.enterprise_id),
            needs.get(one.need_id),
            tuple(answers.get(one.id, ())),
        )
        for one in chosen
    ]


def contact_of(store: Store, patent: Patent, holder: str) -> str:
    """How to reach a holder: its own department, else what the patent says."""
    known = store.holders.get(holder)
    return (known.contact if known else "") or patent.contact or "未登记，请向主管部门了解"


def _may_see(caller: Caller, view: View) -> bool:
    match extent(caller, Operation.READ_INTEREST):
        case Extent.ALL:
            return True
        case Extent.REGION:
            return _lives_in(caller, view) or (
                view.patent is not None and caller.subject in view.patent.region
            )
        case Extent.OWN if caller.role is Role.ENTERPRISE:
            return view.interest.enterprise_id == caller.subject
        case Extent.OWN:
            return view.patent is not None and may_patent(caller, Operation.READ_INTEREST, view.patent)
    return False


def _lives_in(caller: Caller, view: View) -> bool:
    return view.enterprise is not None and caller.subject in view.enterprise.region
