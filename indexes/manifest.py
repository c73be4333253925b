"""Publishes index folders whole or not at all, and opens none that is damaged, stale or foreign.

    folder/CURRENT          names the version in use, with the checksum of its manifest
    folder/000007/          one version: the index's files and manifest.json with their checksums
    folder/LOCK             held by the one builder

A version is built aside, synced and renamed; then CURRENT is replaced. A reader keeps what it has opened.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from indexes.contract import IndexUnusable

FORMAT = 6
"""Raised whenever older files can no longer be read."""
_POINTER = "CURRENT"
_MANIFEST = "manifest.json"
_BUILDING = "building"
_SETTLED = 2.0
"""Seconds after its last change from which a file that has not changed again is known by its time: clocks are coarse."""
_VERSION = re.compile(r"\d{6,}")
_REBUILD = "请运行 matcher index 重建索引。"


class IndexMissing(IndexUnusable):
    """No index has been built yet."""


class IndexStale(IndexUnusable):
    """The index is whole, but made from other data, by another model or with other settings."""


class IndexBusy(IndexUnusable):
    """Another process is building the index."""


class IndexUnwritten(IndexUnusable):
    """The disk did not take a new index; the one before stays in use."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an index was made from; in an expectation, None means that any will do."""

    kind: str
    """Such as patents or demand: what the rows are."""
    data_version: str | None = None
    settings: str | None = None
    """Hash of the settings that shaped it."""
    model: str | None = None
    weights: str | None = None
    """The model's fingerprint (SHA-256)."""
    dimension: int | None = None
    metric: str | None = None
    count: int | None = None
    """Rows."""
    index: str | None = None
    """Kind of the vector index."""
    recall: float | None = None
    """Its recall@50 against the exact answer, measured when it was built."""


@dataclass(frozen=True, slots=True)
class Published:
    """A version that has passed every check."""

    path: Path
    facts: Facts
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Pointer:
    version: str
    manifest: str
    """SHA-256 of the version's manifest."""


def publish(folder: Path, build: Callable[[Path], None], facts: Facts, created_at: datetime) -> Published:
    """Let `build` write files into an empty folder, then make them the current version of `folder`.

    The version before stays on disk for readers that are just opening it; older ones and the remains of
    killed builders are removed. Raises IndexBusy while another process builds, IndexUnwritten where the disk
    is full; whatever `build` raises leaves the current version as it was.
    """
    with sole_builder(folder):
        before = _versions(folder)
        aside = folder / _BUILDING
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        try:
            build(aside)
            manifest = _seal(aside, facts, created_at)
            path = folder / f"{int(before[-1]) + 1 if before else 1:06d}"
            aside.rename(path)
        except BaseException as error:
            shutil.rmtree(aside, ignore_errors=True)
            if isinstance(error, OSError):
                raise _unwritten(folder, error) from error
            raise
        _sync(folder)
        current = current_version(folder)
        _point(folder, _Pointer(path.name, manifest))
        for version in before:
            if version != current:
                shutil.rmtree(folder / version, ignore_errors=True)
    return Published(path, facts, created_at)


def _unwritten(folder: Path, error: OSError) -> IndexUnwritten:
    return IndexUnwritten(
        f"新索引未能写入 {folder}（{error.strerror or error}），原有的索引不变。请腾出磁盘空间并检查权限，"
        "然后重新运行 matcher index。"
    )


def open_verified(folder: Path, expected: Facts) -> Published:
    """The current version, once every expected fact and then every file's checksum has been compared.

    Raises IndexMissing, IndexStale, or IndexUnusable for damage; each says in Chinese what to run.
    """
    while True:
        pointer = _pointer(folder)
        try:
            return _verify(folder / pointer.version, pointer.manifest, expected)
        except IndexUnusable:
            # A builder may have removed this version since: then another one is current.
            if _pointer(folder) == pointer:
                raise


def check_ahead(*folders: Path) -> None:
    """Begin with the checksums of the current versions beside other work; whoever opens one awaits and compares them.

    What is missing or cannot be read is left to the one who opens it.
    """
    files: SimpleQueue[Path] = SimpleQueue()
    for folder in folders:
        version = folder / (current_version(folder) or _BUILDING)
        for file in version.rglob("*"):
            if file.is_file():
                files.put(file)

    def work() -> None:
        with suppress(Empty, OSError):
            while True:
                _checksum(files.get_nowait())

    for _ in range(os.cpu_count() or 1):
        Thread(target=work, daemon=True).start()


def current_version(folder: Path) -> str | None:
    """The name of the current version, unverified: cheap enough to ask before every use of an opened one."""
    try:
        return _pointer(folder).version
    except IndexUnusable:
        return None


def _seal(path: Path, facts: Facts, created_at: datetime) -> str:
    """Sync every file and write the manifest over them; the manifest's own checksum."""
    names = sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
    files = {}
    for name in names:
        _sync(path / name)
        files[name] = {"bytes": (path / name).stat().st_size, "sha256": _checksum(path / name)}
    content = {"format": FORMAT, **asdict(facts), "created_at": created_at.isoformat(), "files": files}
    manifest = path / _MANIFEST
    manifest.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    _sync(manifest)
    for inner in (path, *(entry for entry in path.rglob("*") if entry.is_dir())):
        _sync(inner)
    return _checksum(manifest)


def _verify(path: Path, manifest_checksum: str, expected: Facts) -> Published:
    manifest = path / _MANIFEST
    try:
        if _checksum(manifest) != manifest_checksum:
            raise IndexUnusable(f"索引清单 {manifest} 已损坏。{_REBUILD}")
        content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise IndexUnusable(f"索引 {path.parent} 由本程序的另一版本建立，格式不同。{_REBUILD}")
        files: dict[str, dict[str, Any]] = content.pop("files")
        created_at = datetime.fromisoformat(content.pop("created_at"))
        published = Published(path, Facts(**content), created_at)
        _compare(published.facts, expected)
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing leaves the interpreter to others
            for file, whole in pool.map(lambda name: _whole(path / name, files[name]), files):
                if not whole:
                    raise IndexUnusable(f"索引文件 {file} 不完整或已损坏。{_REBUILD}")
        return published
    except OSError as error:
        raise IndexUnusable(f"索引文件 {error.filename} 缺失或无法读取。{_REBUILD}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise IndexUnusable(f"{manifest} 不是本程序的索引清单。{_REBUILD}") from error


def _whole(file: Path, stated: Mapping[str, Any]) -> tuple[Path, bool]:
    return file, file.stat().st_size == stated["bytes"] and _checksum(file) == stated["sha256"]


def _compare(facts: Facts, expected: Facts) -> None:
    def differs(*names: str) -> bool:
        wanted = ((getattr(expected, name), getattr(facts, name)) for name in names)
        return any(want is not None and want != have for want, have in wanted)

    if differs("kind", "metric"):
        have, want = (f"{one.kind}（{one.metric}）" for one in (facts, expected))
        raise IndexUnusable(f"这里的索引是 {have}，不是所需的 {want}。{_REBUILD}")
    if differs("model", "weights", "dimension"):
        version = "的另一版本" if facts.model == expected.model else ""
        raise IndexStale(
            f"索引由模型 {facts.model} {version}建立，与现用模型 {expected.model} 不符。{_REBUILD}"
        )
    if differs("settings", "index"):
        raise IndexStale(f"索引建立后设置有变化。{_REBUILD}")
    if differs("data_version", "count"):
        raise IndexStale(f"索引建立后数据有变化，索引已过期。{_REBUILD}")


def _pointer(folder: Path) -> _Pointer:
    file = folder / _POINTER
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        pointer = _Pointer(content["version"], content["manifest"])
        if not _VERSION.fullmatch(pointer.version):
            raise ValueError(pointer.version)
        return pointer
    except FileNotFoundError as error:
        raise IndexMissing(f"还没有建立索引（{folder}）。请运行 matcher index。") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnusable(f"索引指针 {file} 已损坏。{_REBUILD}") from error


def _point(folder: Path, pointer: _Pointer) -> None:
    fresh = folder / f"{_POINTER}.new"
    fresh.write_text(json.dumps(asdict(pointer)), encoding="utf-8")
    _sync(fresh)
    fresh.replace(folder / _POINTER)
    _sync(folder)


def _versions(folder: Path) -> list[str]:
    names = (entry.name for entry in folder.iterdir() if entry.is_dir() and _VERSION.fullmatch(entry.name))
    return sorted(names, key=int)


_known: dict[tuple[int, int, int, int], Future[str]] = {}
"""Checksums that this process has computed, or begun, by device, node, size and time of change: versions link to the
same files."""


def _checksum(file: Path) -> str:
    """The SHA-256 of a file; one that this process has read, and that has not changed since, is not read again."""
    with file.open("rb") as stream:
        state = os.fstat(stream.fileno())
        if time.time() - state.st_mtime <= _SETTLED:
            return _digest(stream, state.st_size)
        key = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
        fresh: Future[str] = Future()
        found = _known.setdefault(key, fresh)
        if found is fresh:
            try:
                fresh.set_result(_digest(stream, state.st_size))
            except BaseException as error:
                del _known[key]
                fresh.set_exception(error)
                raise
    return found.result()


def _digest(stream: BinaryIO, size: int) -> str:
    """Mapped, as the index itself is: nothing is copied, and the interpreter is left to others for the whole file."""
    if not size:
        return hashlib.sha256().hexdigest()
    with mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ) as content:
        return hashlib.sha256(content).hexdigest()


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if sys.platform == "win32" and path.is_dir():
        return  # Windows cannot sync folders.
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def sole_builder(folder: Path) -> Iterator[None]:
    """Holds the lock of the builders of a folder, or raises IndexBusy; the system frees it when a builder is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "LOCK").open("a+b") as stream:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"另一个程序正在建立索引（{folder}）。请等它结束后再运行 matcher index。"
            raise IndexBusy(message) from error
        yield
