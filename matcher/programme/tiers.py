"""分层推广: editable rules over the facts of a patent; every decision carries the facts that made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcher.errors import InputError
from matcher.matches import Verdict
from matcher.programme.rulebook import only, read_table

Value = str | int | tuple[str, ...] | None
"""A fact: a term, a number, or several terms; None is unknown, an empty tuple is known to be nothing."""
FACTS: Mapping[str, str] = {
    "type": "专利类型",
    "prospect": "产业化前景",
    "maturity": "技术成熟度",
    "modes": "转化意愿",
    "implementation": "实施状态",
    "report": "专利权评价报告",
    "favourable": "评价好或较好的企业数",
    "wanting": "需求达到推荐等级的企业数",
    "interested": "有需求或好评的企业数",
    "industries": "重点产业",
    "encumbrances": "权利负担",
    "holders": "权利人数",
}
REST = "常规推广"
"""Where no rule holds."""
_DEMANDS = ("is", "includes", "excludes", "at_least", "at_most", "stated")
_WORDS = {"is": "为", "includes": "含", "excludes": "不含", "at_least": "不小于", "at_most": "不大于"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One demand on one fact; `value` is a number, or the terms of which one counts."""

    fact: str
    demand: str
    value: Any

    def verdict(self, found: Value) -> Verdict:
        """满足, 不满足, or 待核实 where the fact is unknown."""
        if found is None:
            return Verdict.UNKNOWN
        return Verdict.SATISFIED if self._holds(found) else Verdict.VIOLATED

    def _holds(self, found: str | int | tuple[str, ...]) -> bool:
        if self.demand == "stated":
            return bool(found) is bool(self.value)
        if self.demand in ("at_least", "at_most"):
            if not isinstance(found, int):
                return False
            return bool(found >= self.value if self.demand == "at_least" else found <= self.value)
        if self.demand == "is":
            return found in self.value
        shared = bool(set(_several(found)) & set(self.value))
        return shared is (self.demand == "includes")

    def reason(self, found: Value) -> str:
        """The fact and the demand, in words."""
        label = FACTS[self.fact]
        if found is None:
            return f"{label}不详（{self._asked()}）"
        return f"{label}：{_shown(found)}（{self._asked()}）"

    def _asked(self) -> str:
        if self.demand == "stated":
            return "要求有" if self.value else "要求无"
        value = "、".join(self.value) if isinstance(self.value, tuple) else str(self.value)
        return f"要求{_WORDS[self.demand]}{value}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A tier, what is done with patents in it, and what they have to satisfy, all of it."""

    tier: str
    actions: tuple[str, ...]
    when: tuple[Condition, ...]
    services: tuple[str, ...] = ()
    """Services for which institutions are sought (see services.toml)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A tier of a patent: 满足, or 待核实 where only unknown facts stand between; `reasons` one per condition."""

    tier: str
    verdict: Verdict
    actions: tuple[str, ...]
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()
    """Labels of the facts that have to be known."""
    services: tuple[str, ...] = ()


def read_rules(home: Path) -> tuple[Rule, ...]:
    """The rules of the workspace, else the shipped ones. Raises InputError naming the rule that cannot be read."""
    entries = read_table("tiers", home).get("tier", [])
    return tuple(_rule(number, entry) for number, entry in enumerate(entries, 1))


def decide(facts: Mapping[str, Value], rules: Sequence[Rule]) -> tuple[Decision, ...]:
    """Every tier that holds or may hold, in the order of the rules; 常规推广 where none holds.

    Of several rules of a tier the first that holds counts, else the first that may hold.
    """
    found: dict[str, Decision] = {}
    for rule in rules:
        decision = _decision(facts, rule)
        known = found.get(rule.tier)
        better = decision.verdict is Verdict.SATISFIED and (known is None or known.verdict is Verdict.UNKNOWN)
        if decision.verdict is not Verdict.VIOLATED and (known is None or better):
            found[rule.tier] = decision
    if not any(one.verdict is Verdict.SATISFIED for one in found.values()):
        found[REST] = Decision(REST, Verdict.SATISFIED, (), ("不满足其他层级的条件",))
    return tuple(found.values())


def _decision(facts: Mapping[str, Value], rule: Rule) -> Decision:
    verdicts = [condition.verdict(facts.get(condition.fact)) for condition in rule.when]
    verdict = (
        Verdict.VIOLATED
        if Verdict.VIOLATED in verdicts
        else Verdict.UNKNOWN
        if Verdict.UNKNOWN in verdicts
        else Verdict.SATISFIED
    )
    reasons = tuple(condition.reason(facts.get(condition.fact)) for condition in rule.when)
    missing = tuple(FACTS[condition.fact] for condition in rule.when if facts.get(condition.fact) is None)
    return Decision(rule.tier, verdict, rule.actions, reasons, missing, rule.services)


def _rule(number: int, entry: dict[str, Any]) -> Rule:
    where = f"分层推广规则第 {number} 段"
    only(entry, frozenset({"name", "actions", "services", "when"}), where)
    if not entry.get("name") or not entry.get("when"):
        raise InputError(f"{where}须有 name（层级名称）和 when（条件）。", code="rule_incomplete")
    when = tuple(_condition(where, each) for each in entry["when"])
    actions, services = (tuple(map(str, entry.get(key, ()))) for key in ("actions", "services"))
    return Rule(str(entry["name"]), actions, when, services)


def _condition(where: str, entry: dict[str, Any]) -> Condition:
    only(entry, frozenset({"fact", *_DEMANDS}), where)
    fact = str(entry.get("fact", ""))
    if fact not in FACTS:
        raise InputError(f"{where}的事实“{fact}”不存在。可用：{'、'.join(FACTS)}。", code="unknown_fact")
    demands = [demand for demand in _DEMANDS if demand in entry]
    if len(demands) != 1:
        raise InputError(
            f"{where}对“{FACTS[fact]}”须写一个要求：{'、'.join(_DEMANDS)}。", code="rule_incomplete"
        )
    demand = demands[0]
    value = entry[demand]
    if demand in ("at_least", "at_most"):
        if not isinstance(value, int):
            raise InputError(f"{where}的 {demand} 应为整数，写的是“{value}”。", code="rule_value")
    elif demand == "stated":
        if not isinstance(value, bool):
            raise InputError(f"{where}的 stated 应为 true 或 false，写的是“{value}”。", code="rule_value")
    elif not isinstance(value, list):
        raise InputError(f'{where}的 {demand} 应为列表，如 ["好"]，写的是“{value}”。', code="rule_value")
    else:
        value = tuple(map(str, value))
    return Condition(fact, demand, value)


def _several(found: Value) -> Iterable[str]:
    return found if isinstance(found, tuple) else (str(found),)


def _shown(found: Value) -> str:
    if isinstance(found, tuple):
        return "、".join(found) or "无"
    return str(found)
