"""A list as rows of worded facts: the one source of what the screen, files and pages show, in one order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from matcher.matches import Match, MatchList, NeedMatches, Provenance
from matcher.matchlists.exports import wording
from matcher.matchlists.exports.audience import VisibleNeed, visible
from matcher.matchlists.exports.presets import Preset, of_unnumbered
from matcher.risks import risks
from matcher.term import expiry

FOLLOW_UP = ("待对接", "已联系", "洽谈中", "已签约", "未达成")
"""对接状态; a list that has just been made starts at the first."""


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One line of 对接清单, in its order of columns; `match` is what the line words."""

    number: int
    enterprise: str
    credit_code: str
    region: str
    enterprise_kinds: str
    need_id: str
    need: str
    patent: str
    patent_number: str
    patent_type: str
    status: str
    status_date: date | str
    granted: date | str
    expires: date | str
    holder: str
    co_holders: str
    industry: str
    maturity: str
    maturity_source: str
    modes: str
    fee: str
    grade: str
    reasons: str
    risks: str
    contact: str
    follow_up: str
    match_id: str
    family: str
    list_id: str
    match: Match
    to_fill: str = ""
    """What the reader is to write."""


@dataclass(frozen=True, slots=True)
class PatentRow:
    """One need of one patent; `number` counts patents, `needs` how many needs this patent answers."""

    number: int
    needs: int
    row: MatchRow


@dataclass(frozen=True, slots=True)
class ExcludedRow:
    """A near miss that a gate keeps out, and why."""

    number: int
    row: MatchRow
    why: str


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One need and how it fared; `alias` is its number in versions that must not name it."""

    number: int
    id: str
    need_id: str
    need: str
    enterprise: str
    region: str
    industry: str
    contact: str
    confidentiality: str
    alias: str
    valid_until: date | str
    note: str
    lines: tuple[MatchRow, ...]
    kept_out: tuple[ExcludedRow, ...]

    @property
    def matches(self) -> int:
        """How many patents are listed for it."""
        return len(self.lines)

    @property
    def excluded(self) -> int:
        """How many near misses a gate keeps out."""
        return len(self.kept_out)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One known signal of one line: `part` = weight x value, and the parts of a line add up to its score."""

    number: int
    need_id: str
    patent_number: str
    grade: str
    score: float
    completeness: float
    signal: str
    weight: float
    value: float
    part: float
    reason: str
    missing: str


@dataclass(frozen=True, slots=True)
class ListRows:
    """Everything one version of a list shows. `withheld` needs are left out; say so on screen, not in the file."""

    preset: Preset
    provenance: Provenance
    needs: tuple[NeedRow, ...]
    matches: tuple[MatchRow, ...]
    excluded: tuple[ExcludedRow, ...]
    withheld: int = 0

    @property
    def by_patent(self) -> tuple[PatentRow, ...]:
        """The same lines by patent: patents and, within each, needs by score and completeness."""
        return _by_patent(self.matches)

    @property
    def unanswered(self) -> tuple[NeedRow, ...]:
        """Needs without a suitable patent, numbered anew."""
        rows = (row for row in self.needs if not row.matches)
        return tuple(replace(row, number=number) for number, row in enumerate(rows, 1))

    @property
    def scores(self) -> tuple[ScoreRow, ...]:
        """The arithmetic behind every line; only an internal version may show it."""
        return tuple(score for row in self.matches for score in _score_rows(row))


def list_rows(match_list: MatchList, preset: Preset, recipient: str = "") -> ListRows:
    """The rows of `match_list` for the readers of `preset` (see `audience.visible` for `recipient`)."""
    made = match_list.provenance
    if not made.list_id:
        preset = of_unnumbered(preset)
    shown = visible(match_list, preset, recipient)
    needs: list[NeedRow] = []
    matches: list[MatchRow] = []
    excluded: list[ExcludedRow] = []
    for number, need in enumerate(shown.needs, 1):
        item = need.matches
        lines = tuple(
            _match_row(n, item, match, made) for n, match in enumerate(item.matches, len(matches) + 1)
        )
        kept_out = tuple(
            ExcludedRow(n, _match_row(n, item, match, made), wording.exclusion_text(match))
            for n, match in enumerate(item.excluded, len(excluded) + 1)
        )
        matches += lines
        excluded += kept_out
        needs.append(_need_row(number, need, lines, kept_out))
    return ListRows(
        preset, match_list.provenance, tuple(needs), tuple(matches), tuple(excluded), shown.withheld
    )


def _match_row(number: int, item: NeedMatches, match: Match, made: Provenance) -> MatchRow:
    need, patent, enterprise = item.need, match.patent, item.enterprise
    return MatchRow(
        number=number,
        enterprise=_enterprise_name(item),
        credit_code=enterprise.credit_code if enterprise else "",
        region=(enterprise.region if enterprise else "") or need.region,
        enterprise_kinds="、".join(enterprise.kinds) if enterprise else "",
        need_id=_need_number(item),
        need=need.title,
        patent=patent.title,
        patent_number=wording.patent_number(patent),
        patent_type=str(patent.type) if patent.type else wording.UNVERIFIED,
        status=str(patent.status) if patent.status else wording.UNVERIFIED,
        status_date=patent.status_date or wording.UNVERIFIED,
        granted=wording.grant_day(patent),
        expires=expiry(patent) or wording.UNVERIFIED,
        holder=patent.holders[0] if patent.holders else wording.UNSTATED,
        co_holders="、".join(patent.holders[1:]),
        industry=patent.industry,
        maturity=wording.maturity_text(patent.maturity),
        maturity_source=str(patent.maturity.source) if patent.maturity else "",
        modes=wording.modes_text(match.availability, patent, made.as_of),
        fee=wording.fee_text(patent.fee),
        grade=str(match.grade),
        reasons=wording.reasons_text(match),
        risks=wording.risks_text(risks(match, made.as_of)),
        contact=patent.contact,
        follow_up=match.state or FOLLOW_UP[0],
        match_id=match.id,
        family=wording.family_text(match.family),
        list_id=made.list_id,
        match=match,
    )


def _enterprise_name(item: NeedMatches) -> str:
    return (item.enterprise.name if item.enterprise else "") or item.need.enterprise


def _need_number(item: NeedMatches) -> str:
    return item.need.own_id or item.need.id


def _need_row(
    number: int, shown: VisibleNeed, lines: tuple[MatchRow, ...], kept_out: tuple[ExcludedRow, ...]
) -> NeedRow:
    item = shown.matches
    enterprise, need = item.enterprise, item.need
    return NeedRow(
        number=number,
        id=need.id,
        need_id=_need_number(item),
        need=need.title,
        enterprise=_enterprise_name(item),
        region=(enterprise.region if enterprise else "") or need.region,
        industry=need.industry or (enterprise.industry if enterprise else ""),
        contact=enterprise.contact if enterprise else "",
        confidentiality=str(need.confidentiality),
        alias=shown.alias,
        valid_until=need.valid_until or "",
        note=_note(item),
        lines=lines,
        kept_out=kept_out,
    )


def _note(item: NeedMatches) -> str:
    if item.matches:
        return ""
    if item.excluded:
        return f"{len(item.excluded)} 件技术接近的专利不满足硬性条件，见排除清单"
    return "没有达到推荐等级的专利，建议转为联合研发或揭榜攻关需求"


def _by_patent(rows: tuple[MatchRow, ...]) -> tuple[PatentRow, ...]:
    groups: dict[str, list[MatchRow]] = {}
    for row in rows:
        groups.setdefault(row.match.patent.id, []).append(row)
    for group in groups.values():
        group.sort(key=_best_first)
    ordered = sorted(groups.values(), key=lambda group: (_best_first(group[0]), group[0].match.patent.id))
    return tuple(
        PatentRow(number, len(group), row) for number, group in enumerate(ordered, 1) for row in group
    )


def _best_first(row: MatchRow) -> tuple[float, float]:
    """Needs that are equal here keep the list's order (sorting is stable)."""
    return -row.match.score, -row.match.completeness


def _score_rows(row: MatchRow) -> list[ScoreRow]:
    match = row.match
    return [
        ScoreRow(
            number=row.number,
            need_id=row.need_id,
            patent_number=row.patent_number,
            grade=row.grade,
            score=match.score,
            completeness=match.completeness,
            signal=part.label,
            weight=part.weight,
            value=part.value,
            part=part.weight * part.value,
            reason=part.reason,
            missing="、".join(match.missing),
        )
        for part in match.contributions
    ]
