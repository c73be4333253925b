"""企业评价 of a workspace: what all assessments say of each patent, and what becomes of the wishes in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from matcher.domain import Assessment, Patent, Prospect
from matcher.matchlists.exports.columns import Column, Setting
from matcher.matchlists.exports.reports import Page
from matcher.programme.inventory_form import number_of
from matcher.responses import Response, Subject
from matcher.store.filters import PatentFilter
from matcher.workspace import Workspace

_C = Setting.CENTRE


@dataclass(frozen=True, slots=True)
class Summary:
    """What enterprises said of one patent."""

    patent: Patent
    said: tuple[Assessment, ...]

    @property
    def enterprises(self) -> int:
        """Distinct enterprises."""
        return len({one.enterprise_id for one in self.said})

    @property
    def prospects(self) -> str:
        """好 2、一般 1."""
        counts = Counter(one.prospect for one in self.said if one.prospect)
        return "、".join(f"{prospect} {counts[prospect]}" for prospect in Prospect if counts[prospect])


def summarise(workspace: Workspace, as_of: date, holders: Sequence[str]) -> list[Summary]:
    """Every assessed patent of the holders (of all), the most assessed first."""
    patents = list(workspace.store.patents.all(PatentFilter(holders=tuple(holders))))
    by_patent = workspace.store.assessments.by_patent((patent.id for patent in patents), as_of)
    found = [
        Summary(patent, tuple(sorted(by_patent[patent.id], key=lambda one: (one.on or date.min, one.id))))
        for patent in patents
        if patent.id in by_patent
    ]
    return sorted(found, key=lambda one: (-one.enterprises, one.patent.id))


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish for improvement with what has become of it."""

    patent: Patent
    said: Assessment
    response: Response


def wishes(workspace: Workspace, found: Sequence[Summary]) -> list[Wish]:
    """Every wish among the assessments, open ones first, then by patent and day."""
    said = [(one.patent, each) for one in found for each in one.said if each.improvement]
    states = workspace.store.responses.many((each.id for _, each in said), Subject.WISH)
    rows = [Wish(patent, each, states[each.id]) for patent, each in said]
    return sorted(
        rows, key=lambda row: (row.response.version > 0, row.patent.id, row.said.on or date.min, row.said.id)
    )


def wish_page(rows: Sequence[Wish]) -> Page:
    """The wishes one by one, with the number under which they are answered; no enterprise is named."""
    columns = (
        Column("评价编号", "said.id", 26),
        Column("专利号", "number", 20),
        Column("专利名称", "patent.title", 30),
        Column("专利权人", "holders", 20),
        Column("改进需求原文", "said.improvement", 40),
        Column("提出日期", "said.on", 11, Setting.DATE),
        Column("回应状态", "response.state", 10, _C),
        Column("期限", "response.due", 11, Setting.DATE),
        Column("说明", "response.note", 24),
        Column("新专利", "response.patent", 20),
    )
    shown = [
        SimpleNamespace(
            patent=row.patent,
            said=row.said,
            response=row.response,
            number=number_of(row.patent),
            holders="；".join(row.patent.holders),
        )
        for row in rows
    ]
    return Page("改进需求", columns, shown, "回应：matcher respond 改进需求 评价编号 拟改进")


def summary_page(found: Sequence[Summary], wished: Sequence[Wish] = ()) -> Page:
    """What enterprises said, patent by patent, for the holder: their words without their names, and what became of `wished`."""
    answers: dict[str, list[Response]] = defaultdict(list)
    for wish in wished:
        answers[wish.patent.id].append(wish.response)
    rows = [
        SimpleNamespace(
            number=number_of(one.patent),
            title=one.patent.title,
            holders="；".join(one.patent.holders),
            college=one.patent.college,
            enterprises=one.enterprises,
            prospects=one.prospects,
            improvement="\n".join(dict.fromkeys(each.improvement for each in one.said if each.improvement)),
            cooperation="、".join(dict.fromkeys(each.cooperation for each in one.said if each.cooperation)),
            latest=max((each.on for each in one.said if each.on), default=None),
            states="、".join(
                f"{state} {n}" for state, n in Counter(a.state for a in answers[one.patent.id]).items()
            ),
            due=min((answer.due for answer in answers[one.patent.id] if answer.due), default=None),
        )
        for one in found
    ]
    columns = (
        Column("专利号", "number", 20),
        Column("专利名称", "title", 30),
        Column("专利权人", "holders", 20),
        Column("所属学院", "college", 14),
        Column("评价企业数", "enterprises", 9, _C),
        Column("前景分布", "prospects", 16),
        Column("改进需求原文", "improvement", 44),
        Column("合作意愿", "cooperation", 24),
        Column("最近评价", "latest", 11, Setting.DATE),
        Column("回应状态", "states", 16),
        Column("最早期限", "due", 11, Setting.DATE),
    )
    return Page("企业评价汇总", columns, rows, "不写企业名称；改进需求为原文")
