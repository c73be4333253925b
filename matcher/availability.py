"""By which modes a patent can be had today: the rules of law as one table, condition × mode.

Checked against: 专利法 (2020), 专利法实施细则 (2023), 民法典, 技术合同解释 (最高人民法院, 2020 修正) and
专利实施许可合同备案办法 (2011). A mode that no rule of a condition names is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from matcher.domain import (
    IN_FORCE,
    Encumbrance,
    EncumbranceKind,
    LegalStatus,
    LicensingMode,
    Patent,
    PatentType,
)
from matcher.matches import Availability, Feasibility
from matcher.term import expiry


class Condition(StrEnum):
    """A state of a patent that changes how it can be had; several may hold at once."""

    DEAD = "失效"
    PENDING = "申请中"
    PRESERVED = "保全"
    PLEDGED = "质押"
    EXCLUSIVE = "独占许可"
    SOLE = "排他许可"
    ORDINARY = "普通许可"
    LICENSED = "许可类型不明"
    OPEN = "开放许可"
    JOINT = "共有"
    UNDECLARED = "未声明开放许可"
    JOINT_UNDECLARED = "共有且未声明开放许可"
    NO_REPORT = "无评价报告"
    REPORT_UNKNOWN = "评价报告不明"
    CONTESTED = "无效宣告程序中"
    NARROWED = "部分无效"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a condition means for a mode. `{}` in `consent_of` is the party on record, where there is one."""

    feasibility: Feasibility
    reason: str
    basis: str
    consent_of: str = ""


_M = LicensingMode
ACQUIRABLE = (
    _M.ASSIGNMENT,
    _M.ORDINARY_LICENCE,
    _M.SOLE_LICENCE,
    _M.EXCLUSIVE_LICENCE,
    _M.OPEN_LICENCE,
    _M.INVESTMENT,
)
"""Modes by which somebody else gets a patent, in the order shown."""
_TRANSFERS = (_M.ASSIGNMENT, _M.INVESTMENT)
_CONTRACTS = (_M.ORDINARY_LICENCE, _M.SOLE_LICENCE, _M.EXCLUSIVE_LICENCE)
_SINGLE = (_M.SOLE_LICENCE, _M.EXCLUSIVE_LICENCE)


def _fine(reason: str, basis: str) -> Rule:
    return Rule(Feasibility.FEASIBLE, reason, basis)


def _ask(reason: str, basis: str, consent_of: str) -> Rule:
    return Rule(Feasibility.CONSENT, reason, basis, consent_of)


def _barred(reason: str, basis: str) -> Rule:
    return Rule(Feasibility.IMPOSSIBLE, reason, basis)


def _each(modes: Iterable[LicensingMode], rule: Rule) -> dict[LicensingMode, Rule]:
    return dict.fromkeys(modes, rule)


_LICENCE_GOES_ALONG = _fine("在先许可不受转让影响，继续有效", "技术合同解释第24条")
_OPEN_BARRED_BY_LICENCE = _barred(
    "独占或者排他许可有效期限内不得实行开放许可", "专利法实施细则第86条第(一)项"
)

TABLE: Mapping[Condition, Mapping[LicensingMode, Rule]] = MappingProxyType(
    {
        Condition.DEAD: _each(
            (*ACQUIRABLE, _M.OWN_USE), _barred("专利权已不存在，无可转让或许可的权利", "专利法第42、44、47条")
        ),
        Condition.PENDING: _each(_TRANSFERS, _fine("尚未授权，标的为专利申请权", "专利法第10条"))
        | _each(
            _CONTRACTS,
            _fine("尚未授权，公布前按技术秘密许可、公布后参照专利实施许可订立合同", "技术合同解释第29条"),
        )
        | {_M.OPEN_LICENCE: _barred("开放许可声明应当在公告授予专利权后提出", "专利法实施细则第85条")},
        Condition.PRESERVED: _each(
            _TRANSFERS, _barred("人民法院保全期间暂停办理专利权转移手续", "专利法实施细则第104、105条")
        )
        | _each(
            _CONTRACTS,
            _ask(
                "人民法院保全期间许可合同不予备案",
                "专利实施许可合同备案办法第12条第(七)项",
                "作出保全裁定的人民法院",
            ),
        )
        | {
            _M.OPEN_LICENCE: _barred(
                "人民法院保全期间不得实行开放许可", "专利法实施细则第86条第(二)项、第104条"
            )
        },
        Condition.PLEDGED: _each(
            (*_TRANSFERS, *_CONTRACTS),
            _ask("专利权已质押，未经质权人同意不得转让或者许可", "民法典第444条", "质权人{}"),
        )
        | {
            _M.OPEN_LICENCE: _ask(
                "专利权已质押，未经质权人同意不得实行开放许可",
                "民法典第444条、专利法实施细则第86条第(四)项",
                "质权人{}",
            )
        },
        Condition.EXCLUSIVE: _each(_TRANSFERS, _LICENCE_GOES_ALONG)
        | _each(
            (*_CONTRACTS, _M.OWN_USE),
            _barred("独占许可有效期内，许可范围内只能由该被许可人实施", "技术合同解释第25条第(一)项"),
        )
        | {_M.OPEN_LICENCE: _OPEN_BARRED_BY_LICENCE},
        Condition.SOLE: _each(_TRANSFERS, _LICENCE_GOES_ALONG)
        | _each(
            _CONTRACTS,
            # A holder that cannot work the patent itself may count one ordinary licence as its own use (art. 27):
            # a matter for the contract, not for a list.
            _barred(
                "排他许可有效期内，许可范围内只能由该被许可人和许可人实施",
                "技术合同解释第25条第(二)项、第27条",
            ),
        )
        | {
            _M.OPEN_LICENCE: _OPEN_BARRED_BY_LICENCE,
            _M.OWN_USE: _fine("排他许可不妨碍许可人自行实施", "技术合同解释第25条第(二)项"),
        },
        Condition.ORDINARY: _each(_TRANSFERS, _LICENCE_GOES_ALONG)
        | _each(
            _SINGLE,
            _ask(
                "已有普通许可在履行，须先与在先被许可人协商终止或者划分范围",
                "技术合同解释第25条",
                "在先被许可人{}",
            ),
        ),
        Condition.LICENSED: _each(_TRANSFERS, _LICENCE_GOES_ALONG)
        | _each(
            (*_CONTRACTS, _M.OPEN_LICENCE),
            _ask(
                "已有备案的实施许可，类型待核实；若为独占或者排他许可，不能再许可他人",
                "技术合同解释第25条",
                "在先被许可人{}",
            ),
        ),
        Condition.OPEN: _each(
            _TRANSFERS,
            _fine("在先给予的开放许可继续有效；开放许可声明的撤回须在转让登记前办妥", "专利法第50条第2款"),
        )
        | _each(_SINGLE, _barred("实行开放许可期间不得给予独占或者排他许可", "专利法第51条第3款"))
        | {
            _M.ORDINARY_LICENCE: _fine("可以就许可使用费协商后给予普通许可", "专利法第51条第3款"),
            _M.OPEN_LICENCE: _fine("书面通知专利权人并按公告的标准付费，即获得实施许可", "专利法第51条第1款"),
        },
        Condition.JOINT: _each(
            (*_TRANSFERS, *_SINGLE),
            _ask("专利权共有，除普通许可外须全体共有人同意", "专利法第14条第2款", "全体共有人"),
        )
        | {
            _M.ORDINARY_LICENCE: _fine(
                "共有人可以单独给予普通许可，共有人另有约定的从其约定", "专利法第14条第1款"
            )
        },
        Condition.UNDECLARED: {
            _M.OPEN_LICENCE: _fine("尚无开放许可声明，须由专利权人先行声明并经公告", "专利法第50条第1款")
        },
        Condition.JOINT_UNDECLARED: {
            _M.OPEN_LICENCE: _ask(
                "专利权共有，开放许可声明须全体共有人同意", "专利法第14条第2款", "全体共有人"
            )
        },
        Condition.NO_REPORT: {
            _M.OPEN_LICENCE: _barred(
                "尚无专利权评价报告，实用新型和外观设计须有评价报告才能声明开放许可", "专利法第50条第1款"
            )
        },
        Condition.REPORT_UNKNOWN: {
            _M.OPEN_LICENCE: _fine("须有专利权评价报告才能声明开放许可，有无报告待核实", "专利法第50条第1款")
        },
        Condition.CONTESTED: _each(
            ACQUIRABLE, _fine("无效宣告程序中，宣告无效的专利权视为自始即不存在", "专利法第47条")
        ),
        Condition.NARROWED: _each(
            ACQUIRABLE, _fine("权利要求已被宣告部分无效，以维持有效的部分为限", "专利法第47条")
        ),
    }
)

_BASIS: Mapping[LicensingMode, str] = MappingProxyType(
    {
        _M.ASSIGNMENT: "专利法第10条",
        _M.ORDINARY_LICENCE: "专利法第12条",
        _M.SOLE_LICENCE: "专利法第12条",
        _M.EXCLUSIVE_LICENCE: "专利法第12条",
        _M.OPEN_LICENCE: "专利法第50、51条",
        _M.INVESTMENT: "专利法第10条、公司法第48条",
        _M.OWN_USE: "专利法第11条",
    }
)
_SEVERITY = (Feasibility.FEASIBLE, Feasibility.CONSENT, Feasibility.IMPOSSIBLE)
_BY_STATUS: Mapping[LegalStatus, Condition] = MappingProxyType(
    {
        LegalStatus.PENDING: Condition.PENDING,
        LegalStatus.PLEDGED: Condition.PLEDGED,
        LegalStatus.OPEN_LICENCE: Condition.OPEN,
        LegalStatus.PRESERVED: Condition.PRESERVED,
        LegalStatus.INVALIDATION_PENDING: Condition.CONTESTED,
        LegalStatus.PARTLY_INVALIDATED: Condition.NARROWED,
    }
)
_BY_ENCUMBRANCE: Mapping[EncumbranceKind, Condition] = MappingProxyType(
    {
        EncumbranceKind.PLEDGE: Condition.PLEDGED,
        EncumbranceKind.PRESERVATION: Condition.PRESERVED,
        EncumbranceKind.ORDINARY_LICENCE: Condition.ORDINARY,
        EncumbranceKind.SOLE_LICENCE: Condition.SOLE,
        EncumbranceKind.EXCLUSIVE_LICENCE: Condition.EXCLUSIVE,
        EncumbranceKind.OPEN_LICENCE: Condition.OPEN,
    }
)
_ORDER = tuple(Condition)
_LICENCES = frozenset({Condition.ORDINARY, Condition.SOLE, Condition.EXCLUSIVE})


def in_force(encumbrance: Encumbrance, as_of: date) -> bool:
    """Whether it stands on this day, both ends included; an unknown end is taken as standing."""
    begun = encumbrance.since is None or encumbrance.since <= as_of
    return begun and (encumbrance.until is None or encumbrance.until >= as_of)


def lapsed(patent: Patent, as_of: date) -> bool:
    """Whether the right is known not to stand: by its status, or because its term is over.

    An invention that the register still showed in force after its computed end may have been compensated for
    delays (专利法第42条第2、3款): that is not lapsed, but to be verified.
    """
    if (
        patent.status is not None
        and patent.status not in IN_FORCE
        and patent.status is not LegalStatus.PENDING
    ):
        return True
    end = expiry(patent)
    return end is not None and end <= as_of and not outlives_term(patent)


def outlives_term(patent: Patent) -> bool:
    """Whether the register showed an invention in force on or after the end of its computed term."""
    end = expiry(patent)
    return (
        end is not None
        and patent.type is PatentType.INVENTION
        and patent.status in IN_FORCE
        and patent.status_date is not None
        and patent.status_date >= end
    )


@dataclass(frozen=True, slots=True)
class Holding:
    """A condition that holds, and the parties on record ("" where none is)."""

    condition: Condition
    party: str = ""


def conditions(patent: Patent, as_of: date) -> tuple[Holding, ...]:
    """The conditions that hold on this day, in the order of `Condition`."""
    if lapsed(patent, as_of):
        return (Holding(Condition.DEAD),)
    found: dict[Condition, list[str]] = {}
    if patent.status is not None and patent.status in _BY_STATUS:
        found[_BY_STATUS[patent.status]] = []
    for item in patent.encumbrances:
        if in_force(item, as_of):
            found.setdefault(_BY_ENCUMBRANCE[item.kind], []).append(item.party)
    if patent.status is LegalStatus.LICENCE_RECORDED and not _LICENCES & found.keys():
        found[Condition.LICENSED] = []
    if len(patent.holders) > 1:
        found[Condition.JOINT] = []
    if Condition.OPEN not in found and Condition.PENDING not in found:
        found |= {condition: [] for condition in _before_declaring(patent)}
    return tuple(
        Holding(condition, "、".join(dict.fromkeys(filter(None, found[condition]))))
        for condition in _ORDER
        if condition in found
    )


def _before_declaring(patent: Patent) -> list[Condition]:
    """What has to be settled before an open licence can be declared."""
    found = [Condition.UNDECLARED]
    if len(patent.holders) > 1:
        found.append(Condition.JOINT_UNDECLARED)
    if patent.type in (PatentType.UTILITY_MODEL, PatentType.DESIGN) and not patent.evaluation_report:
        unknown = patent.evaluation_report is None
        found.append(Condition.REPORT_UNKNOWN if unknown else Condition.NO_REPORT)
    return found


def feasibility(patent: Patent, mode: LicensingMode, as_of: date) -> Availability | None:
    """Whether a patent can be had by one mode on one day; None while its legal status is unknown."""
    holding = conditions(patent, as_of)
    return outcome(holding, mode) if _known(patent, holding) else None


def availability(patent: Patent, as_of: date) -> tuple[Availability, ...]:
    """Every mode by which somebody else may get the patent; empty (待核实) while its status is unknown."""
    return available(patent, conditions(patent, as_of))


def available(patent: Patent, holding: tuple[Holding, ...]) -> tuple[Availability, ...]:
    """The same from the conditions that hold."""
    return _outcomes(holding) if _known(patent, holding) else ()


def _known(patent: Patent, holding: tuple[Holding, ...]) -> bool:
    return patent.status is not None or holding == (Holding(Condition.DEAD),)


@lru_cache(maxsize=10_000)
def _outcomes(holding: tuple[Holding, ...]) -> tuple[Availability, ...]:
    """Most patents are in one of few states."""
    return tuple(outcome(holding, mode) for mode in ACQUIRABLE)


def outcome(holding: tuple[Holding, ...], mode: LicensingMode) -> Availability:
    """What the table says: the strictest rule decides; milder ones follow as notes, unless the mode is barred."""
    rules = [(TABLE[held.condition][mode], held.party) for held in holding if mode in TABLE[held.condition]]
    rules.sort(key=lambda item: -_SEVERITY.index(item[0].feasibility))
    verdict = rules[0][0].feasibility if rules else Feasibility.FEASIBLE
    if verdict is Feasibility.IMPOSSIBLE:
        rules = [item for item in rules if item[0].feasibility is verdict]
    consent = (
        rule.consent_of.format(f"（{party}）" if party else "") for rule, party in rules if rule.consent_of
    )
    return Availability(
        mode=mode,
        feasibility=verdict,
        reason="；".join(dict.fromkeys(rule.reason for rule, _ in rules)) or "未见质押、保全和在先许可的记录",
        consent_of="、".join(dict.fromkeys(consent)),
        basis="；".join(dict.fromkeys(rule.basis for rule, _ in rules)) or _BASIS[mode],
    )
