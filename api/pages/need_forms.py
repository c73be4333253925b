"""登记和修改需求: the import template's columns as a form, read by the importer itself, so that both take the same."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Form, Path, Request, Response

from api.access.policy import Operation, allowed_need, city_of
from api.access.roles import Caller, Role
from api.anonymity import held_back
from api.pages.posting import NeedForm
from api.pages.rendering import page, path_to, see_other
from api.serving import Serving, WritingNeeds, caller_of
from matcher.confines import confined
from matcher.domain import Confidentiality, Need
from matcher.errors import Conflict
from matcher.importing.cells import RowRefused
from matcher.importing.reading import read_records
from matcher.importing.synonyms import RecordKind
from matcher.matchlists.template_fields import TEMPLATES
from matcher.programme.diagnosis import Diagnosis, diagnose
from matcher.store.merging import merge

router = APIRouter(include_in_schema=False)

_OF_THE_ENTERPRISE = frozenset({"企业名称", "统一社会信用代码"})
_OURS = frozenset({"需求编号", "提出日期"})
_LONG = frozenset({"需求描述", "技术指标", "技术难题"})
_LONGEST = 20_000
_NAMELESS = "未命名"
_LONGEST_TITLE = 50
"""Characters of a first line that still is a name; of a longer one the first clause is."""
_CLAUSE = re.compile("[。；;！!？?，,]")
_FIELDS = tuple(
    field
    for template in TEMPLATES
    if template.kind is RecordKind.NEEDS
    for field in template.fields
    if field.title not in _OURS
)
_COLUMNS = {"region": "所在地区", "enterprise": "企业名称"}
"""Where a form says what `confined` refuses."""
_NeedId = Annotated[str, Path(max_length=200)]


@dataclass(frozen=True, slots=True)
class Read:
    """What the importer makes of a form: a need, or what to mend by column."""

    need: Need | None
    troubles: Mapping[str, str]


async def _posted(request: Request) -> dict[str, str]:
    """The form's answers by column; several ticks of one column as one cell."""
    form = await request.form()
    answers = ((field.title, form.getlist(field.title)) for field in _FIELDS)
    return {
        title: "；".join(part.strip()[:_LONGEST] for part in parts if isinstance(part, str))
        for title, parts in answers
    }


_Answers = Annotated[dict[str, str], Depends(_posted)]


@router.get("/need-forms/new")
def blank_form(serving: WritingNeeds) -> Response:
    """An empty form; a city's own address stands in it."""
    city = city_of(caller_of(serving), Operation.WRITE_NEED)
    return _form(serving, {"所在地区": city} if city else {}, "/need-forms/new")


@router.post("/need-forms/draft")
def drafted_form(serving: NeedForm, text: Annotated[str, Form(max_length=_LONGEST)] = "") -> Response:
    """A form that starts with the text of a search."""
    title, _, rest = text.strip().partition("\n")
    if len(title) > _LONGEST_TITLE:
        title, rest = _CLAUSE.split(title, maxsplit=1)[0][:_LONGEST_TITLE], text.strip()
    answers = {"需求名称": title.strip(), "需求描述": rest.strip()}
    return _form(serving, answers, "/need-forms/new", diagnosis=_diagnosis(serving, answers))


@router.post("/need-forms/diagnosis")
def diagnosed_form(
    serving: NeedForm, answers: _Answers, need: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """The form with what it still lacks, stored nowhere; `need` is the one that is being edited."""
    if not need:
        return _form(serving, answers, "/need-forms/new", diagnosis=_diagnosis(serving, answers))
    edited = _need(serving, need)
    return _form(
        serving,
        answers,
        path_to("need-forms", edited.id),
        seen=_seen(edited),
        need=edited.id,
        diagnosis=_diagnosis(serving, {**_answers_of(edited), **{k: v for k, v in answers.items() if v}}),
    )


@router.post("/need-forms/new")
def register(serving: NeedForm, answers: _Answers) -> Response:
    """Store a new need under a number of its own; else the form with what to mend. A form sent twice is one need."""
    read = _read(
        serving,
        {**answers, "需求编号": _number(serving, answers), "提出日期": serving.at.date().isoformat()},
    )
    if read.need is None:
        return _form(serving, answers, "/need-forms/new", read.troubles)
    try:
        return _stored(serving, None, read.need)
    except Conflict:  # the same form, sent before
        return see_other(path_to("needs", read.need.id))


@router.get("/need-forms/{need_id:path}")
def edit_form(serving: WritingNeeds, need_id: _NeedId) -> Response:
    """The form with what is stored."""
    need = _need(serving, need_id)
    waits = need.id in serving.services.confirmations.waiting()
    return _form(
        serving,
        _answers_of(need) | ({"公开范围": str(Confidentiality.ANONYMOUS)} if waits else {}),
        path_to("need-forms", need.id),
        seen=_seen(need),
        need=need.id,
        diagnosis=diagnose(need),
    )


@router.post("/need-forms/{need_id:path}")
def edit(
    serving: NeedForm, need_id: _NeedId, answers: _Answers, seen: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Store what was changed; raises Conflict where somebody else has changed the need since the form was made."""
    need = _need(serving, need_id)
    if seen != _seen(need):
        raise Conflict("需求在您填写期间已被他人修改。请返回需求页重新打开表单，核对后再改。")
    received = (need.received or serving.at.date()).isoformat()
    read = _read(serving, {**answers, "需求编号": need.own_id or need.id, "提出日期": received})
    if read.need is None:
        return _form(serving, answers, path_to("need-forms", need.id), read.troubles, seen, need.id)
    same = replace(read.need, id=need.id, own_id=need.own_id, source=need.source, received=need.received)
    return _stored(serving, need, merge(need, same, prefer_new=True).record)


def _number(serving: Serving, answers: Mapping[str, str]) -> str:
    """The same for what the same account writes on one day."""
    said = repr((caller_of(serving).account_id, sorted(answers.items())))
    return f"XQ{serving.at:%Y%m%d}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _need(serving: Serving, need_id: str) -> Need:
    found = serving.workspace.store.needs.get(need_id)
    return allowed_need(caller_of(serving), Operation.WRITE_NEED, found, need_id)


def _read(serving: Serving, answers: Mapping[str, str]) -> Read:
    """The answers as the importer takes them; anything it would refuse or leave out is to be mended."""
    parsed = _parsed(serving, answers)
    troubles = dict(parsed.troubles)
    if not answers["需求名称"]:
        troubles["需求名称"] = "请填写需求名称"
    if parsed.need is None or troubles:
        return Read(None, troubles)
    return _confined(serving, parsed.need)


def _confined(serving: Serving, need: Need) -> Read:
    """The need as the caller may store it: a city's own."""
    city = city_of(caller_of(serving), Operation.WRITE_NEED)
    if not city:
        return Read(need, {})
    try:
        return Read(confined(serving.workspace.store, city)(need), {})
    except RowRefused as refused:
        return Read(None, {_COLUMNS.get(refused.field, "需求名称"): str(refused)})


def _diagnosis(serving: Serving, answers: Mapping[str, str]) -> Diagnosis:
    """What the answers still lack, as far as they can be read; a nameless need is diagnosed too."""
    title = answers.get("需求名称", "")
    need = _parsed(serving, {**answers, "需求名称": title or _NAMELESS}).need
    return diagnose(replace(need or Need(id="", title=""), title=title))


def _parsed(serving: Serving, answers: Mapping[str, str]) -> Read:
    """The answers as the importer reads a line of a file, with all it has to say of them."""
    line = {title: text for title, text in {**answers, **_owner(serving)}.items() if text}
    with tempfile.TemporaryDirectory() as folder:
        file = FilePath(folder) / "页面登记.jsonl"
        file.write_bytes(orjson.dumps(line))
        reading = read_records(file, RecordKind.NEEDS, limits=serving.workspace.settings.limits)
        needs = [located.record for located in reading]
    return Read(next(iter(needs), None), {problem.column: problem.message for problem in reading.problems})


def _owner(serving: Serving) -> dict[str, str]:
    """An enterprise's account speaks for its enterprise, whatever the form holds."""
    caller: Caller = caller_of(serving)
    if caller.role is not Role.ENTERPRISE:
        return {}
    enterprise = serving.workspace.store.enterprises.get(caller.subject)
    return {"企业名称": enterprise.name if enterprise else caller.subject, "统一社会信用代码": ""}


def _stored(serving: Serving, before: Need | None, need: Need) -> Response:
    """Store a new need, or one in the place of what it was before; raises Conflict where somebody else was faster."""
    caller = caller_of(serving)
    if caller.role is Role.ENTERPRISE:
        need = replace(need, enterprise_id=caller.subject)
    store, confirmations, day = serving.workspace.store, serving.services.confirmations, serving.at.date()
    held = held_back(confirmations, caller, need, store.enterprises.get(need.enterprise_id), serving.at)
    if before is None:
        store.edits.add(held.need, day, held.along)
    else:
        store.edits.replace(before, held.need, day, held.along)
    serving.note("登记需求" if before is None else "修改需求", need.id)
    if serving.workspace.store.patents.count():
        serving.services.worker.build_index(caller.actor)
    waits = held.need.confidentiality is not need.confidentiality
    if waits:
        serving.services.notices.to_confirm(need.id, caller.subject, serving.at)
    return see_other(path_to("confirmations" if waits else "needs", need.id))


def _form(
    serving: Serving,
    answers: Mapping[str, str],
    address: str,
    troubles: Mapping[str, str] | None = None,
    seen: str = "",
    need: str = "",
    diagnosis: Diagnosis | None = None,
) -> Response:
    own = caller_of(serving).role is Role.ENTERPRISE
    fields = [field for field in _FIELDS if not (own and field.title in _OF_THE_ENTERPRISE)]
    return page(
        serving,
        "need_form.html",
        422 if troubles else 200,
        fields=fields,
        answers=answers,
        address=address,
        troubles=troubles or {},
        seen=seen,
        need=need,
        diagnosis=diagnosis or _diagnosis(serving, answers),
        long=_LONG,
        default=str(Confidentiality.AUTHORITY_ONLY),
    )


def _answers_of(need: Need) -> dict[str, str]:
    """A stored need as it would be written in the template."""
    found: dict[str, str | date | float | None] = {
        "需求名称": need.title,
        "企业名称": need.enterprise,
        "需求描述": need.description,
        "技术指标": need.indicators,
        "技术难题": need.problem,
        "技术领域": need.field,
        "所属行业": need.industry,
        "所在地区": need.region,
        "预算": f"{need.budget:.10g}" if need.budget is not None else None,
        "合作方式": "；".join(need.cooperation),
        "可接受的转化方式": "；".join(need.modes),
        "成熟度要求": need.min_maturity.text if need.min_maturity else None,
        "有效期": need.valid_until,
        "公开范围": str(need.confidentiality),
    }
    return {title: str(value) for title, value in found.items() if value}


def _seen(need: Need) -> str:
    """What the need was when a form was made of it."""
    return hashlib.sha256(repr(need).encode()).hexdigest()
