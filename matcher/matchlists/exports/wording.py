"""How a fact of a match reads in a cell: one wording for the screen and every kind of file."""

from __future__ import annotations

import re
from datetime import date
from itertools import islice

from matcher.availability import Condition, conditions
from matcher.domain import (
    IN_FORCE,
    FeeKind,
    FeeTerms,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    Patent,
)
from matcher.matches import Availability, Feasibility, Match, Verdict
from matcher.signals.table import favourable

UNVERIFIED = "待核实"
"""A fact of law that nobody has confirmed."""
UNSTATED = "未注明"
"""Something the holder has not said."""
_CIRCLED_ONE = ord("①")
_REASONS = 5
"""Reasons shown in a cell; all of them stand in 评分明细 and in JSON."""


def patent_number(patent: Patent) -> str:
    """专利号: ZL and the application number once granted; else the number there is, else that there is none."""
    number = patent.application_number
    granted = patent.granted is not None or patent.status in IN_FORCE
    if number.startswith("CN") and granted and patent.status is not LegalStatus.PENDING:
        return "ZL" + number.removeprefix("CN")
    return number or patent.publication_number or unnumbered(patent)


def unnumbered(patent: Patent) -> str:
    """What stands for the number of a patent that has none: by what its source and `matcher` know it."""
    return f"无号码（编号 {patent.own_id or patent.id}）"


def grant_day(patent: Patent) -> date | str:
    """授权公告日, or why there is none."""
    if patent.granted is not None:
        return patent.granted
    return "尚未授权" if patent.status is LegalStatus.PENDING else UNSTATED


def maturity_text(maturity: Maturity | None) -> str:
    """Level on TRL 1–9, and the words it was read from where they say more."""
    if maturity is None:
        return UNSTATED
    level = f"TRL {maturity.level}"
    said = maturity.text.strip()
    if not said or maturity.scale is MaturityScale.TRL9:
        return level
    scale = "，13级" if maturity.scale is MaturityScale.LEVEL13 else ""
    return f"{level}（原述“{said}”{scale}）"


def fee_text(fee: FeeTerms | None) -> str:
    """Amount in 万元, way of payment and the source's words, each said once."""
    if fee is None:
        return UNSTATED
    amount = f"{fee.amount:.10g} 万元" if fee.amount else ""
    if fee.amount == 0 and fee.kind is None:
        amount = str(FeeKind.FREE)
    kind = str(fee.kind) if fee.kind is not None and fee.kind not in fee.text else ""
    words = "；".join(
        part for part in map(str.strip, fee.text.split("；")) if not (amount and _BARE_AMOUNT.fullmatch(part))
    )
    if words and amount and _same_amount(words, fee.amount):
        amount = ""
    return "，".join(part for part in (amount, kind, words) if part) or UNSTATED


_BARE_AMOUNT = re.compile(r"[\d.,，\s]*(?:万元|万|元)?")
"""What the source's words add nothing with to the amount in 万元."""


def _same_amount(words: str, amount: float | None) -> bool:
    return amount is not None and f"{amount:.10g}万元" in words.replace(" ", "")


def modes_text(availability: tuple[Availability, ...], patent: Patent, as_of: date) -> str:
    """可行转化方式: what can be had at once, what needs whose consent, what the holder has said it wants."""
    if not availability:
        return UNVERIFIED
    declared = any(held.condition is Condition.OPEN for held in conditions(patent, as_of))
    feasible = [item.mode for item in availability if item.feasibility is Feasibility.FEASIBLE]
    consent = [item for item in availability if item.feasibility is Feasibility.CONSENT]
    lines = []
    if feasible:
        lines.append("可行：" + _modes(feasible, declared))
    for who in dict.fromkeys(item.consent_of for item in consent):
        modes = _modes([item.mode for item in consent if item.consent_of == who], declared)
        lines.append(f"需征得{who or '相关方'}同意：{modes}")
    if not lines:
        reasons = dict.fromkeys(item.reason for item in availability if item.reason)
        return "均不可行：" + "；".join(reasons) if reasons else "均不可行"
    if patent.modes:
        lines.append("权利人意愿：" + "、".join(patent.modes))
    return "\n".join(lines)


def _modes(modes: list[LicensingMode], declared: bool) -> str:
    return "、".join(
        f"{mode}（须先声明）" if mode is LicensingMode.OPEN_LICENCE and not declared else mode
        for mode in modes
    )


def reasons_text(match: Match) -> str:
    """匹配理由: the signals that speak for the match, the largest part of the score first."""
    parts = [part for part in match.contributions if part.reason and part.weight > 0 and favourable(part)]
    parts.sort(key=lambda part: -part.weight * part.value)
    return _lines(dict.fromkeys(part.reason.strip() for part in parts[:_REASONS]))


def family_text(numbers: tuple[str, ...]) -> str:
    """同组专利: the near duplicates that a line stands for; they are offered together as 专利组合."""
    if not numbers:
        return ""
    return f"同组专利 {len(numbers) + 1} 件，可作专利组合洽谈：另有 {'、'.join(numbers)}"


def exclusion_text(match: Match) -> str:
    """Why a gate keeps the match out."""
    return _lines(
        dict.fromkeys(
            f"{gate.label}：{gate.reason}" if gate.reason else gate.label
            for gate in match.gates
            if gate.verdict is Verdict.VIOLATED
        )
    )


def risks_text(risks: tuple[str, ...]) -> str:
    """风险提示, one to a line."""
    return _lines(dict.fromkeys(risk.strip() for risk in risks if risk.strip()))


def _lines(items: dict[str, None]) -> str:
    if len(items) < 2:
        return "".join(items)
    return "\n".join(f"{chr(_CIRCLED_ONE + index)}{item}" for index, item in enumerate(islice(items, 20)))
