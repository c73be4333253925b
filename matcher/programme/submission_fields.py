"""What is reported to an authority, as data: which field a column of its template is filled from, for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from matcher.domain import Assessment, Patent, Transaction
from matcher.importing.synonyms import RecordKind
from matcher.inventory import Item
from matcher.store.merging import shown


class Kind(StrEnum):
    """What is reported."""

    INVENTORY = "盘点"
    ASSESSMENTS = "企业评价"
    DEALS = "交易反馈"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row to be written, by what it is about; the parts that a kind does not speak of are None."""

    patent: Patent
    item: Item | None = None
    assessment: Assessment | None = None
    deal: Transaction | None = None


Value = Callable[[Entry], str]


def _patent(name: str) -> Value:
    return lambda entry: shown(getattr(entry.patent, name))


def _said(name: str) -> Value:
    return lambda entry: shown(getattr(entry.assessment, name, None))


def _deal(name: str) -> Value:
    return lambda entry: shown(getattr(entry.deal, name, None))


def _self(name: str) -> Value:
    return lambda entry: shown(getattr(entry.item.self_assessment if entry.item else None, name, None))


def _number(entry: Entry) -> str:
    return entry.patent.application_number or entry.patent.publication_number


def _maturity(entry: Entry) -> str:
    return entry.patent.maturity.text if entry.patent.maturity else ""


def _said_maturity(entry: Entry) -> str:
    said = entry.assessment
    return said.maturity.text if said and said.maturity else ""


def _fee(entry: Entry) -> str:
    return entry.patent.fee.text if entry.patent.fee else ""


def _amount(entry: Entry) -> str:
    fee = entry.deal.fee if entry.deal else None
    return f"{fee.amount:g}" if fee and fee.amount is not None else ""


def _stage(entry: Entry) -> str:
    return entry.item.stage.value if entry.item else ""


_BIBLIOGRAPHY: Mapping[str, Value] = {
    "title": _patent("title"), "publication": _patent("publication_number"), "holders": _patent("holders"),
    "inventors": _patent("inventors"), "type": _patent("type"), "status": _patent("status"), "filed": _patent("filed"),
    "granted": _patent("granted"), "region": _patent("region"), "college": _patent("college"),
}  # fmt: skip
VALUES: Mapping[Kind, Mapping[str, Value]] = {
    Kind.INVENTORY: {
        **_BIBLIOGRAPHY, "application": _number, "funded": _patent("funded"), "project": _patent("project"),
        "implementation": _patent("implementation"), "maturity": _maturity, "scenario": _patent("scenario"),
        "prospect": _patent("prospect"), "modes": _patent("modes"), "fee": _fee, "contact": _patent("contact"),
        "evaluation_report": _patent("evaluation_report"), "unimplemented": _self("unimplemented"), "by": _self("by"),
        "on": _self("on"), "stage": _stage,
    },
    Kind.ASSESSMENTS: {
        **_BIBLIOGRAPHY, "patent": _number, "enterprise": _said("enterprise"), "prospect": _said("prospect"),
        "improvement": _said("improvement"), "cooperation": _said("cooperation"), "on": _said("on"),
        "assessor": _said("assessor"),
        "maturity": _said_maturity,
    },
    Kind.DEALS: {
        **_BIBLIOGRAPHY, "patent": _number, "kind": _deal("kind"), "on": _deal("on"), "seller": _deal("seller"),
        "assignee": _deal("buyer"), "until": _deal("until"), "fee": _amount, "region": _deal("region"),
    },
}  # fmt: skip
RECORDS = {
    Kind.INVENTORY: RecordKind.PATENTS,
    Kind.ASSESSMENTS: RecordKind.ASSESSMENTS,
    Kind.DEALS: RecordKind.TRANSACTIONS,
}
MORE = {
    "未实施原因": "unimplemented", "自评人": "by", "填报人": "by", "自评日期": "on", "填报日期": "on", "盘点状态": "stage",
    "预期费用与支付方式": "fee",
}  # fmt: skip
"""Headers of the inventory that no importer needs."""
TITLES = {"专利名称": "title", "授权公告日": "granted", "专利权人": "holders", "发明人": "inventors"}
"""Bibliography in templates of assessments and deals."""
ESSENTIAL = {
    Kind.INVENTORY: ("application",),
    Kind.ASSESSMENTS: ("patent", "prospect"),
    Kind.DEALS: ("patent", "kind"),
}
EXAMPLES: Mapping[Kind, tuple[str, ...]] = {
    Kind.INVENTORY: (
        "专利号*", "专利名称*", "专利权人*", "所属学院", "授权公告日", "是否财政资助*", "项目编号", "专利实施状态*", "未实施原因",
        "技术成熟度", "应用场景", "产业化前景*", "转化意愿", "自评人", "自评日期",
    ),
    Kind.ASSESSMENTS: ("专利号*", "专利名称*", "评价企业*", "产业化前景*", "技术成熟度", "技术改进需求", "产学研合作意愿", "评价人", "评价日期*"),
    Kind.DEALS: ("专利号*", "专利名称*", "交易类型*", "交易日期*", "转让人*", "受让人*", "交易金额", "许可期限届满日"),
}  # fmt: skip
