"""匿名 needs: their enterprises see first what others will see; until they have agreed, the authority alone sees them.

What a bureau imports or registers as 匿名 needs no second word: the form that the enterprise signed says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from api.access.roles import Caller, Role
from api.store.confirmations import Confirmations, asking, confirming, dropping
from matcher.domain import Confidentiality, Enterprise, Need
from matcher.errors import Conflict
from matcher.matches import NeedMatches
from matcher.matchlists.exports.audience import anonymised
from matcher.store.editing import Along

Words = tuple[tuple[str, str], ...]
"""Label and text, in the order of the lists."""


@dataclass(frozen=True, slots=True)
class Held:
    """A need as it is to be stored, and what is noted along with it: with one the other, or neither."""

    need: Need
    along: Along | None = None


def words_outside(need: Need, enterprise: Enterprise | None) -> Words:
    """What lists, pages and programs show of the need to others once it is 匿名, and nothing else."""
    shown = anonymised(NeedMatches(need, enterprise, ()), "匿名-001").need
    return (
        ("需求", shown.title),
        ("企业", shown.enterprise),
        ("所属行业", shown.industry or "未注明"),
        ("所在地区", shown.region or "未注明"),
    )


def held_back(
    confirmations: Confirmations, caller: Caller, need: Need, enterprise: Enterprise | None, at: datetime
) -> Held:
    """The need as it is to be stored: one that its enterprise makes 匿名 waits as 仅主管部门, unless these words are agreed."""
    if need.confidentiality is not Confidentiality.ANONYMOUS:
        return Held(need, dropping(need.id))
    known = confirmations.get(need.id)
    agreed = known is not None and known.confirmed is not None and known.shown == _text(need, enterprise)
    if caller.role is not Role.ENTERPRISE or agreed:
        return Held(need)
    return Held(replace(need, confidentiality=Confidentiality.AUTHORITY_ONLY), asking(need.id, at))


def agreed_to(
    confirmations: Confirmations, caller: Caller, need: Need, enterprise: Enterprise | None, at: datetime
) -> Held:
    """The need as it is to be once its enterprise has agreed to its words; raises Conflict where nothing waits for that."""
    if need.id not in confirmations.waiting():
        raise Conflict("这条需求没有待确认的匿名文字，可能已经确认过。请刷新页面查看。", code="not_waiting")
    after = replace(need, confidentiality=Confidentiality.ANONYMOUS)
    return Held(after, confirming(need.id, _text(after, enterprise), caller.name, at))


def _text(need: Need, enterprise: Enterprise | None) -> str:
    return "\n".join(f"{label}：{text}" for label, text in words_outside(need, enterprise))
