"""Pulls a source's feed of patents or needs: page by page, resumable, landed by the importer's rules."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import orjson
from pydantic import BaseModel
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from api.store.sources import Pulled, Sources
from matcher import usecases
from matcher.errors import InputError, MatcherError, NotReady, SettingsError
from matcher.identifiers import own_key
from matcher.importing.report import RowProblem
from matcher.landing import Manner
from matcher.outcomes import followed
from matcher.settings import FeedSettings
from matcher.workspace import Workspace
from models.contract import ModelUnusable
from models.endpoint import is_external

_LARGEST = 64_000_000
"""Bytes of one page."""
_ATTEMPTS = 4
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Again(Exception):
    """An attempt that may succeed later."""


class _Item(BaseModel):
    id: str
    change: str
    reason: str = ""
    at: datetime
    patent: dict[str, Any] | None = None
    need: dict[str, Any] | None = None

    def line(self, kind: str) -> dict[str, Any]:
        """What it says of a record of that kind; raises ValueError where it is of another."""
        stated = self.need if kind == "needs" else self.patent
        if stated is None:
            raise ValueError(kind)
        return stated


class _Page(BaseModel):
    items: list[_Item]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull brought: pages, changes offered and withdrawn, rows landed, merged and refused, with their problems."""

    source: str
    pages: int = 0
    offered: int = 0
    withdrawn: int = 0
    landed: int = 0
    merged: int = 0
    refused: int = 0
    problems: tuple[RowProblem, ...] = ()


def source_named(feeds: dict[str, FeedSettings], name: str) -> FeedSettings:
    """The source of that name, with a key and an address that keep the key secret; raises SettingsError."""
    if name not in feeds:
        known = "、".join(feeds) or "无"
        raise SettingsError(
            f'设置中没有名为“{name}”的来源（已有：{known}）。请在 matcher.toml 中写 [feeds."{name}"] 和 address。'
        )
    source = feeds[name]
    try:
        external = is_external(source.address)
    except ModelUnusable as error:
        raise SettingsError(str(error)) from error
    if external and not source.address.startswith("https://"):
        raise SettingsError(
            f"来源“{name}”的地址 {source.address} 没有加密，密钥会被他人看到。请改用 https://。"
        )
    if not os.environ.get(source.key_variable):
        raise SettingsError(f"没有来源“{name}”的密钥。请把它放在环境变量 {source.key_variable} 中。")
    return source


def pull(
    workspace: Workspace,
    sources: Sources,
    name: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _: None,
) -> PullReport:
    """Land every change since the last pull; an interrupted one goes on where it stopped, a repeated one changes nothing.

    `progress` hears of the changes of each page. Raises SettingsError, NotReady where the source does not answer, and
    InputError where what it answers is no feed.
    """
    source = source_named(workspace.settings.feeds, name)
    total = PullReport(name)
    with httpx.Client(
        trust_env=is_external(source.address),
        follow_redirects=False,
        timeout=source.seconds,
        headers={"Authorization": f"Bearer {os.environ[source.key_variable]}"},
    ) as client:
        more = True
        while more:
            cursor = sources.cursor(name)
            page = _page(client, name, source, cursor)
            at = now()
            total = _land(workspace, sources, total, page, at)
            progress(len(page.items))
            more = page.more and page.cursor != cursor
    return total


def _land(workspace: Workspace, sources: Sources, total: PullReport, page: _Page, at: datetime) -> PullReport:
    """The page as a file of the source, then the note of where the next one begins."""
    name, kind = total.source, workspace.settings.feeds[total.source].kind
    lines = [{"own_id": item.id, **line} for item in page.items if (line := item.line(kind))]
    if lines:
        total = _imported(workspace, total, lines, at)
    find = _local_need if kind == "needs" else _local_patent
    known = {line["own_id"]: find(workspace, name, line) for line in lines}
    if kind == "needs":
        known |= _withdrawn(workspace, name, [item.id for item in page.items if item.change != "offered"], at)
    records = [
        Pulled(
            name, item.id, known.get(item.id, ""), _plain(item.at), at, item.change != "offered", item.reason
        )
        for item in page.items
    ]
    sources.keep(name, page.cursor, records, at)
    gone = sum(record.gone for record in records)
    return replace(
        total,
        pages=total.pages + 1,
        offered=total.offered + len(records) - gone,
        withdrawn=total.withdrawn + gone,
    )


def _imported(
    workspace: Workspace, total: PullReport, lines: list[dict[str, Any]], at: datetime
) -> PullReport:
    source = workspace.settings.feeds[total.source]
    manner = Manner({"own_id": "own_id"}, total.source, prefer_new=source.prefer_new)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{total.source}-{at:%Y%m%d%H%M%S}.jsonl"
        file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
        report = usecases.import_file(workspace, source.kind, file, manner, at=at).report
    return replace(
        total,
        landed=total.landed + report.landed,
        merged=total.merged + report.merged,
        refused=total.refused + report.refused,
        problems=(*total.problems, *report.problems),
    )


def _local_need(workspace: Workspace, name: str, line: dict[str, Any]) -> str:
    found = workspace.store.needs.get(own_key(name, line["own_id"]))
    return "" if found is None else found.id


def _withdrawn(workspace: Workspace, name: str, ids: list[str], at: datetime) -> dict[str, str]:
    """Needs that the source tells no more go from here too; those whose matches are followed stay, and are noted."""
    found: dict[str, str] = {}
    for id_ in ids:
        need = workspace.store.needs.get(own_key(name, id_))
        if need is None:
            continue
        found[id_] = need.id
        if not followed(workspace.store.outcomes.of_need(need.id)):
            workspace.store.edits.replace(need, None, at.date())
    return found


def _local_patent(workspace: Workspace, name: str, line: dict[str, Any]) -> str:
    """The id under which a line's patent is kept; "" where it was refused."""
    own = line["own_id"]
    numbers = (line.get("application_number"), line.get("publication_number"), own_key(name, own), own)
    patents = workspace.store.patents
    found = (patents.find(number) for number in numbers if isinstance(number, str) and number)
    return next((patent.id for patent in found if patent is not None), "")


def _page(client: httpx.Client, name: str, source: FeedSettings, cursor: str) -> _Page:
    attempts = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(0.2, max=10),
        retry=retry_if_exception_type(_Again),
        reraise=True,
    )
    try:
        body = attempts(_ask, client, source, cursor)
    except _Again as error:
        raise NotReady(
            f"来源“{name}”没有应答（{error}）。已拉取的部分已保存，稍后再拉取即从断点继续。",
            code="source_silent",
        ) from error
    try:
        page = _Page.model_validate_json(body)
        for item in page.items:
            item.line(source.kind)
    except ValueError as error:
        what = "公开需求" if source.kind == "needs" else "可转化专利"
        raise InputError(
            f"来源“{name}”的应答不是{what}的变动。请核对地址 {source.address} 和 kind。", code="no_feed"
        ) from error
    return page


def _ask(client: httpx.Client, source: FeedSettings, cursor: str) -> bytes:
    asked = {"limit": str(source.page)} | ({"cursor": cursor} if cursor else {})
    try:
        with client.stream("GET", source.address, params=asked) as answer:
            if answer.status_code in _BUSY:
                raise _Again(f"状态 {answer.status_code}")
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise InputError(
                        f"来源的应答超过 {_LARGEST // 1_000_000} MB。请调小设置中的 page。", code="no_feed"
                    )
    except httpx.HTTPError as error:
        raise _Again(type(error).__name__) from error
    if answer.status_code != 200:
        raise _refused(answer.status_code, source)
    return bytes(body)


def _refused(status: int, source: FeedSettings) -> MatcherError:
    if status in (401, 403):
        return SettingsError(
            f"来源不接受密钥（状态 {status}）。请核对环境变量 {source.key_variable} 中的密钥及其权限。"
        )
    return InputError(f"来源拒绝了请求（状态 {status}）。请核对地址 {source.address}。", code="no_feed")


def _plain(moment: datetime) -> datetime:
    """A moment of the source's clock without its zone, as the store keeps moments."""
    return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
