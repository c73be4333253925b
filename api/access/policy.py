"""The one table of permissions; what does not stand here is refused."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from api.access.roles import Caller, Role
from matcher.domain import Need, Patent
from matcher.errors import NotFound, PermissionDenied
from matcher.events import ListState, ListVersion


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
    MAKE_LIST = "lists:make"
    READ_EVENTS = "events:read"
    """Events and their lists; drafts are the bureau's alone."""
    RUN_EVENTS = "events:write"
    IMPORT = "imports:write"
    STATUS = "status:read"
    REBUILD = "index:write"
    MANAGE = "accounts:write"
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
    EXPORT = "exports:write"
    PROGRESS = "progress:read"
    EVALUATE = "evaluations:write"


class Extent(StrEnum):
    """How far a permission reaches."""

    NOTHING = "nothing"
    OWN = "own"
    ALL = "all"


_OWN, _ALL = Extent.OWN, Extent.ALL
PERMISSIONS: dict[Operation, dict[Role, Extent]] = {
    Operation.ACCOUNT: dict.fromkeys(Role, _ALL),
    Operation.SEARCH: dict.fromkeys(Role, _ALL),
    Operation.READ_PATENT: dict.fromkeys(Role, _ALL),
    Operation.READ_HISTORY: {Role.BUREAU: _ALL, Role.HOLDER: _OWN},
    Operation.READ_CONTACTS: {Role.BUREAU: _ALL, Role.HOLDER: _OWN},
    Operation.MATCH_PATENT: {Role.BUREAU: _ALL, Role.HOLDER: _OWN},
    Operation.READ_NEED: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.WRITE_NEED: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.MAKE_LIST: {Role.BUREAU: _ALL, Role.HOLDER: _OWN, Role.ENTERPRISE: _OWN},
    Operation.READ_EVENTS: {Role.BUREAU: _ALL, Role.HOLDER: _OWN, Role.ENTERPRISE: _OWN},
    Operation.RUN_EVENTS: {Role.BUREAU: _ALL},
    Operation.IMPORT: {Role.BUREAU: _ALL},
    Operation.STATUS: {Role.BUREAU: _ALL, Role.ANALYST: _ALL},
    Operation.REBUILD: {Role.BUREAU: _ALL},
    Operation.MANAGE: {Role.BUREAU: _ALL},
    Operation.JOBS: {Role.BUREAU: _ALL, Role.ANALYST: _ALL},
    Operation.WRITE_PATENT: {Role.BUREAU: _ALL, Role.HOLDER: _OWN},
    Operation.READ_ENTERPRISE: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.WRITE_ENTERPRISE: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.READ_OUTCOME: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.WRITE_OUTCOME: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
    Operation.ASSESS: {Role.BUREAU: _ALL, Role.ENTERPRISE: _OWN},
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
    """Whether `caller` may do it to this patent: holders to their own."""
    reach = extent(caller, operation)
    own = caller is not None and caller.role is Role.HOLDER and caller.subject in patent.holders
    return reach is _ALL or (reach is _OWN and own)


def may_need(caller: Caller | None, operation: Operation, need: Need) -> bool:
    """Whether `caller` may do it to this need: enterprises to their own."""
    reach = extent(caller, operation)
    own = (
        caller is not None
        and caller.role is Role.ENTERPRISE
        and bool(need.enterprise_id)
        and caller.subject == need.enterprise_id
    )
    return reach is _ALL or (reach is _OWN and own)


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
