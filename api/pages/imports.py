"""导入: a file is taken in, its columns are confirmed, and every row is accounted for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile

from api.access.policy import CITY_IMPORTS, Operation, city_of, importable
from api.admission import Admitted
from api.jobs import Upload
from api.pages import uploads
from api.pages.lists import attachment
from api.pages.posting import ImportForm
from api.pages.rendering import page, see_other
from api.serving import Importing, Serving, caller_of
from matcher import usecases
from matcher.errors import InputError
from matcher.importing.headers import Recogniser
from matcher.importing.preview import Preview
from matcher.importing.reading import KIND_LABELS
from matcher.importing.synonyms import RecordKind
from matcher.landing import Manner
from matcher.matchlists.templates import field_labels, write_template

router = APIRouter(include_in_schema=False, route_class=Admitted)

ADDRESS = "/import"
LARGEST = 200_000_000
"""Bytes of an uploaded file."""
_JOBS = 10
_JOURNAL = 20
_Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


async def _confirmed(request: Request) -> dict[str, str]:
    """Header → what the form calls its field; "" for what is not to be imported."""
    form = await request.form()
    texts = [[each for each in form.getlist(name) if isinstance(each, str)] for name in ("header", "field")]
    return dict(zip(*texts, strict=False))


_Columns = Annotated[dict[str, str], Depends(_confirmed)]


@router.get(ADDRESS)
def import_form(
    serving: Importing,
    kind: Annotated[str, Query(max_length=20)] = "",
    source: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The form, for a file of that kind and source where they are named, and the latest jobs."""
    caller, queue = caller_of(serving), serving.services.worker.jobs
    city = city_of(caller, Operation.IMPORT)
    # A city sees what it sent itself: the names of others' files are no business of its.
    jobs = queue.page(["import"], "", _JOBS, caller.actor) if city else queue.recent(_JOBS)
    journal = [] if city else list(reversed(serving.workspace.store.imports.all()))[:_JOURNAL]
    return page(
        serving,
        "import.html",
        city=city,
        labels=KIND_LABELS,
        kinds={each: label for each, label in KIND_LABELS.items() if not city or each.value in CITY_IMPORTS},
        kind=kind,
        source=source,
        jobs=jobs,
        journal=journal,
    )


@router.post(ADDRESS)
def take_file(
    serving: ImportForm,
    file: Annotated[UploadFile, File()],
    kind: Annotated[str, Form(max_length=20)],
    source: Annotated[str, Form(max_length=100)] = "",
    prefer_new: Annotated[bool, Form()] = False,
) -> Response:
    """Keep the file until its columns are confirmed; raises InputError for what cannot be read at all."""

    def keep(path: FilePath) -> None:
        with path.open("wb") as stream:
            shutil.copyfileobj(file.file, stream)

    within = importable(caller_of(serving), kind)
    upload = Upload(file.filename or "", kind, source.strip(), prefer_new, within=within)
    home, by = serving.workspace.settings.home, caller_of(serving).actor
    id_ = uploads.take_in(home, upload, by, serving.at, keep)
    try:
        _preview(serving, uploads.waiting(home, id_, by), {})
    except InputError:
        uploads.forget(home, id_)
        raise
    return see_other(f"/imports/{id_}")


@router.get("/imports/{id}")
def columns_page(serving: Importing, id: _Id) -> Response:
    """How the columns of a file are understood, with its first rows."""
    found = _waiting(serving, id)
    kept = serving.workspace.store.columns.of(found.upload.kind, found.upload.source)
    return _columns_page(serving, found, kept, kept=bool(kept))


@router.post("/imports/{id}/preview")
def look_again(
    serving: ImportForm, id: _Id, columns: _Columns, keep: Annotated[bool, Form()] = False
) -> Response:
    """The same with the columns as the officer has set them; nothing lands."""
    found = _waiting(serving, id)
    return _columns_page(serving, found, _corrections(found, columns), kept=keep)


@router.post("/imports/{id}")
def land(serving: ImportForm, id: _Id, columns: _Columns, keep: Annotated[bool, Form()] = False) -> Response:
    """Queue the import with these columns; raises InputError where they are to be kept for no source."""
    found = _waiting(serving, id)
    mapping, upload = _corrections(found, columns), found.upload
    if keep and not upload.source:
        raise InputError("要记住列的对应关系，须在上传时填写数据来源。", code="no_source")
    _preview(serving, found, mapping)
    store, shared = serving.workspace.store, not upload.within
    if keep and not shared:
        raise InputError(
            "列的对应关系由省级主管部门记住，供各地共用；本次导入已按您的修改理解各列，请取消勾选后再导入。",
            code="no_source",
        )
    if keep or (shared and not mapping and store.columns.of(upload.kind, upload.source)):
        store.columns.keep(upload.kind, upload.source, mapping)

    def hand_over(to: FilePath) -> None:
        shutil.move(found.file, to)

    confirmed = replace(upload, mapping=mapping)
    job = serving.services.worker.import_file(confirmed, caller_of(serving).actor, hand_over)
    uploads.forget(serving.workspace.settings.home, id)
    serving.note("导入文件", f"{job.title}（{upload.kind}）")
    return see_other(f"/jobs/{job.id}")


@router.get("/templates/{kind}")
def template(serving: Importing, kind: Annotated[str, Path(max_length=20)]) -> Response:
    """An empty form with drop-downs, as `matcher template` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        file = FilePath(folder) / "template.xlsx"
        write_template(kind, file)
        return attachment(file.read_bytes(), f"{kind}-模板.xlsx")


def _waiting(serving: Serving, id: str) -> uploads.Waiting:
    return uploads.waiting(serving.workspace.settings.home, id, caller_of(serving).actor)


def _preview(serving: Serving, found: uploads.Waiting, mapping: Mapping[str, str]) -> Preview:
    manner = Manner(mapping, found.upload.source)
    return usecases.preview_file(serving.workspace, found.upload.kind, found.file, manner)


def _corrections(found: uploads.Waiting, columns: Mapping[str, str]) -> dict[str, str]:
    """What the form says otherwise than the table of headers does; raises InputError for an unknown field."""
    kind = RecordKind(found.upload.kind)
    known, fields = (
        Recogniser(kind, {}),
        {label: field for field, label in field_labels(kind).items()} | {"": ""},
    )
    unknown = [label for label in columns.values() if label not in fields]
    if unknown:
        raise InputError(f"没有名为“{unknown[0]}”的项。请从列表中选择各列的含义。", code="unknown_field")
    chosen = {header: fields[label] for header, label in columns.items()}
    return {header: field for header, field in chosen.items() if field != (known.field(header) or "")}


def _columns_page(
    serving: Serving, found: uploads.Waiting, mapping: Mapping[str, str], *, kept: bool
) -> Response:
    kind = RecordKind(found.upload.kind)
    return page(
        serving,
        "columns.html",
        waiting=found,
        kind=KIND_LABELS[kind],
        preview=_preview(serving, found, mapping),
        labels=field_labels(kind),
        corrected=mapping,
        kept=kept,
    )
