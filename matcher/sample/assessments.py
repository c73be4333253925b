"""企业评价: what enterprises' experts said of patents when they were shown them in 2024 to 2026."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from matcher.domain import Assessment, MaturitySource, Need, Patent, Prospect
from matcher.importing.maturity import parse_maturity
from matcher.sample.fit import Fit
from matcher.sample.lots import Lots

_FIRST, _LAST = date(2024, 9, 2), date(2026, 5, 22)
_ADVICE = {
    Prospect.GOOD: ("可先做首台套应用验证", "建议补充连续运行数据", "希望开放小批量试用", ""),
    Prospect.FAIR: ("建议补充中试数据和成本测算", "需按本企业工况重新标定", "建议做耐久试验", ""),
    Prospect.AVERAGE: (
        "与现有产线匹配度不高，改造费用偏大",
        "关键指标缺少第三方检测",
        "只有实验室数据，放大风险大",
    ),
    Prospect.POOR: ("已有更成熟的替代方案", "成本高于市场同类产品"),
}
_WISHES = {
    Prospect.GOOD: ("技术许可", "联合开发；技术许可", "成果转让"),
    Prospect.FAIR: ("联合开发", "技术服务", "技术许可"),
    Prospect.AVERAGE: ("暂不考虑", "保持关注", ""),
    Prospect.POOR: ("暂不考虑",),
}


def assessments(
    patents: Sequence[Patent], needs: Sequence[Need], fit: Fit, answers: Mapping[str, Sequence[str]]
) -> list[Assessment]:
    """Good words of those whose need a patent answers, mixed ones of others that it suits; by day."""
    by_id = {patent.id: patent for patent in patents}
    found = [*_of_needs(by_id, needs, answers), *_of_strangers(patents, needs, fit, answers)]
    return sorted(found, key=lambda one: (one.on or _FIRST, one.patent_id, one.enterprise_id))


def _of_needs(
    by_id: Mapping[str, Patent], needs: Sequence[Need], answers: Mapping[str, Sequence[str]]
) -> Iterator[Assessment]:
    for need in needs:
        for patent_id in answers[need.id]:
            lots = Lots(f"assessed {need.title} {patent_id}")
            if lots.share(0.6):
                prospect = lots.pick((Prospect.GOOD, Prospect.GOOD, Prospect.FAIR))
                yield from _assessment(by_id[patent_id], need.enterprise_id, need.enterprise, prospect, lots)


def _of_strangers(
    patents: Sequence[Patent], needs: Sequence[Need], fit: Fit, answers: Mapping[str, Sequence[str]]
) -> Iterator[Assessment]:
    asking = {(need.enterprise_id, patent_id) for need in needs for patent_id in answers[need.id]}
    for patent in patents:
        lots = Lots(f"shown {patent.id}")
        suited = [one for one in fit.best(patent, 2) if (one.id, patent.id) not in asking]
        if suited and lots.share(0.4):
            one = lots.pick(suited)
            prospect = lots.pick((Prospect.FAIR, Prospect.AVERAGE, Prospect.AVERAGE, Prospect.POOR))
            yield from _assessment(patent, one.id, one.name, prospect, lots)


def _assessment(
    patent: Patent, enterprise_id: str, enterprise: str, prospect: Prospect, lots: Lots
) -> Iterator[Assessment]:
    """One assessment after the grant, by an enterprise that does not hold the patent; else none."""
    first = max(_FIRST, (patent.granted or _LAST) + timedelta(days=45))
    if first >= _LAST or enterprise in patent.holders:
        return
    words = patent.maturity.text if patent.maturity else ""
    yield Assessment(
        id="",
        patent_id=patent.id,
        enterprise_id=enterprise_id,
        enterprise=enterprise,
        prospect=prospect,
        improvement=lots.pick(_ADVICE[prospect]),
        cooperation=lots.pick(_WISHES[prospect]),
        maturity=parse_maturity(words, MaturitySource.ENTERPRISE) if words and lots.share(0.6) else None,
        on=lots.day(first, _LAST),
        assessor=lots.pick(("技术总监", "总工办", "研发中心", "工艺部")),
    )
