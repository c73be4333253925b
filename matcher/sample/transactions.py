"""What happened to the patents from 2016 on: deals, and the events that are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from matcher.domain import (
    Enterprise,
    FeeKind,
    FeeTerms,
    Need,
    Patent,
    PatentType,
    Transaction,
    TransactionKind,
)
from matcher.sample.fit import Fit
from matcher.sample.holders import PROVINCE, RENAMED
from matcher.sample.lots import Lots
from matcher.sample.register import TODAY

K = TransactionKind
_FIRST = date(2016, 1, 11)
_LAST = TODAY - timedelta(days=26)
_OPEN_SINCE = date(2021, 7, 1)
"""Open licences exist since the law of 2020 came into force on 2021-06-01."""
OTHERS = (
    ("临岳新材料科技有限公司", "西岭省临岳市"),
    ("西岭精工装备股份有限公司", "西岭省岳川市"),
    ("江左数维信息技术有限公司", "江左省白渚市"),
    ("江左康源生物科技有限公司", "江左省白渚市"),
    ("南屿绿能科技有限公司", "南屿省珠浦市"),
    ("南屿海川实业集团有限公司", "南屿省珠浦市"),
)
"""Buyers from elsewhere, who stand in no directory of the province."""
OPEN_PRICE = FeeTerms(FeeKind.LUMP_SUM, 2.0, "2")
"""What every open licence of the sample costs."""
BANKS = ("河东银行股份有限公司云泽分行", "河东省科技融资担保有限公司")
_COUNTS = (
    (K.ASSIGNMENT, 26), (K.INVESTMENT, 6), (K.EXCLUSIVE_LICENCE, 8), (K.SOLE_LICENCE, 6), (K.ORDINARY_LICENCE, 22),
)  # fmt: skip
_LICENCES = frozenset({K.EXCLUSIVE_LICENCE, K.SOLE_LICENCE, K.ORDINARY_LICENCE, K.OPEN_LICENCE})
_ANSWERS_GONE = frozenset({0, 9, 18})
"""Deals that leave nothing for others take patents that answer no need, but for these numbers of each kind."""


@dataclass(slots=True)
class History:
    """Makes transactions one after another; a patent that has gone is not dealt with twice."""

    enterprises: Sequence[Enterprise]
    needs: Sequence[Need]
    fit: Fit
    answers: Mapping[str, Sequence[str]]
    """Need id → ids of the patents that answer it."""
    deck: list[Patent]
    """Granted patents that are still to be had, in an order of chance."""
    found: list[Transaction] = field(default_factory=list)
    asked: dict[str, list[Need]] = field(init=False)
    """Patent id → the needs that it answers."""

    def __post_init__(self) -> None:
        self.asked = {}
        for need in self.needs:
            for patent_id in self.answers[need.id]:
                self.asked.setdefault(patent_id, []).append(need)

    def all(self) -> list[Transaction]:
        """Every transaction, by day and patent."""
        self._answered()
        self._package(3)
        for kind, count in _COUNTS:
            for number in range(count):
                self._deal(kind, number)
        self._open_licences(5)
        self._within_group(2)
        self._pledges()
        self._no_deals()
        return sorted(self.found, key=lambda one: (one.on or date.min, one.patent_id, one.kind))

    def _take(self, wanted: Callable[[Patent], bool]) -> Patent:
        place = next(n for n, patent in enumerate(self.deck) if wanted(patent))
        return self.deck.pop(place)

    def _answered(self) -> None:
        """Some needs of the first collection have led to a licence already; more are wanted from other holders."""
        for need in self.needs:
            lots = Lots(f"answered {need.id} {need.title}")
            if need.received is None or need.received > date(2025, 12, 31) or not lots.share(0.5):
                continue
            patents = [
                one for one in self.deck if need in self.asked.get(one.id, ()) and len(one.holders) == 1
            ]
            if patents:
                self.deck.remove(patents[0])
                buyer = next(one for one in self.enterprises if one.id == need.enterprise_id)
                first = max(need.received, patents[0].granted or _FIRST) + timedelta(days=60)
                self._add(patents[0], K.ORDINARY_LICENCE, lots.day(min(first, _LAST), _LAST), buyer)

    def _deal(self, kind: TransactionKind, number: int) -> None:
        """One deal with an enterprise that the patent suits and whose open need it does not answer."""
        free = kind is K.ORDINARY_LICENCE or number in _ANSWERS_GONE
        patent = self._take(lambda one: free or one.id not in self.asked)
        lots = Lots(f"deal {patent.id}")
        suited = self._suited(patent, 3)
        # The first suits best; every fourth or so goes to the second, the third, or out of the province.
        buyers: list[Enterprise | None] = [*suited[:1] * 4, *suited[1:], None]
        self._add(patent, kind, self._day(patent, lots), lots.pick(buyers))
        if kind is K.ORDINARY_LICENCE and number % 5 == 0 and len(suited) > 1:
            self._add(patent, kind, self._day(patent, Lots(f"second {patent.id}")), suited[1])

    def _suited(self, patent: Patent, count: int) -> list[Enterprise]:
        """Those whom it suits best, without those who will ask for it."""
        asking = {need.enterprise_id for need in self.asked.get(patent.id, ())}
        return [one for one in self.fit.best(patent, count + len(asking)) if one.id not in asking][:count]

    def _day(self, patent: Patent, lots: Lots, since: date = _FIRST) -> date:
        first = max((patent.granted or since) + timedelta(days=60), since)
        last = min(first + timedelta(days=lots.between(400, 2600)), _LAST)
        return lots.day(min(first, last), last)

    def _add(
        self,
        patent: Patent,
        kind: TransactionKind,
        on: date,
        buyer: Enterprise | None,
        fee: FeeTerms | None = None,
    ) -> None:
        lots = Lots(f"contract {patent.id} {kind} {on}")
        name, region = (buyer.name, buyer.region) if buyer else lots.pick(OTHERS)
        self.found.append(
            Transaction(
                id="",
                patent_id=patent.id,
                kind=kind,
                on=on,
                seller="；".join(_name_on(on, holder) for holder in patent.holders),
                buyer=name,
                buyer_id=buyer.id if buyer else "",
                until=on + timedelta(days=365 * lots.pick((3, 3, 5, 5, 8)) - 1)
                if kind in _LICENCES
                else None,
                fee=fee or _price(kind, lots),
                region=region,
            )
        )

    def _open_licences(self, count: int) -> None:
        """Declared by their holders; anyone may take one at the published price."""
        for _ in range(count):
            patent = self._take(self._can_be_declared)
            for buyer in self._suited(patent, 2):
                on = self._day(patent, Lots(f"open {patent.id} {buyer.id}"), _OPEN_SINCE)
                self._add(patent, K.OPEN_LICENCE, on, buyer, OPEN_PRICE)

    @staticmethod
    def _can_be_declared(patent: Patent) -> bool:
        return len(patent.holders) == 1 and (
            patent.type is PatentType.INVENTION or patent.evaluation_report is True
        )

    def _package(self, count: int) -> None:
        """Several patents of one holder to one buyer on one day, at one price."""

        def together(one: Patent, other: Patent) -> bool:
            alike = (one.holders, one.industry) == (other.holders, other.industry)
            return alike and other.id not in self.asked

        first = self._take(lambda one: sum(together(one, other) for other in self.deck) > count)
        patents = [first, *(self._take(lambda one: together(first, one)) for _ in range(count - 1))]
        day = max(max(one.granted or _FIRST for one in patents) + timedelta(days=120), date(2021, 5, 18))
        buyer = self.fit.best(first, 1)[0]
        for patent in patents:
            self._add(
                patent,
                K.ASSIGNMENT,
                min(day, _LAST),
                buyer,
                FeeTerms(FeeKind.LUMP_SUM, 90.0, f"{count}件打包合计90万元"),
            )

    def _within_group(self, count: int) -> None:
        """From a university to the company that manages its assets."""
        for _ in range(count):
            patent = self._take(lambda one: one.holders in (("河东理工大学",), ("河东大学",)))
            company = Enterprise("", f"{patent.holders[0]}资产经营有限公司", region=f"{PROVINCE}云泽市")
            self._add(
                patent,
                K.ASSIGNMENT,
                self._day(patent, Lots(f"group {patent.id}")),
                company,
                FeeTerms(FeeKind.FREE, 0.0, "无偿划转"),
            )

    def _pledges(self) -> None:
        """Enterprises pledge what they have bought; every third pledge has been released since."""
        bought = [one for one in self.found if one.kind is K.ASSIGNMENT and one.buyer_id and one.on]
        for number, deal in enumerate(bought[:18:3]):
            lots = Lots(f"pledge {deal.patent_id}")
            since = (deal.on or _FIRST) + timedelta(days=lots.between(60, 400))
            if since > _LAST:
                continue
            until = since + timedelta(days=365) if number % 3 == 0 else None
            bank = lots.pick(BANKS)
            self.found.append(
                Transaction(
                    "",
                    deal.patent_id,
                    K.PLEDGE,
                    since,
                    deal.buyer,
                    bank,
                    until=until,
                    region=f"{PROVINCE}云泽市",
                )
            )

    def _no_deals(self) -> None:
        """Names and addresses that changed: entries of the register that are no deals."""
        now, before, day = RENAMED
        on = date.fromisoformat(day)
        renamed = [one for one in self.deck if one.holders[0] == now and one.filed and one.filed < on]
        for patent in renamed[:4]:
            self.found.append(
                Transaction("", patent.id, K.NAME_CHANGE, on, before, now, region=patent.region)
            )
        for patent in [one for one in self.deck if one.granted and len(one.holders) == 1][:3]:
            self.found.append(
                Transaction(
                    "",
                    patent.id,
                    K.ADDRESS_CHANGE,
                    date(2024, 3, 12),
                    patent.holders[0],
                    patent.holders[0],
                    region=patent.region,
                )
            )


def _name_on(day: date, holder: str) -> str:
    """What a holder was called on a day."""
    now, before, since = RENAMED
    return before if holder == now and day < date.fromisoformat(since) else holder


def _price(kind: TransactionKind, lots: Lots) -> FeeTerms:
    """What was paid, in 万元."""
    if lots.share(0.15):
        return FeeTerms(FeeKind.NEGOTIABLE, None, "")
    wide = kind in (K.ASSIGNMENT, K.INVESTMENT, K.EXCLUSIVE_LICENCE)
    amount = float(lots.pick((15, 20, 30, 45, 60, 100, 180) if wide else (3, 5, 8, 10, 15, 20)))
    way = lots.pick((FeeKind.LUMP_SUM, FeeKind.INSTALMENTS, FeeKind.ENTRY_PLUS_ROYALTY))
    return FeeTerms(way, amount, f"{amount:g}")
