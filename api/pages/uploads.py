"""Files that were sent and wait for somebody to confirm how their columns are understood."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

import orjson

from api.jobs import Upload, plain_name
from matcher.errors import NotFound
from matcher.landing import record_kind

_KEPT = timedelta(days=1)
"""How long a file waits."""
_STATED = "upload.json"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file, what it was said to be, and who sent it."""

    id: str
    upload: Upload
    file: Path


def take_in(home: Path, upload: Upload, by: str, at: datetime, keep: Callable[[Path], None]) -> str:
    """Keep a file, `keep` writes its bytes; its id. Raises InputError. Files that nobody confirmed for a day are removed."""
    record_kind(upload.kind)
    named = replace(upload, name=plain_name(upload.name))
    _clear(home, at)
    id_ = token_hex(16)
    folder = _folder(home, id_)
    (folder / "file").mkdir(parents=True)
    try:
        keep(folder / "file" / named.name)
        (folder / _STATED).write_bytes(orjson.dumps({"by": by, "at": at, "upload": asdict(named)}))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return id_


def waiting(home: Path, id: str, by: str) -> Waiting:
    """The file of that id, for the one who sent it; raises NotFound."""
    folder = _folder(home, id)
    try:
        stated = orjson.loads((folder / _STATED).read_bytes())
    except OSError:
        stated = {"by": None}
    if stated["by"] != by:
        raise NotFound("没有待确认的这个文件：可能已经导入，或超过一天未确认已删除。请重新上传。")
    upload = Upload(**stated["upload"])
    return Waiting(id, upload, folder / "file" / upload.name)


def forget(home: Path, id: str) -> None:
    """Remove a file."""
    shutil.rmtree(_folder(home, id), ignore_errors=True)


def _folder(home: Path, id: str) -> Path:
    return home / "uploads" / id


def _clear(home: Path, at: datetime) -> None:
    for stated in (home / "uploads").glob(f"*/{_STATED}"):
        if at - datetime.fromisoformat(orjson.loads(stated.read_bytes())["at"]) > _KEPT:
            forget(home, stated.parent.name)
