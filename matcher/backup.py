"""A workspace as one file, and back: records, settings, artefacts and indexes, with a checksum of each.

What can be made again is left out: cached vectors, downloaded models, uploads. The file holds contacts and the hashes of
passwords: keep it as closely as the workspace itself.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from matcher.errors import InputError, NotReady
from matcher.replacing import replacing
from matcher.settings import Settings, load_settings
from matcher.store.copying import copy_database
from matcher.store.engine import open_engine, snapshot, sqlite_url
from matcher.store.migrations import RECORDS, History

FORMAT = 1
_DATABASE = "matcher.db"
_MANIFEST = "backup.json"
_LEFT_OUT = frozenset({"vectors", "models", "jobs"})
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds."""

    made_at: str
    files: int
    bytes: int


def back_up(
    settings: Settings, file: Path, made_at: datetime, histories: Sequence[History] = (RECORDS,)
) -> BackedUp:
    """Write the workspace to `file`, whole or not at all, as one state of the database, while others may go on working.

    `histories` are those of all tables that live in it. The archive is the same whatever the database: a workspace may be
    restored into the other one. Raises NotReady where there is nothing to keep.
    """
    with tempfile.TemporaryDirectory() as folder, replacing(file) as temporary:
        copy = Path(folder) / _DATABASE
        _copy(settings, copy, histories)
        kept = {_DATABASE: copy, **dict(_files(settings.home))}
        sums = {name: _checksum(path) for name, path in kept.items()}
        made = BackedUp(made_at.isoformat(), len(kept), sum(path.stat().st_size for path in kept.values()))
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
            pack.writestr(_MANIFEST, json.dumps({"format": FORMAT, **asdict(made), "sha256": sums}))
            for name, path in kept.items():
                pack.write(path, name)
    file.chmod(0o600)
    return made


def restore(file: Path, home: Path, histories: Sequence[History] = (RECORDS,)) -> BackedUp:
    """Unpack a backup into a workspace folder that is not there yet, or empty; whole or not at all.

    The rows go to where the restored settings and the environment say that the database is; a server's must be empty.
    Raises InputError, or NotReady where the server is away.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise InputError(f"{home} 中已有内容。请用 --home 指定一个新的文件夹，以免覆盖。", code="not_empty")
    home.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}-"))
    try:
        with zipfile.ZipFile(file) as pack:
            made = _unpack(pack, aside)
        _fill(aside, histories)
        if home.exists():
            home.rmdir()
        aside.replace(home)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise InputError(f"“{file.name}”不是完整的备份文件，未恢复任何内容。", code="bad_backup") from error
    except OSError as error:
        raise InputError(
            f"无法读取“{file.name}”或写入 {home}（{error.strerror}）。", code="unreadable"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return made


def _copy(settings: Settings, file: Path, histories: Sequence[History]) -> None:
    """The database as a SQLite file."""
    database = settings.home / _DATABASE
    if settings.database_url is None and not database.is_file():
        raise NotReady(f"{settings.home} 中还没有数据，无需备份。")
    source = open_engine(settings.database_url or sqlite_url(database))
    if settings.database_url is None:
        snapshot(source, file)
    else:
        target = open_engine(sqlite_url(file))
        copy_database(source, target, histories)
        target.dispose()  # what its log holds moves into the file
    source.dispose()


def _fill(home: Path, histories: Sequence[History]) -> None:
    """Put the rows of an unpacked workspace into the server that its settings name, where they name one."""
    if (url := load_settings(home=home).database_url) is not None:
        source, target = open_engine(sqlite_url(home / _DATABASE)), open_engine(url)
        copy_database(source, target, histories)
        source.dispose()
        target.dispose()
        for left in home.glob(f"{_DATABASE}*"):
            left.unlink()


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """Names and paths of what is kept besides the database; hidden and temporary files are not."""
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home)
        if not path.is_file() or name.parts[0] in _LEFT_OUT or name.name == "LOCK":
            continue
        if name.name.startswith((_DATABASE, ".")) or any(part.startswith("building") for part in name.parts):
            continue
        yield name.as_posix(), path


def _unpack(pack: zipfile.ZipFile, folder: Path) -> BackedUp:
    """Write every file that the manifest names, and nothing else; each must be what its checksum says."""
    manifest = json.loads(pack.read(_MANIFEST))
    if manifest["format"] != FORMAT:
        raise InputError("备份由本程序的另一版本制作，格式不同。请用制作它的版本恢复。", code="other_format")
    for name, stated in manifest["sha256"].items():
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
            raise ValueError(name)
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        with pack.open(name) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, _BLOCK)
        if _checksum(target) != stated:
            raise ValueError(name)
    return BackedUp(manifest["made_at"], manifest["files"], manifest["bytes"])


def _checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
