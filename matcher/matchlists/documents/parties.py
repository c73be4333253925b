"""企业手册 and 高校手册: what one enterprise or one holder gets, its own matches only."""

from __future__ import annotations

from itertools import groupby

from matcher.errors import NotFound
from matcher.matchlists.documents.blocks import Block, Document, Fact, Facts, Grid, Heading, Paragraph
from matcher.matchlists.documents.briefing import Briefing
from matcher.matchlists.documents.handbook import cut, patent_facts
from matcher.matchlists.exports.cover import grade_note
from matcher.matchlists.exports.presets import preset_named
from matcher.matchlists.exports.rows import ListRows, NeedRow, list_rows


def enterprise_booklet(briefing: Briefing, enterprise: str) -> Document:
    """企业手册 of one enterprise; raises NotFound where it has no need in the list."""
    rows = list_rows(briefing.match_list, preset_named("企业版"), enterprise)
    blocks: list[Block] = [_intro(rows, f"本册只含{enterprise}自身需求的对接结果。")]
    for number, need in enumerate(rows.needs, 1):
        blocks += _need(number, need)
    return _booklet(briefing, f"{enterprise}专利对接手册", blocks)


def holder_booklet(briefing: Briefing, holder: str) -> Document:
    """高校手册 of one holder; raises NotFound where none of its patents is listed for a need it may see."""
    rows = list_rows(briefing.match_list, preset_named("高校版"), holder)
    patents = [list(group) for _, group in groupby(rows.by_patent, key=lambda row: row.number)]
    if not patents:
        raise NotFound(f"清单中没有“{holder}”可对外的对接。请核对权利人名称。")
    blocks: list[Block] = [
        _intro(rows, f"本册只含{holder}专利的对接结果，共 {len(patents)} 件专利；不公开的需求未列入。")
    ]
    for number, group in enumerate(patents, 1):
        blocks += [
            Heading(f"{number}　{group[0].row.patent}", 2),
            Facts(patent_facts(group[0].row)),
            Grid(
                ("对接编号", "企业", "所在地", "需求", "推荐等级", "匹配理由"),
                (3, 3.2, 1.8, 3.4, 1.9, 5.6),
                tuple(
                    (
                        line.row.match_id,
                        line.row.enterprise,
                        line.row.region,
                        line.row.need,
                        line.row.grade,
                        cut(line.row.reasons, 200),
                    )
                    for line in group
                ),
            ),
        ]
    return _booklet(briefing, f"{holder}专利对接手册", blocks)


def _need(number: int, need: NeedRow) -> list[Block]:
    blocks: list[Block] = [Heading(f"{number}　{need.need}", 2, fresh=number > 1)]
    if need.note:
        blocks.append(Paragraph(f"{need.note}。"))
    for line in need.lines:
        facts = (
            Fact("推荐等级", f"{line.grade}　对接编号 {line.match_id}"),
            Fact("匹配理由", line.reasons),
            *((Fact("风险提示", line.risks),) if line.risks else ()),
        )
        blocks += [Heading(line.patent, 3), Facts((*facts, *patent_facts(line)))]
    if need.kept_out:
        blocks += [
            Heading("技术接近但未列入的专利", 3),
            Grid(
                ("专利名称", "专利号", "未列入原因"),
                (5, 4, 8),
                tuple((item.row.patent, item.row.patent_number, item.why) for item in need.kept_out),
            ),
        ]
    return blocks


def _intro(rows: ListRows, text: str) -> Paragraph:
    return Paragraph(
        f"{text}推荐等级{grade_note(rows)}。法律状态、权属和许可情况以专利登记簿为准。", note=True
    )


def _booklet(briefing: Briefing, title: str, blocks: list[Block]) -> Document:
    event = briefing.event
    return Document(
        title=title,
        header=event.name,
        subtitle=f"{event.name}　{event.days}　清单编号 {briefing.version.id}",
        blocks=tuple(blocks),
        made_at=briefing.made_at,
        organiser=event.organiser,
    )
