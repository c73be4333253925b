"""The facts of a record as labelled lines, in the exports' wording; what is unknown is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matcher.domain import Enterprise, Need, Patent
from matcher.matchlists.exports import wording
from matcher.store.sightings import Origin, origin_of
from matcher.term import expiry


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled fact; `origin` says where it came from, where that is known and may be told."""

    label: str
    text: str
    origin: str = ""


def patent_facts(patent: Patent, *, contacts: bool, origins: Sequence[Origin] = ()) -> list[Fact]:
    """A patent's facts; inventors and the contact department only where `contacts`; `origins` are told where given."""
    maturity = patent.maturity
    lines = [
        ("专利号", wording.patent_number(patent), "application_number"),
        ("公开（公告）号", patent.publication_number, "publication_number"),
        ("专利类型", patent.type, "type"),
        ("法律状态", patent.status or wording.UNVERIFIED, "status"),
        ("状态核验日期", patent.status_date or wording.UNVERIFIED, "status_date"),
        ("申请日", patent.filed, "filed"),
        ("授权公告日", wording.grant_day(patent), "granted"),
        ("预计届满日", expiry(patent) or wording.UNVERIFIED, ""),
        ("专利权人", "、".join(patent.holders), "holders"),
        ("发明人", "、".join(patent.inventors) if contacts else "", "inventors"),
        ("所属学院", patent.college if contacts else "", "college"),
        ("权利人联系部门", patent.contact if contacts else "", "contact"),
        ("所在地区", patent.region, "region"),
        ("所属产业", patent.industry, "industry"),
        ("IPC 分类", "、".join(patent.ipc), "ipc"),
        (
            "技术成熟度",
            wording.maturity_text(maturity) + (f"（{maturity.source}）" if maturity else ""),
            "maturity",
        ),
        ("转化意愿", "、".join(patent.modes) or wording.UNSTATED, "modes"),
        ("费用及支付方式", wording.fee_text(patent.fee), "fee"),
        ("实施状态", patent.implementation, "implementation"),
        ("应用场景", patent.scenario, "scenario"),
        ("产业化前景", patent.prospect, "prospect"),
        ("数据来源", patent.source, ""),
    ]
    stated = {field for _, _, field in lines if field and getattr(patent, field)}
    return [
        Fact(label, str(value), _origin(field, origins) if field in stated else "")
        for label, value, field in lines
        if value
    ]


def _origin(field: str, origins: Sequence[Origin]) -> str:
    """The row that a fact came from, in words; "" where nobody noted it."""
    found = origin_of(field, origins)
    if found is None:
        return ""
    sheet = f" “{found.sheet}”" if found.sheet else ""
    return f"{found.file}{sheet} 第 {found.row} 行，{found.at:%Y-%m-%d} 导入"


def need_facts(need: Need, enterprise: Enterprise | None) -> list[Fact]:
    """A need's facts, as those see it who may read it in full."""
    lines = [
        ("需求编号", need.own_id or need.id),
        ("企业", (enterprise.name if enterprise else "") or need.enterprise),
        ("所在地区", need.region or (enterprise.region if enterprise else "")),
        ("所属行业", need.industry or need.field),
        ("技术指标", need.indicators),
        ("技术难题", need.problem),
        ("预算", f"{need.budget:.10g} 万元" if need.budget is not None else ""),
        ("合作方式", "、".join(need.cooperation)),
        ("可接受的转化方式", "、".join(need.modes)),
        ("成熟度要求", wording.maturity_text(need.min_maturity) if need.min_maturity else ""),
        ("提出日期", need.received),
        ("有效期至", need.valid_until),
        ("公开范围", need.confidentiality),
        ("数据来源", need.source),
    ]
    return [Fact(label, str(value)) for label, value in lines if value]
