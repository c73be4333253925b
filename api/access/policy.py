"""The one table of permissions; what does not stand here is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from api.access.roles import Caller, Role
from matcher.domain import Need, Patent
from matcher.errors import NotFound, PermissionDenied
from matcher.events import ListState, ListVersion
from matcher.groups import OF_NEEDS, Dimension, Group
from matcher.store.filters import NeedFilter


class Operation(StrEnum):
    """What can be done; the values are the scopes of keys."""

    PUBLIC = "public"
    """Signing in, the description of the interface, whether the process lives."""
    ACCOUNT = "account"
    """One's own session and password."""
    SEARCH = "search"
    READ_PATENT = "patents:read"
    READ_HISTORY = "patents:history"
    """Assessments and transactions of a patent."""
    READ_CONTACTS = "patents:contacts"
    """Contact departments and inventors' names."""
    MATCH_PATENT = "patents:match"
    READ_NEED = "needs:read"
    WRITE_NEED = "needs:write"
    READ_PUBLIC_NEEDS = "needs:public"
    """The feed of needs as anybody outside may know them: 公开 in full, 匿名 by industry and region."""
    MAKE_LIST = "lists:make"
    READ_EVENTS = "events:read"
    """Events and their lists; drafts are the bureau's alone."""
    RUN_EVENTS = "events:write"
    IMPORT = "imports:write"
    STATUS = "status:read"
    REBUILD = "index:write"
    MANAGE = "accounts:write"
    """Every account, the keys of programs, the audit log."""
    INVITE = "accounts:invite"
    """Inviting people, and shutting out those invited; a city: enterprises of its own."""
    HAND_OUT = "inventory:links"
    """One-time links by which a college or an inventor fills in its self-assessments."""
    CONFIRM = "needs:confirm"
    """Saying that one's 匿名 need may be shown as it would be."""
    EXPRESS = "interests:write"
    """我想了解: asking a patent's holders for their contacts."""
    ANSWER = "interests:answer"
    READ_INTEREST = "interests:read"
    JOBS = "jobs:read"
    """Background jobs, of the kinds whose own operation the caller may do."""
    WRITE_PATENT = "patents:write"
    """Holders: what they declare of their own patents."""
    READ_ENTERPRISE = "enterprises:read"
    WRITE_ENTERPRISE = "enterprises:write"
    READ_OUTCOME = "outcomes:read"
    WRITE_OUTCOME = "outcomes:write"
    ASSESS = "assessments:write"
    """Saying what an enterprise thinks of a patent."""
    READ_ASSIGNED = "commissions:read"
    """What one was given to assess or to serve."""
    SERVE = "commissions:answer"
    """Saying what a service institution does with a patent that it was given."""
    EXPORT = "exports:write"
    PROGRESS = "progress:read"
    EVALUATE = "evaluations:write"


class Extent(StrEnum):
    """How far a permission reaches."""

    NOTHING = "nothing"
    OWN = "own"
    REGION = "region"
    """Needs, enterprises and patents of a city."""
    INSTITUTIONS = "institutions"
    """Patents of the holders whose 主管部门 asks."""
    ASSIGNED = "assigned"
    """Patents given to an expert or a service institution."""
    ALL = "all"


_R = Role
_OWN, _REGION, _ASSIGNED, _ALL = Extent.OWN, Extent.REGION, Extent.ASSIGNED, Extent.ALL
_INSTITUTIONS = Extent.INSTITUTIONS
_SEARCHING = (_R.BUREAU, _R.CITY, _R.HOLDER, _R.ENTERPRISE, _R.ANALYST, _R.CLIENT)
"""What anybody may know of a patent is no secret among them: a city looks for its enterprises everywhere."""
_OF_PATENTS = {
    _R.BUREAU: _ALL,
    _R.CITY: _REGION,
    _R.DEPARTMENT: _INSTITUTIONS,
    _R.HOLDER: _OWN,
    _R.COLLEGE: _OWN,
}
"""Those for whom a patent is theirs to look after."""
PERMISSIONS: dict[Operation, dict[Role, Extent]] = {
    Operation.ACCOUNT: dict.fromkeys(Role, _ALL),
    Operation.SEARCH: dict.fromkeys(_SEARCHING, _ALL),
    Operation.READ_PATENT: {
        **dict.fromkeys(_SEARCHING, _ALL),
        _R.DEPARTMENT: _INSTITUTIONS,
        _R.COLLEGE: _OWN,
        _R.EXPERT: _ASSIGNED,
        _R.SERVICE: _ASSIGNED,
    },
    Operation.READ_HISTORY: _OF_PATENTS,
    Operation.READ_CONTACTS: _OF_PATENTS,
    Operation.MATCH_PATENT: _OF_PATENTS,
    Operation.READ_NEED: {_R.BUREAU: _ALL, _R.CITY: _REGION, _R.ENTERPRISE: _OWN},
    Operation.WRITE_NEED: {_R.BUREAU: _ALL, _R.CITY: _REGION, _R.ENTERPRISE: _OWN},
    Operation.READ_PUBLIC_NEEDS: dict.fromkeys((_R.BUREAU, _R.CITY, _R.HOLDER, _R.CLIENT), _ALL),
    Operation.CONFIRM: {_R.ENTERPRISE: _OWN},
    Operation.EXPRESS: {_R.ENTERPRISE: _OWN},
    Operation.ANSWER: {_R.HOLDER: _OWN},
    Operation.READ_INTEREST: {_R.BUREAU: _ALL, _R.CITY: _REGION, _R.HOLDER: _OWN, _R.ENTERPRISE: _OWN},
    Operation.HAND_OUT: {_R.HOLDER: _OWN},
    Operation.MAKE_LIST: {
        _R.BUREAU: _ALL,
        _R.CITY: _REGION,
        _R.HOLDER: _OWN,
        _R.ENTERPRISE: _OWN,
        _R.CLIENT: _OWN,
    },
    Operation.READ_EVENTS: {
        _R.BUREAU: _ALL,
        _R.CITY: _OWN,
        _R.HOLDER: _OWN,
        _R.ENTERPRISE: _OWN,
        _R.CLIENT: _OWN,
    },
    Operation.RUN_EVENTS: {Role.BUREAU: _ALL},
    Operation.IMPORT: {_R.BUREAU: _ALL, _R.CITY: _REGION},
    Operation.STATUS: {Role.BUREAU: _ALL, Role.ANALYST: _ALL},
    Operation.REBUILD: {Role.BUREAU: _ALL},
    Operation.MANAGE: {Role.BUREAU: _ALL},
    Operation.INVITE: {_R.BUREAU: _ALL, _R.CITY: _REGION},
    Operation.JOBS: {_R.BUREAU: _ALL, _R.CITY: _OWN, _R.ANALYST: _ALL},
    Operation.WRITE_PATENT: {Role.BUREAU: _ALL, Role.HOLDER: _OWN},
    Operation.READ_ENTERPRISE: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.WRITE_ENTERPRISE: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.READ_OUTCOME: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.WRITE_OUTCOME: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.ASSESS: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN, _R.EXPERT: _ASSIGNED},
    Operation.READ_ASSIGNED: {_R.EXPERT: _ASSIGNED, _R.SERVICE: _ASSIGNED},
    Operation.SERVE: {_R.SERVICE: _ASSIGNED},
    Operation.EXPORT: {Role.BUREAU: _ALL},
    Operation.PROGRESS: {Role.BUREAU: _ALL, Role.ANALYST: _ALL},
    Operation.EVALUATE: {Role.BUREAU: _ALL, Role.ANALYST: _ALL},
}


class NotSignedIn(PermissionDenied):
    """Nobody is signed in, or the key is wrong, revoked or out of date."""

    code = "not_signed_in"


def extent(caller: Caller | None, operation: Operation) -> Extent:
    """How far `caller` (None: nobody) may go."""
    if operation is Operation.PUBLIC:
        return _ALL
    if caller is None:
        return Extent.NOTHING
    granted = PERMISSIONS.get(operation, {}).get(caller.role, Extent.NOTHING)
    if caller.scopes is not None and operation not in caller.scopes:
        return Extent.NOTHING
    return granted


def require(caller: Caller | None, operation: Operation) -> None:
    """Raise NotSignedIn or PermissionDenied where `caller` may not do it to anything at all."""
    if extent(caller, operation) is not Extent.NOTHING:
        return
    if caller is None:
        raise NotSignedIn("请先登录；程序请在 Authorization 中给出有效的密钥。")
    raise PermissionDenied(f"“{caller.role}”没有此项权限。确有需要的，请联系管理员。")


def may_patent(caller: Caller | None, operation: Operation, patent: Patent) -> bool:
    """Whether `caller` may do it to this patent."""
    if caller is None or extent(caller, operation) is _ALL:
        return caller is not None
    match extent(caller, operation):
        case Extent.REGION:
            return _within(caller, patent.region)
        case Extent.INSTITUTIONS:
            return not caller.holders.isdisjoint(patent.holders)
        case Extent.ASSIGNED:
            return patent.id in caller.patents
        case Extent.OWN:
            return _own_patent(caller, patent)
    return False


def _own_patent(caller: Caller, patent: Patent) -> bool:
    if caller.role is Role.COLLEGE:
        holder, college = caller.college
        return bool(college) and holder in patent.holders and college == patent.college
    return caller.role is Role.HOLDER and caller.subject in patent.holders


def may_need(caller: Caller | None, operation: Operation, need: Need) -> bool:
    """Whether `caller` may do it to this need: enterprises to their own, cities to those that state the city."""
    match extent(caller, operation):
        case Extent.ALL:
            return True
        case Extent.REGION:
            return caller is not None and _within(caller, need.region)
        case Extent.OWN:
            own = caller is not None and caller.role is Role.ENTERPRISE and bool(need.enterprise_id)
            return own and caller is not None and caller.subject == need.enterprise_id
    return False


_BESIDE_INDUSTRY_AND_REGION = OF_NEEDS - {Dimension.NEED_INDUSTRY, Dimension.ENTERPRISE_CITY}
"""What a 匿名 need does not show of its enterprise."""


def needs_within(
    caller: Caller, wanted: NeedFilter | None = None, groups: Sequence[Group] = ()
) -> NeedFilter:
    """What `caller` wants, of the needs that are theirs: asked of the store before anything is searched.

    Holders and others whose needs these are not see what confidentiality leaves (`audiences`). Raises PermissionDenied
    where they choose needs by enterprise: which 匿名 needs are left would say whose they are.
    """
    wanted = wanted or NeedFilter()
    by_enterprise = wanted.enterprises or any(
        group.dimension in _BESIDE_INDUSTRY_AND_REGION for group in groups
    )
    if by_enterprise and caller.role not in PERMISSIONS[Operation.READ_NEED]:
        raise PermissionDenied(
            f"“{caller.role}”不能按企业挑选需求，否则会看出匿名需求属于谁。可按地区和产业挑选。"
        )
    if caller.role is Role.ENTERPRISE:
        return replace(wanted, enterprises=(caller.subject,))
    return replace(wanted, within=caller.subject) if caller.role is Role.CITY else wanted


def city_of(caller: Caller, operation: Operation) -> str:
    """The city outside which `caller` may write nothing; empty for those not confined to one. Raises PermissionDenied."""
    require(caller, operation)
    if extent(caller, operation) is not Extent.REGION:
        return ""
    if not caller.subject:
        raise PermissionDenied("账号没有所属地市，不能登记。请联系管理员。")
    return caller.subject


CITY_IMPORTS = ("needs", "enterprises")
"""What a city imports; the rest is the province's."""


def importable(caller: Caller, kind: str) -> str:
    """The city outside which no row of an import may land, as `city_of`; raises PermissionDenied for other kinds of records."""
    city = city_of(caller, Operation.IMPORT)
    if city and kind not in CITY_IMPORTS:
        raise PermissionDenied(f"“{caller.role}”只能导入本市的技术需求和企业。其他数据请交省级主管部门导入。")
    return city


def require_invitation(caller: Caller, role: Role, region: str) -> None:
    """Raise PermissionDenied unless `caller` may invite a `role` at home in `region`: a city its own enterprises."""
    require(caller, Operation.INVITE)
    if extent(caller, Operation.INVITE) is _ALL or (role is Role.ENTERPRISE and _within(caller, region)):
        return
    raise PermissionDenied(f"“{caller.role}”只能邀请所在地区为{caller.subject}的企业。")


def _within(caller: Caller, region: str) -> bool:
    """Whether an address lies in the caller's city; one that states none lies nowhere."""
    return bool(caller.subject) and caller.subject in region


def allowed_patent(caller: Caller, operation: Operation, patent: Patent | None, number: str) -> Patent:
    """The patent, where it is there and `caller` may do it; whether a foreign one is there is told to nobody."""
    require(caller, operation)
    if patent is None or not may_patent(caller, operation, patent):
        raise NotFound(f"没有找到专利“{number}”。可用申请号、专利号或公布公告号查询。")
    return patent


def allowed_need(caller: Caller, operation: Operation, need: Need | None, need_id: str) -> Need:
    """The need, where it is there and `caller` may do it; whether a foreign one is there is told to nobody."""
    require(caller, operation)
    if need is None or not may_need(caller, operation, need):
        raise NotFound(f"没有编号为“{need_id}”的需求。")
    return need


def readable_list(caller: Caller, versions: Sequence[ListVersion], list_id: str = "") -> ListVersion:
    """The version of that id, else the newest, of those that `caller` may see: only the bureau sees unpublished ones."""
    everything = extent(caller, Operation.READ_EVENTS) is _ALL
    seen = [version for version in versions if everything or version.state is ListState.PUBLISHED]
    named = [version for version in seen if list_id in ("", version.id)]
    if not named:
        raise NotFound(f"没有清单“{list_id}”。" if list_id else "这场活动还没有可以查看的清单。")
    return named[-1]
