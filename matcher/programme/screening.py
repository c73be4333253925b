"""集中评价 and 筛选: the panel's sheet, with the self-assessment beside it, and what it decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from matcher.domain import MaturitySource, Patent, identity
from matcher.errors import InputError
from matcher.importing.cells import Cells, RowRefused
from matcher.importing.maturity import parse_maturity
from matcher.importing.terms import PROSPECTS
from matcher.inventory import Act, Appraisal, Item, Move, Stage, changed, move
from matcher.matchlists.forms import Form
from matcher.programme.answers import coded, read_day
from matcher.programme.fill_in import Entry, FillIn
from matcher.programme.inventory_form import PROSPECTS as PROSPECT_TERMS
from matcher.programme.inventory_form import row_key
from matcher.store.merging import shown


class Verdict(StrEnum):
    """What the panel decides."""

    SCREENED = "入库"
    HELD = "暂不入库"


_STAGES = {Verdict.SCREENED: Stage.SCREENED, Verdict.HELD: Stage.HELD}
ENTRIES = (
    Entry("专利号", "patent", 20, True),
    Entry("专利名称", "title", 30, True),
    Entry("专利权人", "holders", 20, True),
    Entry("所属学院", "college", 14, True),
    Entry("自评产业化前景", "self_prospect", 9, True),
    Entry("自评成熟度", "self_maturity", 10, True),
    Entry("自评应用场景", "self_scenario", 24, True),
    Entry("自评转化意愿", "self_modes", 14, True),
    Entry(
        "集中评价产业化前景",
        "prospect",
        10,
        choices=PROSPECT_TERMS,
        note="好、较好、一般、差",
        mandatory=True,
    ),
    Entry("集中评价成熟度", "maturity", 12, note="TRL 1–9 级，或研发、小试、中试、量产等说法"),
    Entry("筛选结论", "verdict", 10, choices=tuple(Verdict), note="入库或暂不入库", mandatory=True),
    Entry("原因", "reason", 24, note="暂不入库的必填"),
    Entry("评价人", "by", 12, note="专家或专家组", mandatory=True),
    Entry("评价日期", "on", 12, note="如 2026-04-20，不得晚于今天", mandatory=True),
)
REVIEW_FORM = Form(
    "集中评价表", {entry.field: entry.title for entry in ENTRIES}, ("patent", "verdict", "prospect")
)
_ANSWERS = ("verdict", "reason", "prospect", "maturity", "by", "on")


def review_sheet(patents: Sequence[Patent], items: Mapping[str, Item], made_at: datetime) -> FillIn:
    """The panel's sheet of the patents, in their order."""
    rows = [_row(patent, items[patent.id]) for patent in patents]
    return FillIn("集中评价表", "存量专利集中评价与筛选表", f"共 {len(rows)} 件", ENTRIES, rows, made_at)


def _row(patent: Patent, item: Item) -> dict[str, str]:
    said = item.self_assessment
    return {
        "patent": row_key(patent),
        "title": patent.title,
        "holders": "；".join(patent.holders),
        "college": patent.college,
        "self_prospect": shown(said.prospect) if said else "",
        "self_maturity": said.maturity.text if said and said.maturity else "",
        "self_scenario": said.scenario if said else "",
        "self_modes": shown(said.modes) if said else "",
    }


def is_reviewed(cells: Cells) -> bool:
    """Whether the panel has filled in anything."""
    return any(cells.raw(field) for field in _ANSWERS)


def read_review(cells: Cells, item: Item, act: Act) -> list[Move]:
    """The panel's word on a patent, as one change; none where it is stored already. Raises RowRefused."""
    for entry in ENTRIES:
        if entry.mandatory and not cells.raw(entry.field):
            raise RowRefused(f"“{entry.title}”未填写。请补填后重新导入。", entry.field)
    verdict = coded(cells, "verdict", _verdict) or Verdict.HELD
    said = Appraisal(
        by=cells.raw("by"),
        on=read_day(cells, "on", act.at.date()),
        prospect=coded(cells, "prospect", PROSPECTS.one),
        maturity=coded(cells, "maturity", lambda text: parse_maturity(text, MaturitySource.CENTRAL)),
        source=cells.file,
    )
    return screened(item, verdict, said, cells.text("reason"), act)


def screened(item: Item, verdict: Verdict, said: Appraisal, reason: str, act: Act) -> list[Move]:
    """The moves of a verdict: through 集中评价中 to 已入资源库 or 暂不入库. Raises RowRefused where that may not follow."""
    stage = _STAGES[verdict]
    known = item.central
    if item.stage is stage and known and known.says_the_same(said) and item.reason == reason:
        return []
    if not item.assessed:
        raise RowRefused(f"盘点状态为“{item.stage}”，发明人尚未自评，不能筛选。请先回收自评表。", "patent")
    try:
        moves = []
        if item.stage is not Stage.CENTRAL:
            moves.append(move(item, Stage.CENTRAL, act))
            item = moves[-1].after
        decided = move(item, stage, act, reason).after
    except InputError as error:
        raise RowRefused(str(error), "verdict") from error
    return [*moves, changed(item, replace(decided, central=said), act)]


def panel_patent(patent: Patent, said: Appraisal) -> Patent:
    """What the panel's word says of the patent itself, to be merged: a maturity that weighs more than 自评."""
    return replace(identity(patent), maturity=said.maturity, prospect=said.prospect)


def _verdict(text: str) -> Verdict:
    plain = "".join(text.split())
    if plain in ("入库", "已入库", "同意入库"):
        return Verdict.SCREENED
    if plain in ("暂不入库", "不入库", "暂缓入库"):
        return Verdict.HELD
    raise InputError(f"“{text}”不是能识别的筛选结论。可填：{'、'.join(Verdict)}。")


def waiting_for_panel(items: Mapping[str, Item]) -> list[str]:
    """Ids of the patents that the panel has to see: self-assessed, or in 集中评价 already."""
    return [id_ for id_, item in items.items() if item.stage in (Stage.SELF_ASSESSED, Stage.CENTRAL)]


def due_for_panel(items: Mapping[str, Item], ids: Sequence[str], act: Act) -> list[Move]:
    """发明人已自评 → 集中评价中 for those handed to the panel."""
    return [move(items[id_], Stage.CENTRAL, act) for id_ in ids if items[id_].stage is Stage.SELF_ASSESSED]
