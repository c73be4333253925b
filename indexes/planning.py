"""How one query will be answered, decided by counts alone, so that single, batch and filter agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GATHERED = 5_000
"""Allowed rows up to which an exact pass over them alone is the cheapest way, whatever the index: 0.5 ms at 256
dimensions, where a scan of 200,000 codes costs 0.8 ms."""
GATHERED_SHARE = 0.05
"""Share of the rows up to which an exact index gathers them rather than test every row: 5 ms both at a tenth of
200,000, 0.2 against 0.7 ms at a hundredth."""
FETCHED_PER_ROW, FETCHED_MORE = 10, 500
"""Rows re-scored for a list of k: 10 k + 500. Recall@50 over 200,000 abstracts in 384 dimensions, for queries like the
rows and for mixtures of three: 0.998 and 0.979 with 500 rows, 1.000 and 0.997 with 1,000, 1.000 both with 2,000."""


class Way(StrEnum):
    """What is done with the rows; the Chinese name is what `--explain` prints."""

    ALL = "逐件精确计算"
    GATHERED = "只对符合条件的专利逐件精确计算"
    SCANNED = "扫描全部压缩码，再对候选逐件精确计算"
    PROBED = "扫描最近的分区，再对候选逐件精确计算"
    SERVED = "由外部引擎逐件计算，再对候选精确计算"
    SERVED_NEAR = "由外部引擎近似检索，再对候选逐件精确计算"


@dataclass(frozen=True, slots=True)
class Plan:
    """The way of a query over `rows` rows of which `eligible` are allowed; `fetched` are scored in float64."""

    way: Way
    rows: int
    eligible: int
    fetched: int

    @property
    def exact(self) -> bool:
        """Whether the answer is the true one, not only nearly always."""
        return self.way in (Way.ALL, Way.GATHERED, Way.SERVED)

    def explain(self) -> str:
        """One Chinese sentence."""
        return f"共 {self.rows} 件，符合条件 {self.eligible} 件；{self.way}（精确计算 {self.fetched} 件）"


def exact_plan(rows: int, eligible: int) -> Plan:
    """Over full vectors."""
    gathers = eligible < rows and eligible <= max(GATHERED, GATHERED_SHARE * rows)
    return Plan(Way.GATHERED if gathers else Way.ALL, rows, eligible, eligible)


def coded_plan(rows: int, eligible: int, k: int, cells: int) -> Plan:
    """Over compressed codes in so many cells.

    Under a filter every cell is scanned: what a filter keeps may lie far from the query, and a few cells would then
    hold too little of it.
    """
    fetched = FETCHED_PER_ROW * k + FETCHED_MORE
    if eligible <= max(GATHERED, 2 * fetched):
        return exact_plan(rows, eligible) if eligible < rows else Plan(Way.ALL, rows, eligible, eligible)
    probes = cells > 1 and eligible == rows
    return Plan(Way.PROBED if probes else Way.SCANNED, rows, eligible, fetched)
