"""The bands in which maturity and fees are filtered and counted: coarse enough that a few choices cover everything."""

from __future__ import annotations

from enum import StrEnum

from matcher.domain import FeeKind, FeeTerms, Maturity


class MaturityBand(StrEnum):
    """成熟度档次, by level on TRL 1–9."""

    RESEARCH = "研发（TRL 1–3）"
    TRIAL = "小试中试（TRL 4–6）"
    PRODUCT = "工程化量产（TRL 7–9）"


class FeeBand(StrEnum):
    """费用档次, by the stated amount."""

    FREE = "免费"
    TO_10 = "10 万元以内"
    TO_50 = "10 至 50 万元"
    TO_100 = "50 至 100 万元"
    ABOVE_100 = "100 万元以上"
    AGREED = "提成或面议"
    """Terms are stated, an amount is not."""


_LIMITS = ((10.0, FeeBand.TO_10), (50.0, FeeBand.TO_50), (100.0, FeeBand.TO_100))


def maturity_band(maturity: Maturity | None) -> MaturityBand | None:
    """The band of a maturity; None where none is stated."""
    if maturity is None:
        return None
    if maturity.level <= 3:
        return MaturityBand.RESEARCH
    return MaturityBand.TRIAL if maturity.level <= 6 else MaturityBand.PRODUCT


def fee_band(fee: FeeTerms | None) -> FeeBand | None:
    """The band of a fee, its upper limit included; None where nothing is stated."""
    if fee is None or fee == FeeTerms():
        return None
    if fee.kind is FeeKind.FREE or fee.amount == 0:
        return FeeBand.FREE
    if fee.amount is None:
        return FeeBand.AGREED
    return next((band for limit, band in _LIMITS if fee.amount <= limit), FeeBand.ABOVE_100)
