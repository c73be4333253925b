"""An event as a form: what its boxes hold, and the event that they ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from api.pages.boxes import groups, several, words
from matcher.domain import LicensingMode, PatentType
from matcher.errors import InputError
from matcher.events import Event, Rules, Scope
from matcher.groups import quota_named
from matcher.matches import Grade

_LONGEST = 2_000
_CAPS = range(1, 1_001)
LIBRARY, BASE = "资源库", "基础库"
"""Whether patents outside the screened library count although there is one."""

Answers = Mapping[str, str]
"""The form by name of box; several ticks of one name are joined by 、."""


async def _posted(request: Request) -> dict[str, str]:
    form = await request.form()
    return {
        name: "、".join(part.strip()[:_LONGEST] for part in form.getlist(name) if isinstance(part, str))
        for name in form
    }


Posted = Annotated[dict[str, str], Depends(_posted)]
"""A dependency: the answers of a form."""


def event_of(answers: Answers, base: Event) -> Event:
    """The event that a form asks for; what it has no box for stays as in `base`. Raises InputError."""
    return replace(
        base,
        name=answers.get("name", "").strip(),
        starts=_day(answers, "starts", "活动日期"),
        ends=_day(answers, "ends", "结束日期") if answers.get("ends") else None,
        place=answers.get("place", ""),
        organiser=answers.get("organiser") or base.organiser,
        scope=_scope(answers, base.scope),
        rules=rules_of(answers, base.rules),
    )


def _scope(answers: Answers, base: Scope) -> Scope:
    """Ticks that are not set are not sent: a form with the first box has them all."""
    if "need_region" not in answers:
        return base
    return replace(
        base,
        regions=words(answers.get("region", "")),
        holders=several(answers.get("holder", "")),
        ipc=words(answers.get("ipc", "")),
        types=tuple(kind for kind in PatentType if kind in several(answers.get("type", ""))),
        modes=tuple(mode for mode in LicensingMode if mode in several(answers.get("mode", ""))),
        industries=several(answers.get("industry", "")),
        min_maturity=whole_number(answers, "min_maturity", "最低技术成熟度", range(1, 10)),
        need_regions=words(answers.get("need_region", "")),
        enterprises=several(answers.get("enterprise", "")),
        need_ids=several(answers.get("need", "")),
        groups=groups(answers.get("group", "")),
        base=answers.get("library") == BASE,
    )


def rules_of(answers: Answers, base: Rules) -> Rules:
    """The rules that a form asks for; a box that is not there leaves its rule, an empty one sets no limit."""

    def cap(name: str, label: str, standing: int | None) -> int | None:
        return whole_number(answers, name, label, _CAPS) if name in answers else standing

    per_need = cap("per_need", "每项需求最多几件专利", base.per_need)
    if per_need is None:
        raise InputError("请填写每项需求最多几件专利。", code="per_need_missing")
    floor = answers.get("floor", base.floor)
    if floor not in set(Grade):
        raise InputError(f"不认识的推荐等级“{floor}”。可选：{'、'.join(Grade)}。", code="unknown_grade")
    return replace(
        base,
        per_need=per_need,
        per_patent=cap("per_patent", "每件专利最多列给几项需求", base.per_patent),
        per_holder_in_need=cap("per_holder_in_need", "每项需求中同一权利人最多几件", base.per_holder_in_need),
        per_holder=cap("per_holder", "同一权利人合计最多几条", base.per_holder),
        floor=Grade(floor),
        no_repeat_months=whole_number(answers, "no_repeat_months", "几个月内不重复", range(121))
        or (0 if "no_repeat_months" in answers else base.no_repeat_months),
        candidates=max(20, 3 * per_need),
        quotas=tuple(map(quota_named, several(answers["quota"]))) if "quota" in answers else base.quotas,
    )


def rule_answers(rules: Rules) -> Answers:
    """The rules as the form shows them."""
    found = {
        "per_need": rules.per_need,
        "per_patent": rules.per_patent,
        "per_holder_in_need": rules.per_holder_in_need,
        "per_holder": rules.per_holder,
        "no_repeat_months": rules.no_repeat_months,
        "floor": rules.floor,
        "quota": "、".join(map(str, rules.quotas)),
    }
    return {name: "" if value is None else str(value) for name, value in found.items()}


def answers_of(event: Event) -> Answers:
    """A stored event as the form shows it."""
    scope = event.scope
    lists: dict[str, tuple[str, ...]] = {
        "region": scope.regions,
        "holder": scope.holders,
        "ipc": scope.ipc,
        "type": scope.types,
        "mode": scope.modes,
        "industry": scope.industries,
        "need_region": scope.need_regions,
        "enterprise": scope.enterprises,
        "need": scope.need_ids,
        "group": tuple(map(str, scope.groups)),
    }
    return {
        "name": event.name,
        "starts": event.starts.isoformat(),
        "ends": event.ends.isoformat() if event.ends else "",
        "place": event.place,
        "organiser": event.organiser,
        "min_maturity": str(scope.min_maturity or ""),
        "library": BASE if scope.base else LIBRARY,
        **{name: "、".join(values) for name, values in lists.items()},
        **rule_answers(event.rules),
    }


def seen_version(answers: Answers) -> int:
    """The version of the event or outcome that the form was made of; raises InputError where it does not say."""
    found = whole_number(answers, "version", "版本", range(1, 1_000_001))
    if found is None:
        raise InputError("表单不完整（缺版本号）。请刷新页面后重试。", code="no_version")
    return found


def _day(answers: Answers, name: str, label: str) -> date:
    text = answers.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{label}“{text}”应写成 2026-10-20 的形式。", code="bad_day") from error


def whole_number(answers: Answers, name: str, label: str, allowed: range) -> int | None:
    """What a box for a whole number holds, None where it is empty; raises InputError."""
    text = answers.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in allowed:
        bounds = f"{allowed.start} 到 {allowed.stop - 1}"
        raise InputError(f"{label}应为 {bounds} 的整数，填的是“{text[:30]}”。", code="bad_count")
    return int(text)
