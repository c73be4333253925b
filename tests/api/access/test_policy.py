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
    require_invitation,
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
OTHERS = {
    Role.CITY: Caller("市", Role.CITY, "云州市"),
    Role.DEPARTMENT: Caller("厅", Role.DEPARTMENT, "省教育厅", holders=frozenset({"河东大学"})),
    Role.COLLEGE: Caller("院", Role.COLLEGE, "河东大学／化工学院"),
    Role.EXPERT: Caller("专", Role.EXPERT, "孙工", patents=frozenset({"P1"})),
    Role.SERVICE: Caller("行", Role.SERVICE, "银行", patents=frozenset({"P1"})),
    Role.CLIENT: Caller("台", Role.CLIENT),
}
REGION, INSTITUTIONS, ASSIGNED = Extent.REGION, Extent.INSTITUTIONS, Extent.ASSIGNED
TABLE = {
    # operation: bureau, holder, enterprise, analyst, nobody;
    # city, department, college, expert, service institution, client: nothing where a row ends before them
    Operation.PUBLIC: (ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL),
    Operation.ACCOUNT: (ALL, ALL, ALL, ALL, NO, ALL, ALL, ALL, ALL, ALL, ALL),
    Operation.SEARCH: (ALL, ALL, ALL, ALL, NO, ALL, NO, NO, NO, NO, ALL),
    Operation.READ_PATENT: (ALL, ALL, ALL, ALL, NO, ALL, INSTITUTIONS, OWN, ASSIGNED, ASSIGNED, ALL),
    Operation.READ_HISTORY: (ALL, OWN, NO, NO, NO, REGION, INSTITUTIONS, OWN),
    Operation.READ_CONTACTS: (ALL, OWN, NO, NO, NO, REGION, INSTITUTIONS, OWN),
    Operation.MATCH_PATENT: (ALL, OWN, NO, NO, NO, REGION, INSTITUTIONS, OWN),
    Operation.READ_NEED: (ALL, NO, OWN, NO, NO, REGION),
    Operation.WRITE_NEED: (ALL, NO, OWN, NO, NO, REGION),
    Operation.READ_PUBLIC_NEEDS: (ALL, ALL, NO, NO, NO, ALL, NO, NO, NO, NO, ALL),
    Operation.MAKE_LIST: (ALL, OWN, OWN, NO, NO, REGION, NO, NO, NO, NO, OWN),
    Operation.READ_EVENTS: (ALL, OWN, OWN, NO, NO, OWN, NO, NO, NO, NO, OWN),
    Operation.RUN_EVENTS: (ALL, NO, NO, NO, NO),
    Operation.IMPORT: (ALL, NO, NO, NO, NO, REGION),
    Operation.STATUS: (ALL, NO, NO, ALL, NO),
    Operation.REBUILD: (ALL, NO, NO, NO, NO),
    Operation.MANAGE: (ALL, NO, NO, NO, NO),
    Operation.READ_ASSIGNED: (NO, NO, NO, NO, NO, NO, NO, NO, ASSIGNED, ASSIGNED),
    Operation.INVITE: (ALL, NO, NO, NO, NO, REGION),
    Operation.HAND_OUT: (NO, OWN, NO, NO, NO),
    Operation.CONFIRM: (NO, NO, OWN, NO, NO),
    Operation.EXPRESS: (NO, NO, OWN, NO, NO),
    Operation.ANSWER: (NO, OWN, NO, NO, NO),
    Operation.READ_INTEREST: (ALL, OWN, OWN, NO, NO, REGION),
    Operation.JOBS: (ALL, NO, NO, ALL, NO, OWN),
    Operation.WRITE_PATENT: (ALL, OWN, NO, NO, NO),
    Operation.READ_ENTERPRISE: (ALL, NO, OWN, NO, NO),
    Operation.WRITE_ENTERPRISE: (ALL, NO, OWN, NO, NO),
    Operation.READ_OUTCOME: (ALL, NO, OWN, NO, NO),
    Operation.WRITE_OUTCOME: (ALL, NO, OWN, NO, NO),
    Operation.ASSESS: (ALL, NO, OWN, NO, NO, NO, NO, NO, ASSIGNED),
    Operation.SERVE: (NO, NO, NO, NO, NO, NO, NO, NO, NO, ASSIGNED),
    Operation.EXPORT: (ALL, NO, NO, NO, NO),
    Operation.PROGRESS: (ALL, NO, NO, ALL, NO),
    Operation.EVALUATE: (ALL, NO, NO, ALL, NO),
}


def test_every_cell() -> None:
    callers = [*CALLERS.values(), None, *OTHERS.values()]
    found = {operation: tuple(extent(caller, operation) for caller in callers) for operation in Operation}
    assert found == {operation: (*row, *[NO] * (len(callers) - len(row))) for operation, row in TABLE.items()}


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


def test_patents_within_the_reach_of_each_role() -> None:
    own = Patent("P1", "膜", holders=("河东大学",), college="化工学院", region="河东省云州市")
    foreign = (
        Patent("P2", "膜", holders=("河东大学",), college="机械学院", region="河东省临川市"),
        Patent("P3", "膜", holders=("云州理工学院",), college="化工学院"),
    )
    reaching = {
        role: [may_patent(caller, Operation.READ_PATENT, patent) for patent in (own, *foreign)]
        for role, caller in OTHERS.items()
    }
    assert reaching == {
        Role.CITY: [True, True, True],
        Role.DEPARTMENT: [True, True, False],
        Role.COLLEGE: [True, False, False],
        Role.EXPERT: [True, False, False],
        Role.SERVICE: [True, False, False],
        Role.CLIENT: [True, True, True],
    }
    city = OTHERS[Role.CITY]
    assert [may_patent(city, Operation.READ_CONTACTS, patent) for patent in (own, *foreign)] == [
        True,
        False,
        False,
    ]
    nowhere = replace(city, subject="")
    assert not may_patent(nowhere, Operation.READ_CONTACTS, foreign[1])
    assert not may_need(nowhere, Operation.READ_NEED, Need("N1", "膜"))


def test_a_city_invites_its_own_enterprises_only() -> None:
    city = OTHERS[Role.CITY]
    require_invitation(city, Role.ENTERPRISE, "河东省云州市")
    for role, region in (
        (Role.ENTERPRISE, "河东省临川市"),
        (Role.ENTERPRISE, ""),
        (Role.HOLDER, "河东省云州市"),
    ):
        with pytest.raises(PermissionDenied, match="“市级主管部门”只能邀请所在地区为云州市的企业"):
            require_invitation(city, role, region)
    require_invitation(CALLERS[Role.BUREAU], Role.CITY, "")


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
