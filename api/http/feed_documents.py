"""The feeds over HTTP: the shapes of their answers, and how they look."""

from __future__ import annotations

from typing import Any

from api.http.openapi import Example
from api.http.schemas import Document


class _Change(Document):
    id: str
    change: str
    reason: str
    at: str


class PatentChangeDocument(_Change):
    """One patent's newest change: `offered` with the patent as a line of an import, or `withdrawn` with the reason."""

    patent: dict[str, Any]


class FeedDocument(Document):
    """Changes in their order; come back with `cursor`, at once where there is `more`."""

    items: list[PatentChangeDocument]
    cursor: str
    more: bool


class NeedChangeDocument(_Change):
    """One need's newest change: `offered` with what may be told of it as a line of an import, or `withdrawn`."""

    need: dict[str, Any]


class NeedFeedDocument(Document):
    """As `FeedDocument`."""

    items: list[NeedChangeDocument]
    cursor: str
    more: bool


FEED = Example(
    FeedDocument,
    {
        "items": [
            {
                "id": "CN202310123456",
                "change": "offered",
                "reason": "",
                "at": "2026-06-30T09:00:00",
                "patent": {
                    "title": "一种抗污染反渗透膜及其制备方法",
                    "application_number": "CN202310123456.1",
                    "holders": ["河东大学"],
                    "modes": ["普通许可"],
                },
            },
            {
                "id": "CN202420111222",
                "change": "withdrawn",
                "reason": "权利终止",
                "at": "2026-06-30T09:00:00",
                "patent": {
                    "title": "反渗透膜在线清洗装置",
                    "application_number": "CN202420111222.5",
                    "status": "未缴年费终止",
                },
            },
        ],
        "cursor": "WzQyXQ",
        "more": False,
    },
    "变动，按先后",
)
NEED_FEED = Example(
    NeedFeedDocument,
    {
        "items": [
            {
                "id": "N001",
                "change": "offered",
                "reason": "",
                "at": "2026-06-30T09:00:00",
                "need": {
                    "title": "海水淡化反渗透膜的抗污染改性",
                    "enterprise": "云州净源水务有限公司",
                    "confidentiality": "公开",
                },
            },
            {
                "id": "NM5d41402abc4b2a76",
                "change": "offered",
                "reason": "",
                "at": "2026-06-30T09:00:00",
                "need": {
                    "title": "匿名需求（所属行业：通用设备制造业）",
                    "industry": "通用设备制造业",
                    "region": "河东省临川市",
                    "confidentiality": "匿名",
                },
            },
            {
                "id": "N007",
                "change": "withdrawn",
                "reason": "已撤回或不再公开",
                "at": "2026-06-30T09:00:00",
                "need": {},
            },
        ],
        "cursor": "WzQyXQ",
        "more": False,
    },
    "变动，按先后",
)
