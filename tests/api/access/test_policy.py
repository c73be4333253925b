"""The table of permissions, cell by cell; what is not in it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.access.audiences import of_lists, of_search
from api.access.policy import (
    Extent,
    NotSignedIn,
    Operation,
    allowed_need,
    allowed_patent,
    extent,
    may_need,
    may_patent,
    require,
)
from api.access.roles import Caller, Role
from matcher.domain import Need, Patent
from matcher.errors import NotFound, PermissionDenied

ALL, OWN, NO = Extent.ALL, Extent.OWN, Extent.NOTHING
CALLERS = {
    Role.BUREAU: Caller("局", Role.BUREAU),
    Role.HOLDER: Caller("校", Role.HOLDER, "河东大学"),
    Role.ENTERPRISE: Caller("企", Role.ENTERPRISE, "E1"),
    Role.ANALYST: Caller("析", Role.ANALYST),
}
TABLE = {
    # operation: bureau, holder, enterprise, analyst, nobody
    Operation.PUBLIC: (ALL, ALL, ALL, ALL, ALL),
    Operation.ACCOUNT: (ALL, ALL, ALL, ALL, NO),
    Operation.SEARCH: (ALL, ALL, ALL, ALL, NO),
    Operation.READ_PATENT: (ALL, ALL, ALL, ALL, NO),
    Operation.READ_HISTORY: (ALL, OWN, NO, NO, NO),
    Operation.READ_CONTACTS: (ALL, OWN, NO, NO, NO),
    Operation.MATCH_PATENT: (ALL, OWN, NO, NO, NO),
    Operation.READ_NEED: (ALL, NO, OWN, NO, NO),
    Operation.WRITE_NEED: (ALL, NO, OWN, NO, NO),
    Operation.MAKE_LIST: (ALL, OWN, OWN, NO, NO),
    Operation.READ_EVENTS: (ALL, OWN, OWN, NO, NO),
    Operation.RUN_EVENTS: (ALL, NO, NO, NO, NO),
    Operation.IMPORT: (ALL, NO, NO, NO, NO),
    Operation.STATUS: (ALL, NO, NO, ALL, NO),
    Operation.REBUILD: (ALL, NO, NO, NO, NO),
    Operation.MANAGE: (ALL, NO, NO, NO, NO),
    Operation.JOBS: (ALL, NO, NO, ALL, NO),
    Operation.WRITE_PATENT: (ALL, OWN, NO, NO, NO),
    Operation.READ_ENTERPRISE: (ALL, NO, OWN, NO, NO),
    Operation.WRITE_ENTERPRISE: (ALL, NO, OWN, NO, NO),
    Operation.READ_OUTCOME: (ALL, NO, OWN, NO, NO),
    Operation.WRITE_OUTCOME: (ALL, NO, OWN, NO, NO),
    Operation.ASSESS: (ALL, NO, OWN, NO, NO),
    Operation.EXPORT: (ALL, NO, NO, NO, NO),
    Operation.PROGRESS: (ALL, NO, NO, ALL, NO),
    Operation.EVALUATE: (ALL, NO, NO, ALL, NO),
}


def test_every_cell() -> None:
    found = {
        operation: tuple(extent(caller, operation) for caller in [*CALLERS.values(), None])
        for operation in Operation
    }
    assert found == TABLE


def test_a_key_does_no_more_than_its_scopes_and_its_role() -> None:
    key = replace(CALLERS[Role.ENTERPRISE], scopes=frozenset({"search", "accounts:write"}))
    granted = {operation for operation in Operation if extent(key, operation) is not NO}
    assert granted == {Operation.PUBLIC, Operation.SEARCH}


def test_nobody_is_asked_to_sign_in_and_others_are_told_no() -> None:
    with pytest.raises(NotSignedIn, match="请先登录"):
        require(None, Operation.SEARCH)
    with pytest.raises(PermissionDenied, match="“企业”没有此项权限") as refused:
        require(CALLERS[Role.ENTERPRISE], Operation.IMPORT)
    assert not isinstance(refused.value, NotSignedIn)


def test_own_and_foreign_patents() -> None:
    own, foreign = (
        Patent("P1", "膜", holders=("甲公司", "河东大学")),
        Patent("P2", "膜", holders=("河东大学附属医院",)),
    )
    holder = CALLERS[Role.HOLDER]
    for operation in (Operation.MATCH_PATENT, Operation.READ_HISTORY, Operation.READ_CONTACTS):
        assert [may_patent(holder, operation, patent) for patent in (own, foreign)] == [True, False]
        assert not may_patent(CALLERS[Role.ENTERPRISE], operation, own)
        assert not may_patent(None, operation, own)
    with pytest.raises(NotFound, match="没有找到专利“P2”"):
        allowed_patent(holder, Operation.MATCH_PATENT, foreign, "P2")
    with pytest.raises(NotFound, match="没有找到专利“P3”"):
        allowed_patent(holder, Operation.MATCH_PATENT, None, "P3")


def test_own_and_foreign_needs() -> None:
    own, foreign, nameless = (
        Need("N1", "膜", enterprise_id="E1"),
        Need("N2", "膜", enterprise_id="E2"),
        Need("N3", "膜"),
    )
    enterprise = CALLERS[Role.ENTERPRISE]
    found = [may_need(enterprise, Operation.READ_NEED, need) for need in (own, foreign, nameless)]
    assert found == [True, False, False]
    # An account without a subject owns nothing, not what has no owner.
    assert not may_need(replace(enterprise, subject=""), Operation.READ_NEED, nameless)
    with pytest.raises(NotFound, match="没有编号为“N2”的需求"):
        allowed_need(enterprise, Operation.READ_NEED, foreign, "N2")


def test_versions_and_contacts_by_role() -> None:
    lists = {role: of_lists(caller) for role, caller in CALLERS.items()}
    assert {role: (found.preset.name, found.recipient) for role, found in lists.items()} == {
        Role.BUREAU: ("内部版", ""),
        Role.HOLDER: ("高校版", "河东大学"),
        Role.ENTERPRISE: ("企业版", "E1"),
        Role.ANALYST: ("对外版", ""),
    }
    searches = {role: of_search(caller).preset for role, caller in CALLERS.items()}
    assert {role: preset.name for role, preset in searches.items()} == {
        Role.BUREAU: "内部版",
        Role.HOLDER: "对外版",
        Role.ENTERPRISE: "企业版",
        Role.ANALYST: "对外版",
    }
    shown = {role: "权利人联系部门" not in preset.omitted for role, preset in searches.items()}
    assert shown == {Role.BUREAU: True, Role.HOLDER: False, Role.ENTERPRISE: False, Role.ANALYST: False}
    assert "权利人联系部门" not in lists[Role.HOLDER].preset.omitted
    key = replace(CALLERS[Role.BUREAU], scopes=frozenset({"search"}))
    assert "权利人联系部门" in of_search(key).preset.omitted


def test_only_the_bureau_chooses_versions() -> None:
    assert of_lists(CALLERS[Role.BUREAU], "高校版", "河东大学").recipient == "河东大学"
    for preset, recipient in (("内部版", ""), ("企业版", "E2"), ("", "E2")):
        with pytest.raises(PermissionDenied, match="“企业”只能查看本单位的企业版"):
            of_lists(CALLERS[Role.ENTERPRISE], preset, recipient)
    assert of_lists(CALLERS[Role.ENTERPRISE], "企业版", "E1").recipient == "E1"
