"""What may be asked for when a key is made: the same checks for the page and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from api.access.policy import PERMISSIONS, Operation
from api.access.roles import PROGRAMS, checked_name, checked_subject, role_named
from api.store.keys import Key
from matcher.errors import InputError

SCOPES = {
    Operation.SEARCH: "检索专利",
    Operation.READ_NEED: "查看需求及其对接结果",
    Operation.MATCH_PATENT: "查看专利适合的企业",
    Operation.MAKE_LIST: "编制对接清单",
    Operation.READ_EVENTS: "查看活动及其清单",
    Operation.READ_CONTACTS: "查看联系部门",
    Operation.READ_PATENT: "查看专利、可转化专利的变动",
    Operation.WRITE_PATENT: "登记和修改专利",
    Operation.READ_HISTORY: "查看企业评价",
    Operation.READ_PUBLIC_NEEDS: "查看公开需求的变动",
    Operation.WRITE_NEED: "登记、修改和撤回需求",
    Operation.READ_ENTERPRISE: "查看企业",
    Operation.WRITE_ENTERPRISE: "登记和修改企业",
    Operation.RUN_EVENTS: "办理活动和清单",
    Operation.READ_OUTCOME: "查看对接结果",
    Operation.WRITE_OUTCOME: "登记对接结果",
    Operation.ASSESS: "提交企业评价",
    Operation.READ_INTEREST: "查看意向",
    Operation.EXPRESS: "提出和撤回意向",
    Operation.ANSWER: "答复意向",
    Operation.IMPORT: "导入文件",
    Operation.JOBS: "查看和停止后台任务",
    Operation.EXPORT: "编制上报文件",
    Operation.PROGRESS: "查看进展",
    Operation.EVALUATE: "运行评估",
    Operation.REBUILD: "重建索引",
}
"""What programs can be let do: what the interface offers, and what people call it."""


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A key as asked for, nothing checked yet."""

    name: str
    role: str
    scopes: tuple[str, ...]
    subject: str = ""
    days: int = 90

    def key(self, secret: str, at: datetime) -> Key:
        """The key with the hash of its secret; raises InputError."""
        role = role_named(self.role)
        if role not in PROGRAMS:
            raise InputError(f"“{role}”不发密钥。可选：{'、'.join(PROGRAMS)}。", code="bad_role")
        known = {str(scope) for scope in SCOPES if role in PERMISSIONS[scope]}
        if not self.scopes or not set(self.scopes) <= known:
            names = "、".join(sorted(known))
            raise InputError(f"“{role}”的密钥可用的权限范围：{names}；至少选一项。", code="bad_scope")
        if not 1 <= self.days <= 366:
            raise InputError("密钥的有效天数应为 1 至 366。", code="bad_days")
        subject = checked_subject(role, self.subject)
        scopes = " ".join(sorted(set(self.scopes)))
        return Key(
            token_hex(6),
            secret,
            checked_name(self.name),
            role,
            subject,
            scopes,
            at,
            at + timedelta(self.days),
        )
