"""The roles, and somebody who has one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from matcher.errors import InputError

COLLEGE_OF = "／"
"""Between a holder's name and its college's."""


class Role(StrEnum):
    """角色; how far each reaches stands in `policy`."""

    BUREAU = "省级主管部门"
    CITY = "市级主管部门"
    DEPARTMENT = "省直主管部门"
    HOLDER = "专利权人"
    COLLEGE = "学院"
    ENTERPRISE = "企业"
    EXPERT = "专家"
    SERVICE = "服务机构"
    ANALYST = "分析员"
    CLIENT = "平台接口客户"


SUBJECTS = {
    Role.CITY: "地市全称（如“云州市”）",
    Role.DEPARTMENT: "部门名称（权利人记录中的主管部门）",
    Role.HOLDER: "专利权人名称",
    Role.COLLEGE: "“专利权人／学院”",
    Role.ENTERPRISE: "企业名称或统一社会信用代码",
    Role.EXPERT: "专家姓名或编号",
    Role.SERVICE: "服务机构名称或编号",
}
"""Roles that speak for one party, and what names it."""
PROGRAMS = (Role.BUREAU, Role.HOLDER, Role.ENTERPRISE, Role.ANALYST, Role.CLIENT)
"""Roles that keys of programs may have."""
PEOPLE = tuple(role for role in Role if role is not Role.CLIENT)
"""Roles that accounts may have."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; `subject` is the party's id as `parties` gives it. `scopes` None: all that the role may do."""

    name: str
    role: Role
    subject: str = ""
    scopes: frozenset[str] | None = None
    account_id: int | None = None
    """None: a program with a key."""
    csrf: str = ""
    holders: frozenset[str] = frozenset()
    """省直主管部门: the institutions whose department it is."""
    patents: frozenset[str] = frozenset()
    """专家, 服务机构: the patents given to it."""

    @property
    def college(self) -> tuple[str, str]:
        """学院: the holder and its college."""
        holder, _, college = self.subject.partition(COLLEGE_OF)
        return holder, college

    @property
    def actor(self) -> str:
        """As the audit log names them; of cities there are many, whose people may bear one name."""
        city = f"（{self.subject}）" if self.role is Role.CITY else ""
        return f"{self.role}{city}：{self.name}"


def role_named(name: str) -> Role:
    """The role of that name; raises InputError with the names there are."""
    try:
        return Role(name)
    except ValueError as error:
        raise InputError(f"没有名为“{name}”的角色。可选：{'、'.join(Role)}。", code="unknown_role") from error


def checked_name(name: str) -> str:
    """A person's name or a program's purpose as kept; raises InputError."""
    if not 1 <= len(name.strip()) <= 100:
        raise InputError("请填写姓名或用途（100 字以内）。", code="bad_name")
    return name.strip()


def checked_subject(role: Role, subject: str) -> str:
    """The party that a role speaks for, as kept; raises InputError where it needs one, or takes none."""
    wanted = SUBJECTS.get(role)
    subject = subject.strip()
    if wanted and not subject:
        raise InputError(f"“{role}”须填写{wanted}。", code="no_subject")
    if subject and not wanted:
        raise InputError(f"“{role}”不针对某一单位，请勿填写。", code="no_subject")
    return subject
