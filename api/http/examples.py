"""Requests and answers as the interface's description shows them; fictional, and held against the real ones by a test."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example as BodyExample

from api.http.openapi import Example
from api.http.schemas import (
    EventDocument,
    HealthDocument,
    InterestDocument,
    InterestsDocument,
    JobDocument,
    JobsDocument,
    ListDocument,
    OneEventDocument,
    OutcomeDocument,
    OutcomesDocument,
    ReadyDocument,
    RecordDocument,
    RecordsDocument,
    StepDocument,
    VersionDocument,
)

SEARCH: dict[str, BodyExample] = {
    "一句话": {
        "summary": "一句话",
        "value": {"text": "高温合金叶片的无损检测"},
    },
    "带条件": {
        "summary": "名称、说明和筛选条件",
        "value": {
            "text": "海水淡化反渗透膜的抗污染改性\n现用膜三个月后通量下降四成，希望清洗周期延长到半年。",
            "k": 5,
            "as_of": "2026-06-30",
            "region": ["云州市"],
            "type": ["发明专利"],
            "mode": ["普通许可", "开放许可"],
        },
    },
}

_MATCH: dict[str, Any] = {
    "patent_id": "CN202310123456",
    "row": {
        "序号": 1,
        "需求编号": "N001",
        "推荐专利名称": "一种抗污染反渗透膜及其制备方法",
        "专利号": "ZL202310123456.5",
        "推荐等级": "推荐",
        "匹配理由": "都提到“反渗透膜”“抗污染”",
    },
    "gates": [
        {
            "gate": "right_in_force",
            "label": "权利有效",
            "verdict": "满足",
            "reason": "2026-05-01 核验为“授权”",
        }
    ],
    "availability": [
        {"mode": "普通许可", "feasibility": "可行", "reason": "", "consent_of": "", "basis": "专利法第12条"}
    ],
    "score": 0.71,
    "probability": None,
    "completeness": 0.8,
    "missing": ["企业评价"],
    "contributions": [
        {
            "signal": "lexical",
            "label": "用词相同",
            "weight": 1.0,
            "value": 0.71,
            "reason": "都提到“反渗透膜”“抗污染”",
        }
    ],
}

LIST = Example(
    ListDocument,
    {
        "format": "patent-match-list",
        "version": 1,
        "preset": "内部版",
        "provenance": {"made_at": "2026-06-30T09:00:00", "as_of": "2026-06-30", "needs": 1, "list_k": 10},
        "cover": [{"label": "清单基准日", "text": "2026-06-30"}],
        "needs": [
            {
                "need_id": "N001",
                "row": {"序号": 1, "需求编号": "N001", "需求名称": "海水淡化反渗透膜的抗污染改性"},
                "matches": [_MATCH],
                "excluded": [],
            }
        ],
    },
    "与 JSON 导出相同的清单：每条需求的专利，最好的在前",
)
_EVENT: dict[str, Any] = {
    "id": "HD001",
    "name": "2026年秋季路演",
    "starts": "2026-10-20",
    "ends": None,
    "place": "省科技馆",
    "organiser": "河东省知识产权局",
}
EVENTS = Example(list[EventDocument], [_EVENT], "全部活动，按编号")
EVENT = Example(
    OneEventDocument,
    {
        **_EVENT,
        "scope": {"regions": ["云州市"], "groups": ["资质类型=国有企业"]},
        "rules": {"per_need": 5, "per_patent": 3, "floor": "可关注"},
        "changes": [],
        "version": 1,
    },
    "活动，应答头 ETag 供修改时使用",
)
_VERSION = {
    "id": "HD001-02",
    "event_id": "HD001",
    "number": 2,
    "state": "审核",
    "checksum": "6a1f0c9d3b5e4f7a8c2d1e0f9b8a7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b",
    "published_on": None,
    "made_at": "2026-06-30T09:00:00",
    "version": 2,
    "by": "对接平台",
    "note": "",
}
VERSION = Example(VersionDocument, _VERSION, "清单的状态，应答头 ETag 供送审和发布时使用")
VERSIONS = Example(list[VersionDocument], [_VERSION], "各版清单，最早的在前")
_OUTCOME: dict[str, Any] = {
    "id": "M7KQ2W9X4RT",
    "event_id": "HD001",
    "need_id": "N001",
    "patent_id": "CN202310123456",
    "list_id": "HD001-02",
    "state": "洽谈中",
    "version": 3,
    "changed_on": "2026-11-05",
    "reason": None,
    "note": "已约下周到校面谈",
    "by": "对接平台",
    "mode": "普通许可",
    "amount": 50.0,
    "effective": None,
}
OUTCOME = Example(OutcomeDocument, _OUTCOME, "对接的状态，应答头 ETag 供登记时使用")
OUTCOMES = Example(OutcomesDocument, {"items": [_OUTCOME], "next": None}, "一页，按对接编号")
STEPS = Example(
    list[StepDocument],
    [
        {
            "match_id": "M7KQ2W9X4RT",
            "version": 1,
            "at": "2026-10-21T09:00:00",
            "by": "李强",
            "before": None,
            "after": "已推送",
            "reason": None,
            "note": "清单发布",
            "list_id": "HD001-02",
            "source": "",
        }
    ],
    "每一步，最早的在前",
)
_ASSESSMENT = {
    "id": "assessment-5d1f8a2b3c4e6f70",
    "patent_id": "CN202310123456",
    "enterprise": "云州净源水务有限公司",
    "prospect": "较好",
    "improvement": "降低成本",
    "on": "2026-04-01",
}
ASSESSMENT = Example(RecordDocument, _ASSESSMENT, "提交的评价")
ASSESSMENTS = Example(list[RecordDocument], [_ASSESSMENT], "全部评价，最早的在前")
HEALTH = Example(HealthDocument, {"status": "ok"}, "进程在运行")
READY = Example(
    ReadyDocument,
    {
        "ready": True,
        "trouble": "",
        "index": "000003（2026-06-30 08:00）",
        "model": "patent-need-static-zh",
        "patents": 5000,
        "needs": 120,
        "data": "0c5d8a6b7e1f2a34",
    },
    "可以应答",
)
_NEED = {
    "id": "N001",
    "own_id": "N001",
    "title": "海水淡化反渗透膜的抗污染改性",
    "description": "现用膜三个月后通量下降四成，希望清洗周期延长到半年。",
    "enterprise": "云州净源水务有限公司",
    "credit_code": "91370100MA3TEST01X",
    "region": "河东省云州市",
    "budget": 120,
    "modes": ["普通许可"],
    "min_maturity": "中试",
    "received": "2026-03-01",
    "confidentiality": "公开",
}
_PATENT = {
    "id": "CN202310123456",
    "title": "一种抗污染反渗透膜及其制备方法",
    "application_number": "CN202310123456.1",
    "type": "发明专利",
    "status": "授权",
    "status_date": "2026-05-01",
    "holders": ["河东大学"],
    "ipc": ["B01D 61/02"],
    "maturity": "中试",
    "maturity_source": "自评",
    "modes": ["普通许可", "开放许可"],
    "fee": "50万元；一次总付",
}
_ENTERPRISE = {
    "id": "91370100MA3TEST01X",
    "name": "云州净源水务有限公司",
    "credit_code": "91370100MA3TEST01X",
    "region": "河东省云州市",
    "focus_areas": ["海水淡化"],
}


def _page(record: dict[str, Any], address: str) -> Example:
    following = f"{address}?limit=1&cursor=WyJOMDAxIl0"
    return Example(RecordsDocument, {"items": [record], "next": following}, "一页，按编号")


NEED = Example(RecordDocument, _NEED, "需求，应答头 ETag 供修改时使用")
NEEDS = _page(_NEED, "/api/v1/needs")
PATENT = Example(RecordDocument, _PATENT, "专利，应答头 ETag 供修改时使用")
PATENTS = _page(_PATENT, "/api/v1/patents")
ENTERPRISE = Example(RecordDocument, _ENTERPRISE, "企业，应答头 ETag 供修改时使用")
ENTERPRISES = _page(_ENTERPRISE, "/api/v1/enterprises")
_JOB = {
    "id": "18a3f0c2b7d4e5f60011223344556677",
    "kind": "import",
    "label": "导入",
    "title": "导入 专利盘点表.xlsx",
    "by": "省级主管部门：对接平台",
    "state": "已完成",
    "progress": 1.0,
    "message": "",
    "attempts": 1,
    "created": "2026-06-30T09:00:00",
    "finished": "2026-06-30T09:00:12",
    "result": {"rows_read": 120, "landed": 110, "merged": 8, "refused": 2, "file": "导入报告.xlsx"},
}
JOB = Example(JobDocument, _JOB, "任务；应答头 Location 是它的地址")
JOBS = Example(JobsDocument, {"items": [_JOB], "next": None}, "一页，最新的在前")

_INTEREST: dict[str, Any] = {
    "id": "YX0123456789AB",
    "patent_id": "CN202310123456",
    "patent": "一种抗污染反渗透膜及其制备方法",
    "holders": ["河东大学"],
    "enterprise": "云州净源水务有限公司",
    "need": "海水淡化反渗透膜的抗污染改性",
    "created": "2026-06-30T09:00:00",
    "due": "2026-07-07",
    "overdue": 0,
    "standing": "待答复",
    "owing": ["河东大学"],
    "answers": [],
    "contacts": {},
}
INTEREST = Example(InterestDocument, _INTEREST, "意向；全部权利人同意后，查询单条时含双方的联系方式")
INTERESTS = Example(
    InterestsDocument, {"items": [_INTEREST], "next": None}, "一页意向，新的在前，不含联系方式"
)
