"""Keeps a need's confidentiality: what one audience may see of a list, before anything is worded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from matcher.domain import Confidentiality, Encumbrance, EncumbranceKind, Need
from matcher.errors import NotFound
from matcher.matches import Grade, Match, MatchList, NeedMatches
from matcher.matchlists.exports.presets import Preset, Recipient, Sheet

ANONYMOUS_NAME = "匿名企业"
_OF_THE_PATENT = frozenset({"right_in_force"})
"""Gates whose reasons say nothing of the need or its enterprise."""
_NO_LICENCE = frozenset({EncumbranceKind.PLEDGE, EncumbranceKind.PRESERVATION})
_ASK = "可向主管部门了解"


@dataclass(frozen=True, slots=True)
class VisibleNeed:
    """A need as an audience sees it; `alias` is the number under which a 匿名 need is shown outside."""

    matches: NeedMatches
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Visible:
    """What is left of a list, in the list's order; `withheld` counts the needs left out (never printed)."""

    needs: tuple[VisibleNeed, ...]
    withheld: int = 0


def visible(match_list: MatchList, preset: Preset, recipient: str = "") -> Visible:
    """`match_list` as the readers of `preset` may see it.

    `recipient` narrows 企业版 to one enterprise (id or name; its own needs are shown in full) and 高校版 to
    the patents of one holder. A list of a single enterprise is taken to be for that enterprise. Raises
    NotFound for an enterprise that is not in the list.
    """
    if preset.recipient is Recipient.ENTERPRISE:
        if recipient and not any(recipient in _names(item) for item in match_list.needs):
            raise NotFound(f"清单中没有企业“{recipient}”的需求。请核对企业名称或统一社会信用代码。")
        recipient = recipient or _only_enterprise(match_list)
    needs: list[VisibleNeed] = []
    anonymous = 0
    for item in match_list.needs:
        alias = ""
        if item.need.confidentiality is Confidentiality.ANONYMOUS:
            anonymous += 1
            alias = f"匿名-{anonymous:03d}"
        shown = _for_reader(item, preset, recipient, alias)
        if shown is not None:
            needs.append(VisibleNeed(shown, alias))
    return Visible(tuple(needs), len(match_list.needs) - len(needs))


def _for_reader(item: NeedMatches, preset: Preset, recipient: str, alias: str) -> NeedMatches | None:
    if preset.internal:
        return item
    own = False
    if preset.recipient is Recipient.ENTERPRISE and recipient:
        own = recipient in _names(item)
        if not own:
            return None
    if not own and item.need.confidentiality is Confidentiality.AUTHORITY_ONLY:
        return None
    matches = tuple(match for match in item.matches if match.grade is not Grade.NOT_RECOMMENDED)
    excluded = item.excluded if Sheet.EXCLUDED in preset.sheets else ()
    if preset.recipient is Recipient.HOLDER and recipient:
        others = bool(matches)
        matches = tuple(match for match in matches if recipient in match.patent.holders)
        if others and not matches:
            return None
    if preset.recipient is Recipient.NOBODY:
        # What became of a match is between the two parties; the count alone lets a returned form be checked.
        matches = tuple(replace(match, state=_count(match.state)) for match in matches)
    item = replace(item, matches=matches, excluded=excluded)
    return item if own or not alias else anonymised(item, alias)


def _names(item: NeedMatches) -> frozenset[str]:
    names = {item.need.enterprise_id, item.need.enterprise}
    if item.enterprise is not None:
        names |= {item.enterprise.id, item.enterprise.name, item.enterprise.credit_code}
    return frozenset(names - {""})


def _only_enterprise(match_list: MatchList) -> str:
    """A name that every need of the list shares, or nothing."""
    shared: frozenset[str] | None = None
    for item in match_list.needs:
        shared = _names(item) if shared is None else shared & _names(item)
    return min(shared, default="") if shared else ""


def anonymised(item: NeedMatches, alias: str) -> NeedMatches:
    """Only industry and region are left of the need; reasons keep their kind, not their quotations.

    Near misses go: 自有专利 among the reasons would name the enterprise.
    """
    enterprise = item.enterprise
    industry = item.need.industry or (enterprise.industry if enterprise else "")
    need = Need(
        id=alias,
        title=f"匿名需求（所属行业：{industry or '未注明'}）",
        enterprise=ANONYMOUS_NAME,
        industry=industry,
        region=item.need.region or (enterprise.region if enterprise else ""),
        confidentiality=Confidentiality.ANONYMOUS,
    )
    return NeedMatches(
        need=need,
        enterprise=None,
        matches=tuple(_without_quotations(match, need) for match in item.matches),
    )


def _without_quotations(match: Match, need: Need) -> Match:
    """Nor is any licensee of the patent named: it may be the enterprise itself."""
    patent = match.patent
    parties = [item.party for item in patent.encumbrances if item.party and item.kind not in _NO_LICENCE]
    return replace(
        match,
        need=need,
        patent=replace(patent, encumbrances=tuple(_unparted(item) for item in patent.encumbrances)),
        availability=tuple(
            replace(item, consent_of=_unnamed(item.consent_of, parties)) for item in match.availability
        ),
        contributions=tuple(
            replace(part, reason=f"{part.label}：{_degree(part.value)}") for part in match.contributions
        ),
        gates=tuple(
            gate if gate.gate in _OF_THE_PATENT else replace(gate, reason=_ASK) for gate in match.gates
        ),
        missing=(),
    )


def _unparted(item: Encumbrance) -> Encumbrance:
    return item if item.kind in _NO_LICENCE else replace(item, party="")


def _unnamed(text: str, names: list[str]) -> str:
    """A text without these names and the brackets that held them."""
    for name in names:
        text = text.replace(name, "")
    return re.sub("（、*）", "", text)


def _count(state: str) -> str:
    """第2次 of 已签约（第2次）."""
    return state.rpartition("（")[2].rstrip("）")


def _degree(value: float) -> str:
    return "高" if value >= 2 / 3 else "中" if value >= 1 / 3 else "低"
