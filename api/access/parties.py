"""The parties that accounts speak for, as the records name them, and what is theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from api.access.roles import COLLEGE_OF, Caller, Role, checked_subject
from matcher.commissions import CommissionKind
from matcher.errors import InputError
from matcher.signals.region import place
from matcher.store.database import Store
from matcher.store.filters import PatentFilter

_COMMISSIONED = {Role.EXPERT: CommissionKind.ASSESSMENT, Role.SERVICE: CommissionKind.SERVICE}


def known_subject(store: Store, role: Role, named: str) -> str:
    """The party that `named` means, as `Caller.subject` has it; raises InputError where there is none."""
    named = checked_subject(role, named)
    found = _FINDERS.get(role)
    return named if found is None else found(store, named)


def reaching(store: Store, caller: Caller) -> Caller:
    """The caller with what is theirs by the records of this moment: institutions, or patents given to them."""
    if caller.role is Role.DEPARTMENT:
        return replace(caller, holders=_institutions(store, caller.subject))
    if kind := _COMMISSIONED.get(caller.role):
        given = store.commissions.all(kind, caller.subject) if caller.subject else []
        return replace(caller, patents=frozenset(one.patent_id for one in given))
    return caller


def own_patents(store: Store, caller: Caller) -> list[str] | None:
    """The ids of the patents that are the caller's own, ascending; None for roles that have none."""
    if caller.role is Role.HOLDER:
        return store.patents.ids(PatentFilter(holders=(caller.subject,)))
    if caller.role is Role.DEPARTMENT:
        return (
            store.patents.ids(PatentFilter(holders=tuple(sorted(caller.holders)))) if caller.holders else []
        )
    if caller.role is Role.COLLEGE:
        holder, college = caller.college
        found = store.patents.all(PatentFilter(holders=(holder,)))
        return [patent.id for patent in found if patent.college == college]
    return sorted(caller.patents) if caller.role in _COMMISSIONED else None


def _institutions(store: Store, department: str) -> frozenset[str]:
    return frozenset(holder.name for holder in store.holders.all() if holder.department == department)


def _enterprise(store: Store, named: str) -> str:
    enterprise = store.enterprises.find(named)
    if enterprise is None:
        raise _unknown(f"没有找到企业“{named}”。请先导入企业，或核对名称和统一社会信用代码。")
    return enterprise.id


def _holder(store: Store, named: str) -> str:
    if not store.patents.ids(PatentFilter(holders=(named,))):
        raise _unknown(f"没有专利权人为“{named}”的专利。请核对全称，或先导入其专利。")
    return named


def _college(store: Store, named: str) -> str:
    holder, _, college = named.replace("/", COLLEGE_OF).partition(COLLEGE_OF)
    own = store.patents.all(PatentFilter(holders=(holder,))) if holder else ()
    if not college or all(patent.college != college for patent in own):
        raise _unknown(f"没有“{named}”的专利。请写成“专利权人{COLLEGE_OF}学院”，名称与专利记录一致。")
    return f"{holder}{COLLEGE_OF}{college}"


def _city(_: Store, named: str) -> str:
    found = place(named).city
    if not found or not named.endswith(found):
        raise _unknown(f"“{named}”不是地市全称。请写成“云州市”“河东省云州市”“某某自治州”的形式。")
    return found


def _department(store: Store, named: str) -> str:
    if not _institutions(store, named):
        raise _unknown(f"没有主管部门为“{named}”的单位。请先导入注明主管部门的单位名录。")
    return named


def _expert(store: Store, named: str) -> str:
    found = store.experts.find(named)
    if found is None:
        raise _unknown(f"没有找到专家“{named}”，或有重名。请先导入专家名录，或改用专家编号。")
    return found.id


def _service(store: Store, named: str) -> str:
    found = store.services.find(named)
    if found is None:
        raise _unknown(f"没有找到服务机构“{named}”，或有重名。请先导入服务机构名录，或改用编号。")
    return found.id


def _unknown(sentence: str) -> InputError:
    return InputError(sentence, code="no_party")


_FINDERS: dict[Role, Callable[[Store, str], str]] = {
    Role.CITY: _city,
    Role.DEPARTMENT: _department,
    Role.HOLDER: _holder,
    Role.COLLEGE: _college,
    Role.ENTERPRISE: _enterprise,
    Role.EXPERT: _expert,
    Role.SERVICE: _service,
}
