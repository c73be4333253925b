"""What the tiers' rules read of a patent: its own record, what enterprises said of it, and who needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.availability import in_force
from matcher.domain import Assessment, Patent, PatentType, Prospect
from matcher.inventory import Item
from matcher.programme.industries import Industry, patent_tags
from matcher.programme.tiers import Value

_FAVOURABLE = frozenset({Prospect.GOOD, Prospect.FAIR})


@dataclass(frozen=True, slots=True)
class Known:
    """Everything beside the patents themselves, by patent id; `wanting` None: demand has not been matched."""

    items: Mapping[str, Item]
    assessments: Mapping[str, Sequence[Assessment]]
    wanting: Mapping[str, frozenset[str]] | None
    """Patent id → the enterprises of needs at 推荐 or better."""
    industries: Sequence[Industry]
    as_of: date


def facts(patent: Patent, known: Known) -> dict[str, Value]:
    """The facts by name (see tiers.FACTS); what nobody has said is None."""
    said = known.assessments.get(patent.id, ())
    favourable = {one.enterprise_id for one in said if one.prospect in _FAVOURABLE}
    wanting = None if known.wanting is None else known.wanting.get(patent.id, frozenset())
    invention = patent.type is PatentType.INVENTION
    report = patent.evaluation_report
    burdens = {item.kind.value for item in patent.encumbrances if in_force(item, known.as_of)}
    return {
        "type": patent.type.value if patent.type else None,
        "prospect": prospect(patent, known.items.get(patent.id)),
        "maturity": patent.maturity.level if patent.maturity else None,
        "modes": tuple(mode.value for mode in patent.modes) or None,
        "implementation": patent.implementation.value if patent.implementation else None,
        "report": "不适用" if invention else None if report is None else "是" if report else "否",
        "favourable": len(favourable),
        "wanting": None if wanting is None else len(wanting),
        "interested": len(favourable | (wanting or frozenset())),
        "industries": tuple(tag.industry for tag in patent_tags(patent, known.industries)),
        "encumbrances": tuple(sorted(burdens)),
        "holders": len(patent.holders) or None,
    }


def prospect(patent: Patent, item: Item | None) -> str | None:
    """产业化前景 as the panel has it, else the self-assessment, else the record."""
    for said in (item.central, item.self_assessment) if item else ():
        if said and said.prospect:
            return said.prospect.value
    return patent.prospect.value if patent.prospect else None
