"""交办: what an expert was given to assess and a service institution to serve, and what both say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from api.access.policy import Operation, allowed_patent
from api.access.roles import Role
from api.pages.posting import AssessForm, ServeForm
from api.pages.rendering import page, see_other
from api.serving import ReadingAssigned, Serving, caller_of
from matcher.commissions import Commission, CommissionKind
from matcher.domain import Assessment, Expert, Patent, Prospect
from matcher.errors import Conflict, InputError, NotFound
from matcher.importing.lines import read_line
from matcher.matchlists.exports.wording import patent_number
from matcher.programme.responding import respond
from matcher.responses import NEXT, Subject, Turn, opening
from matcher.responses import Response as Answer

router = APIRouter(include_in_schema=False)

_SOURCE = "网上评价"
_PLACE = "P"
"""Where the importer wants a number: the patent is known already, whatever number it has."""
_KINDS = {Role.EXPERT: CommissionKind.ASSESSMENT, Role.SERVICE: CommissionKind.SERVICE}
_PatentId = Annotated[str, Path(max_length=200)]
_Line = Annotated[str, Form(max_length=200)]
_Text = Annotated[str, Form(max_length=2_000)]


@dataclass(frozen=True, slots=True)
class Given:
    """One commission with its patent and what the expert has said of it, or the institution answered."""

    commission: Commission
    patent: Patent
    said: Assessment | None
    answers: tuple[Answer, ...] = ()
    """Every one, the newest last."""

    @property
    def answer(self) -> Answer:
        """How the institution's service stands."""
        return self.answers[-1] if self.answers else opening(self.commission.id, Subject.SERVICE)


@dataclass(frozen=True, slots=True)
class Refused:
    """What an institution typed for one commission, and why it was not kept."""

    commission_id: str
    state: str
    note: str
    trouble: InputError | Conflict


@router.get("/assigned")
def assigned(serving: ReadingAssigned) -> Response:
    """Everything that was given, the newest first."""
    return _assigned(serving)


def _assigned(serving: Serving, refused: Refused | None = None) -> Response:
    status = 200 if refused is None else 409 if isinstance(refused.trouble, Conflict) else 422
    given = list(reversed(_given(serving)))
    values = {"given": given, "numbered": patent_number, "next": NEXT[Subject.SERVICE], "refused": refused}
    return page(serving, "assigned.html", status, **values)


@router.post("/service-answers/{commission_id}")
def answer_service(
    serving: ServeForm,
    commission_id: Annotated[str, Path(max_length=50)],
    version: Annotated[int, Form(ge=0, le=1_000_000)],
    state: _Line = "",
    note: _Text = "",
) -> Response:
    """Keep what an institution says of a patent that it was given, on what it saw; else the page with what to mend."""
    caller, store = caller_of(serving), serving.workspace.store
    commission = store.commissions.get(commission_id)
    if commission is None or commission.party_id != caller.subject:
        raise NotFound(f"没有编号为“{commission_id}”的服务对接。")
    try:
        turn = Turn(state, caller.name, serving.at, note=note.strip())
        respond(serving.workspace, Subject.SERVICE, commission_id, turn, version)
    except (InputError, Conflict) as error:
        return _assigned(serving, Refused(commission_id, state, note, error))
    serving.note("回应服务对接", f"{commission_id} {state}")
    return see_other("/assigned")


@router.get("/assigned/{patent_id:path}")
def assessment_form(serving: ReadingAssigned, patent_id: _PatentId) -> Response:
    """The form of one patent, with what was said before."""
    return _form(serving, _one(serving, patent_id))


@router.post("/assigned/{patent_id:path}")
def assess(
    serving: AssessForm,
    patent_id: _PatentId,
    prospect: _Line = "",
    maturity: _Line = "",
    improvement: _Text = "",
    cooperation: _Text = "",
) -> Response:
    """Keep an expert's assessment by the importer's rules; a later one of the same expert takes its place."""
    given, expert = _one(serving, patent_id), _expert(serving)
    answers = {
        "prospect": prospect.strip(),
        "maturity": maturity.strip(),
        "improvement": improvement.strip(),
        "cooperation": cooperation.strip(),
    }
    stated = {
        "own_id": given.commission.id,
        "patent": _PLACE,
        "enterprise": expert.unit,
        "assessor": expert.name,
        "on": serving.at.date().isoformat(),
        **answers,
    }
    read = read_line(Assessment, {name: text for name, text in stated.items() if text}, _SOURCE)
    troubles = [problem.message for problem in read.problems]
    if not answers["prospect"]:
        troubles.insert(0, "请选择产业化前景。")
    if read.record is None or troubles:
        return _form(serving, given, answers, troubles)
    said = replace(read.record, patent_id=given.patent.id)
    serving.workspace.store.merge([said], serving.at.date(), prefer_new=True)
    serving.note("提交企业评价", given.commission.id)
    return see_other("/assigned")


def _given(serving: Serving) -> list[Given]:
    """The caller's commissions, the oldest first; of the assessments only its own."""
    caller, store = caller_of(serving), serving.workspace.store
    kind = _KINDS.get(caller.role)
    commissions = store.commissions.all(kind, caller.subject) if kind and caller.subject else []
    patents = store.patents.many(one.patent_id for one in commissions)
    said = store.assessments.by_patent(patents)
    return [
        Given(
            one,
            patents[one.patent_id],
            _own(said.get(one.patent_id, []), one),
            tuple(store.responses.history(one.id)) if one.kind is CommissionKind.SERVICE else (),
        )
        for one in commissions
        if one.patent_id in patents
    ]


def _own(said: list[Assessment], commission: Commission) -> Assessment | None:
    """The assessment under the commission's number, else one that came back on the expert's sheet."""
    mine = [
        one
        for one in said
        if one.id.endswith(commission.id) or f"{one.assessor}（{one.enterprise}）" == commission.party_id
    ]
    return mine[-1] if mine else None


def _one(serving: Serving, patent_id: str) -> Given:
    patent = serving.workspace.store.patents.get(patent_id)
    allowed_patent(caller_of(serving), Operation.READ_ASSIGNED, patent, patent_id)
    return next(one for one in _given(serving) if one.patent.id == patent_id)


def _expert(serving: Serving) -> Expert:
    found = serving.workspace.store.experts.get(caller_of(serving).subject)
    if found is None:
        raise NotFound("没有这位专家的记录。请联系管理员。")
    return found


def _form(
    serving: Serving, given: Given, answers: dict[str, str] | None = None, troubles: list[str] | None = None
) -> Response:
    said = given.said
    known = {
        "prospect": str(said.prospect or "") if said else "",
        "maturity": said.maturity.text if said and said.maturity else "",
        "improvement": said.improvement if said else "",
        "cooperation": said.cooperation if said else "",
    }
    return page(
        serving,
        "assess.html",
        422 if troubles else 200,
        given=given,
        answers=answers or known,
        troubles=troubles or [],
        prospects=list(Prospect),
        numbered=patent_number,
    )
