"""服务对接: which service institutions suit a patent in its tiers, and why; the rules are data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcher.domain import ServiceInstitution
from matcher.errors import InputError
from matcher.groups import UNSTATED, city_of
from matcher.programme.rulebook import only, read_table

_KEYS = frozenset({"name", "words", "excludes", "per_patent"})


@dataclass(frozen=True, slots=True)
class Service:
    """A service, the words of 类型 and 产品 that tell who offers it, and the burdens under which it is not offered."""

    name: str
    words: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    per_patent: int = 1


@dataclass(frozen=True, slots=True)
class Asking:
    """A patent for which services are sought: `wanted` maps a service to the tier that asks for it first."""

    patent_id: str
    wanted: Mapping[str, str]
    industries: tuple[str, ...]
    burdens: tuple[str, ...]
    region: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One service of one patent: the institution and why it suits, or None and why none does."""

    patent_id: str
    tier: str
    service: str
    institution: ServiceInstitution | None
    reason: str


def read_services(home: Path) -> dict[str, Service]:
    """The table of the workspace, else the shipped one, by name. Raises InputError naming the entry that cannot be read."""
    entries = read_table("services", home).get("service", [])
    found = [_service(number, entry) for number, entry in enumerate(entries, 1)]
    return {one.name: one for one in found}


def _service(number: int, entry: dict[str, Any]) -> Service:
    where = f"服务对接规则第 {number} 段"
    only(entry, _KEYS, where)
    words, limit = entry.get("words"), entry.get("per_patent", 1)
    if not entry.get("name") or not isinstance(words, list) or not words:
        raise InputError(
            f'{where}须有 name（服务名称）和 words（如 ["银行", "质押"]）。', code="rule_incomplete"
        )
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise InputError(f"{where}的 per_patent 应为不小于 1 的整数，写的是“{limit}”。", code="rule_value")
    return Service(str(entry["name"]), tuple(map(str, words)), tuple(entry.get("excludes", ())), limit)


def offers(
    asked: Iterable[Asking], institutions: Sequence[ServiceInstitution], table: Mapping[str, Service]
) -> list[Offer]:
    """The offers of every patent in turn, by service: those of its industries first, then its city, then who has fewest.

    Greedy in the order of the patents, so that the same patents get the same institutions. Raises InputError where a
    tier asks for a service that the table does not know.
    """
    load: Counter[str] = Counter()
    found: list[Offer] = []
    for one in asked:
        for name, tier in one.wanted.items():
            if name not in table:
                known = "、".join(table)
                raise InputError(
                    f"层级“{tier}”要求的服务“{name}”不在服务对接规则中。可用：{known}。",
                    code="unknown_service",
                )
            made = _offers(one, tier, table[name], institutions, load)
            load.update(offer.institution.id for offer in made if offer.institution)
            found += made
    return found


def _offers(
    one: Asking,
    tier: str,
    service: Service,
    institutions: Sequence[ServiceInstitution],
    load: Mapping[str, int],
) -> list[Offer]:
    burdens = "、".join(burden for burden in one.burdens if burden in service.excludes)
    if burdens:
        return [Offer(one.patent_id, tier, service.name, None, f"专利有{burdens}，暂不对接{service.name}")]
    offering = [(each, told) for each in institutions if (told := _offered(each, service))]
    suited = [(each, told) for each, told in offering if not each.industries or _shared(each, one)]
    if not suited:
        why = (
            f"提供{service.name}的 {len(offering)} 家关注的产业都不符"
            if offering
            else f"没有提供{service.name}的机构"
        )
        return [Offer(one.patent_id, tier, service.name, None, why)]
    suited.sort(
        key=lambda pair: (
            not _shared(pair[0], one),
            not _near(pair[0], one),
            load.get(pair[0].id, 0),
            pair[0].id,
        )
    )
    return [
        Offer(one.patent_id, tier, service.name, each, _reason(each, one, told))
        for each, told in suited[: service.per_patent]
    ]


def _offered(each: ServiceInstitution, service: Service) -> str:
    """What tells that it offers the service; "" where nothing does."""
    if any(word in each.kind for word in service.words):
        return f"机构类型“{each.kind}”"
    named = [product for product in each.products if any(word in product for word in service.words)]
    return f"产品“{named[0]}”" if named else ""


def _shared(each: ServiceInstitution, one: Asking) -> str:
    """The first industry of the patent that the institution follows, by either name within the other."""
    return next(
        (mine for mine in one.industries if any(its in mine or mine in its for its in each.industries)), ""
    )


def _near(each: ServiceInstitution, one: Asking) -> bool:
    city = city_of(one.region)
    return city != UNSTATED and city == city_of(each.region)


def _reason(each: ServiceInstitution, one: Asking, told: str) -> str:
    shared = _shared(each, one)
    parts = [told, f"关注产业含“{shared}”" if shared else "未限定产业"]
    if _near(each, one):
        parts.append(f"同在{city_of(one.region)}")
    return "；".join(parts)
