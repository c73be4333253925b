"""路演手册: one page for each patent that may be shown to everybody, with the enterprises whose needs it answers."""

from __future__ import annotations

from itertools import groupby

from matcher.domain import Encumbrance, Patent, PatentType
from matcher.events import chinese_day
from matcher.matchlists.documents.blocks import Block, Document, Fact, Facts, Grid, Heading, Paragraph
from matcher.matchlists.documents.briefing import Briefing
from matcher.matchlists.exports.cover import grade_note
from matcher.matchlists.exports.presets import preset_named
from matcher.matchlists.exports.rows import MatchRow, PatentRow, list_rows

_ABSTRACT, _CLAIM = 300, 200
"""Characters that leave a patent on its page."""
_REASONS, _LEAST = 240, 40
"""Characters of reasons on a page, shared by its enterprises, and the fewest of one."""
_ENTERPRISES = 5


def handbook(briefing: Briefing) -> Document:
    """The handbook, of the public version of the list."""
    rows = list_rows(briefing.match_list, preset_named("对外版"))
    patents = [list(group) for _, group in groupby(rows.by_patent, key=lambda row: row.number)]
    blocks: list[Block] = [
        Heading("参展专利一览"),
        Grid(
            ("序号", "专利名称", "专利号", "专利权人", "成熟度", "需求数"),
            (1.3, 6.4, 4, 4, 3, 1.9),
            tuple(_line(number, group) for number, group in enumerate(patents, 1)),
        ),
        Paragraph(
            f"推荐等级{grade_note(rows)}。匹配结果供对接参考，法律状态、权属和许可情况以专利登记簿为准；“待核实”的事项请在签约前核实。",
            note=True,
        ),
    ]
    for number, group in enumerate(patents, 1):
        blocks += _page(number, group)
    event = briefing.event
    return Document(
        title=f"{event.name.removesuffix('路演')}路演手册",
        header=event.organiser or event.name,
        subtitle=f"{event.days}　{event.place}\n清单编号 {briefing.version.id}，共 {len(patents)} 件专利",
        blocks=tuple(blocks),
        made_at=briefing.made_at,
        organiser=event.organiser,
        cover=True,
    )


def _line(number: int, group: list[PatentRow]) -> tuple[str, ...]:
    row = group[0].row
    return (str(number), row.patent, row.patent_number, row.holder, row.maturity, f"{len(group)} 项")


def _page(number: int, group: list[PatentRow]) -> list[Block]:
    row = group[0].row
    shown = group[:_ENTERPRISES]
    room = max(_LEAST, _REASONS // len(shown))
    blocks: list[Block] = [
        Heading(f"{number}　{row.patent}", 2, fresh=True),
        Facts(patent_facts(row)),
        Heading("可对接的企业需求", 3),
        Grid(
            ("企业", "所在地", "需求", "推荐等级", "匹配理由"),
            (3.4, 2, 3.6, 2, 7),
            tuple(
                (
                    line.row.enterprise,
                    line.row.region,
                    line.row.need,
                    line.row.grade,
                    cut(line.row.reasons.replace("\n", ""), room),
                )
                for line in shown
            ),
        ),
    ]
    if len(group) > len(shown):
        blocks.append(Paragraph(f"另有 {len(group) - len(shown)} 项需求，见对接清单。", note=True))
    return blocks


def patent_facts(row: MatchRow) -> tuple[Fact, ...]:
    """What a reader wants to know of a patent before talking to its holder; empty facts are left out."""
    patent = row.match.patent
    status = f"{row.status}（核验日期 {_day(row.status_date)}）" if patent.status else row.status
    facts = (
        ("专利号", f"{row.patent_number}　{row.patent_type}　{status}"),
        ("权利人", row.holder + (f"；共有权利人：{row.co_holders}" if row.co_holders else "")),
        ("预计届满日", _day(row.expires)),
        ("解决的问题", cut(patent.abstract, _ABSTRACT)),
        ("首项权利要求", cut(patent.first_claim, _CLAIM)),
        ("应用场景", patent.scenario),
        ("技术成熟度", row.maturity + (f"（{row.maturity_source}）" if row.maturity_source else "")),
        ("可行转化方式", row.modes),
        ("费用及支付", row.fee),
        ("已有许可与质押", encumbrances_text(patent)),
        ("评价报告", report_text(patent)),
        ("同组专利", row.family),
        ("联系部门", row.contact),
    )
    return tuple(Fact(label, text) for label, text in facts if text)


def encumbrances_text(patent: Patent) -> str:
    """Licences, pledges and preservations in force, without naming the other party."""
    return "；".join(map(_encumbrance, patent.encumbrances)) or "未见登记"


def report_text(patent: Patent) -> str:
    """Whether there is a 专利权评价报告, for rights that are not examined in substance."""
    if patent.type not in (PatentType.UTILITY_MODEL, PatentType.DESIGN):
        return ""
    return {True: "已出具", False: "无", None: "未注明"}[patent.evaluation_report]


def cut(text: str, most: int) -> str:
    """The text, or its beginning and a mark."""
    text = text.strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _encumbrance(item: Encumbrance) -> str:
    return f"{item.kind}" + (f"（至{chinese_day(item.until)}）" if item.until else "（届满日不详）")


def _day(value: object) -> str:
    return str(value)
