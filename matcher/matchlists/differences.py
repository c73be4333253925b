"""差异清单: what a new list has that an older one had not, what it has no more and why, and which grades moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from matcher.events import Pair, Rules
from matcher.matches import Match, MatchList
from matcher.matchlists.exports.wording import exclusion_text


class Kind(StrEnum):
    """What happened to a line."""

    ADDED = "新增"
    REMOVED = "移除"
    GRADE = "等级变化"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that differs; `match` is the newer one where there is one."""

    kind: Kind
    match: Match
    reason: str
    grade_before: str = ""
    grade_after: str = ""


def differences(
    old: MatchList, new: MatchList, rules: Rules | None = None, pool: MatchList | None = None
) -> tuple[Difference, ...]:
    """The differences by need and patent; `pool` are the candidates that the new list was chosen from.

    Why a line is gone is read from the pool: kept out by a gate, below the floor, barred, or passed over for better
    ones. Without a pool only what the new list itself shows can be said.
    """
    before, after = _by_pair(old), _by_pair(new)
    found: list[Difference] = []
    for pair in sorted(before.keys() | after.keys()):
        if pair not in before:
            found.append(Difference(Kind.ADDED, after[pair], "此前的清单没有这一对", "", after[pair].grade))
        elif pair not in after:
            was = before[pair]
            reason = _why_gone(pair, new, rules or Rules(), pool)
            found.append(Difference(Kind.REMOVED, was, reason, was.grade))
        elif before[pair].grade is not after[pair].grade:
            was, now = before[pair], after[pair]
            found.append(Difference(Kind.GRADE, now, _why_moved(was, now), was.grade, now.grade))
    return tuple(found)


def only_new(new: MatchList, old: MatchList) -> MatchList:
    """The new list without the pairs that the old one showed; needs with nothing new are left out."""
    known = _by_pair(old).keys()
    needs = []
    for item in new.needs:
        fresh = tuple(match for match in item.matches if _pair(match) not in known)
        if fresh:
            needs.append(replace(item, matches=fresh))
    return replace(new, needs=tuple(needs))


def _pair(match: Match) -> Pair:
    return Pair(match.need.id, match.patent.id)


def _by_pair(match_list: MatchList) -> Mapping[Pair, Match]:
    return {_pair(match): match for item in match_list.needs for match in item.matches}


def _why_gone(pair: Pair, new: MatchList, rules: Rules, pool: MatchList | None) -> str:
    needs = {item.need.id: item for item in new.needs}
    if pair.need_id not in needs:
        return "需求已不在活动范围内，或已撤回"
    for match in needs[pair.need_id].excluded:
        if match.patent.id == pair.patent_id:
            return f"不满足硬性条件：{exclusion_text(match)}"
    if pair in rules.excluded:
        return "已指定不列入"
    if pool is None:
        return "未列入新清单"
    if pair in _by_pair(pool):
        return "仍达到等级要求，因数量上限或不重复规则让位于总价值更高的组合，或并入同组专利"
    return "已达不到列入等级，或专利已不在活动范围内"


def _why_moved(was: Match, now: Match) -> str:
    """The facts whose part of the score moved most, and those that became known or unknown."""
    parts_before = {part.label: part.weight * part.value for part in was.contributions}
    parts_after = {part.label: part.weight * part.value for part in now.contributions}
    known = [label for label in was.missing if label in parts_after]
    lost = [label for label in now.missing if label in parts_before]
    reasons = [f"新获知{'、'.join(known)}"] if known else []
    reasons += [f"{'、'.join(lost)}现已不明"] if lost else []
    moves = {
        label: parts_after[label] - parts_before[label]
        for label in parts_before.keys() & parts_after.keys()
        if abs(parts_after[label] - parts_before[label]) >= 0.005
    }
    for label in sorted(moves, key=lambda label: (-abs(moves[label]), label))[:2]:
        reasons.append(f"{label}{'上升' if moves[label] > 0 else '下降'}")
    return "；".join(reasons) or "评分或等级阈值的设置有变化"
