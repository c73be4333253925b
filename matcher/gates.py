"""硬性条件: what keeps a patent out of a list, each answered 满足, 不满足 or 待核实, with its reason."""

from __future__ import annotations

from matcher.availability import outlives_term
from matcher.domain import IN_FORCE, LegalStatus, Need, Patent
from matcher.matches import Availability, Feasibility, GateResult, Verdict
from matcher.signals.contract import Context
from matcher.signals.willingness import acceptable, accepted_modes, offered

_BRACKETS = str.maketrans("（）", "()")


def gates(need: Need, patent: Patent, context: Context) -> tuple[GateResult, ...]:
    """All gates that apply to this pair; a violated one excludes, an unknown one is marked."""
    found = (
        right_in_force(patent, context),
        obtainable(need, patent, context),
        not_own(need, patent, context),
    )
    return tuple(result for result in found if result is not None)


def violated(need: Need, patent: Patent, context: Context) -> bool:
    """Whether any gate excludes this pair: what `gates` would say, without a word."""
    facts = context.facts(patent)
    if facts.lapsed:
        return True
    if facts.availability:
        items = acceptable(facts.availability, accepted_modes(need, context.enterprise(need)))
        if all(item.feasibility is Feasibility.IMPOSSIBLE for item in items):
            return True
    names = _own_names(need, context)
    return bool(names) and any(_key(holder) in names for holder in patent.holders)


def right_in_force(patent: Patent, context: Context) -> GateResult:
    """权利有效: whether the right stands on the day."""

    def answer(verdict: Verdict, reason: str) -> GateResult:
        return GateResult("right_in_force", "权利有效", verdict, reason)

    facts = context.facts(patent)
    status, end = patent.status, facts.expiry
    seen = f"（{patent.status_date.isoformat()} 核验）" if patent.status_date else "（核验日期不详）"
    if facts.lapsed:
        if end is not None and end <= context.as_of and (status is None or status in IN_FORCE):
            return answer(Verdict.VIOLATED, f"{patent.type}保护期已于 {end.isoformat()} 届满")
        return answer(Verdict.VIOLATED, f"法律状态为{status}{seen}")
    if end is not None and end <= context.as_of and outlives_term(patent):
        return answer(
            Verdict.UNKNOWN,
            f"按申请日推算已于 {end.isoformat()} 届满，登记状态为{status}{seen}，是否有期限补偿",
        )
    if status is LegalStatus.PENDING:
        return answer(Verdict.UNKNOWN, f"尚在申请中，未授权{seen}")
    if status is None:
        if patent.granted is None and patent.publication_number.endswith("A"):
            return answer(Verdict.UNKNOWN, "所据为申请公布文本，是否授权不详")
        return answer(Verdict.UNKNOWN, "法律状态不详")
    return answer(Verdict.SATISFIED, f"法律状态为{status}{seen}")


def obtainable(need: Need, patent: Patent, context: Context) -> GateResult:
    """可得性: violated only where every mode that the enterprise accepts is barred."""

    def answer(verdict: Verdict, reason: str) -> GateResult:
        return GateResult("obtainable", "可得性", verdict, reason)

    facts = context.facts(patent)
    if not facts.availability:
        return answer(Verdict.UNKNOWN, "法律状态不详，可行的转化方式待核实")
    accepted = accepted_modes(need, context.enterprise(need))
    items = acceptable(facts.availability, accepted)
    usable = [item for item in items if item.feasibility is not Feasibility.IMPOSSIBLE]
    if not usable:
        return answer(Verdict.VIOLATED, _barred(items))
    on_offer = [
        item for item in usable if offered(patent, item.mode, facts.declared_open) is Verdict.SATISFIED
    ]
    if on_offer:
        return answer(Verdict.SATISFIED, _ways(on_offer))
    if patent.modes:
        stated = "、".join(patent.modes)
        return answer(Verdict.UNKNOWN, f"权利人表明的方式为{stated}，是否接受{_names(usable)}")
    return answer(Verdict.UNKNOWN, "权利人未表明转化意愿")


def not_own(need: Need, patent: Patent, context: Context) -> GateResult | None:
    """自有专利: violated where the enterprise itself is a holder; no gate where no enterprise is named."""
    names = _own_names(need, context)
    if not names:
        return None
    label, gate = "非自有专利", "not_own"
    if not patent.holders:
        return GateResult(gate, label, Verdict.UNKNOWN, "专利权人不详")
    if any(_key(holder) in names for holder in patent.holders):
        return GateResult(gate, label, Verdict.VIOLATED, "本企业自有专利")
    return GateResult(gate, label, Verdict.SATISFIED, f"专利权人为{'、'.join(patent.holders)}")


def _own_names(need: Need, context: Context) -> set[str]:
    enterprise = context.enterprise(need)
    return {_key(name) for name in (need.enterprise, enterprise.name if enterprise else "") if name.strip()}


def _key(name: str) -> str:
    return "".join(name.split()).translate(_BRACKETS)


def _names(items: list[Availability]) -> str:
    return "、".join(item.mode for item in items)


def _ways(items: list[Availability]) -> str:
    """Free modes, then those that need consent, by whose it is."""
    free = [item for item in items if item.feasibility is Feasibility.FEASIBLE]
    parts = [f"可{_names(free)}"] if free else []
    for who in dict.fromkeys(item.consent_of for item in items if item not in free):
        parts.append(f"需征得{who}同意：{_names([item for item in items if item.consent_of == who])}")
    return "；".join(parts)


def _barred(items: tuple[Availability, ...]) -> str:
    reasons: dict[str, list[Availability]] = {}
    for item in items:
        reasons.setdefault(f"{item.reason}（{item.basis}）", []).append(item)
    return "；".join(f"{_names(group)}不可行：{why}" for why, group in reasons.items())
