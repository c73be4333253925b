"""The parties that accounts speak for, as the records name them."""

from __future__ import annotations

from api.access.roles import Role, checked_subject
from matcher.errors import InputError
from matcher.store.database import Store
from matcher.store.filters import PatentFilter


def known_subject(store: Store, role: Role, named: str) -> str:
    """The holder's name or the enterprise's id that `named` means; raises InputError where there is none."""
    named = checked_subject(role, named)
    if role is Role.ENTERPRISE:
        enterprise = store.enterprises.find(named)
        if enterprise is None:
            raise InputError(
                f"没有找到企业“{named}”。请先导入企业，或核对名称和统一社会信用代码。", code="no_party"
            )
        return enterprise.id
    if role is Role.HOLDER and not store.patents.ids(PatentFilter(holders=(named,))):
        raise InputError(f"没有专利权人为“{named}”的专利。请核对全称，或先导入其专利。", code="no_party")
    return named
