"""What the product does, one short function per verb; the command line and HTTP call these alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from indexes.manifest import sole_builder
from matcher.batch import Asked, job_digest, match_all
from matcher.domain import Confidentiality, Need
from matcher.errors import InputError, MatcherError, NotFound
from matcher.fitting import SHIPPED, fitted
from matcher.groups import Group
from matcher.matches import Grade, MatchList, NeedMatches, Provenance
from matcher.matching import Matching, Progress
from matcher.matchlists.exports.trec import write_run
from matcher.methods import Methods
from matcher.opening import lower_errors, open_model, open_reranking
from matcher.programme.membership import needs_of_groups, rows_of_groups
from matcher.programme.pool import pooled
from matcher.ranker import read_artefact
from matcher.ranking import ListRules
from matcher.replacing import replacing
from matcher.retrieval import Collection
from matcher.reverse import needs_of
from matcher.runs import run_entries
from matcher.settings import Settings
from matcher.signals.contract import Context
from matcher.store.filters import NeedFilter, PatentFilter
from matcher.store.migrations import RECORDS, History
from matcher.workspace import Workspace

if TYPE_CHECKING:  # what reads files, makes shards, backs up or examines is imported when that is asked for
    from matcher.backup import BackedUp
    from matcher.doctor import Finding
    from matcher.importing.preview import Preview
    from matcher.landing import Imported, Manner
    from matcher.shards import Part, Shard


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What a list is asked for with; `as_of` is the day whose state counts, `made_at` is printed on the cover."""

    as_of: date
    made_at: datetime
    event: str = ""
    organiser: str = ""
    k: int = 10
    floor: Grade = Grade.POSSIBLE
    base: bool = False
    """Whether a list is made from the base library although there is a screened one (资源库)."""
    groups: tuple[Group, ...] = ()
    """Groups that needs and patents must belong to, such as 资质类型=国有企业; of one dimension any."""

    def rules(self) -> ListRules:
        """The same as ranking reads it."""
        return ListRules(list_k=self.k, floor=self.floor)


@dataclass(frozen=True, slots=True)
class Quick:
    """Two files, read and indexed in memory; `notes` say in Chinese what was left out or looked odd."""

    needs: tuple[Need, ...]
    matching: Matching
    made_of: str
    notes: tuple[str, ...]


def quick(needs_file: Path, patents_file: Path, settings: Settings) -> Quick:
    """Read two files and index them in memory: the whole job without a workspace."""
    from matcher.quick import matching_of, read_two

    files = read_two(needs_file, patents_file, settings)
    shipped = [read_artefact(SHIPPED)] if SHIPPED.is_file() else []
    matching = fitted(matching_of(files, open_model(settings), settings), shipped)
    matching = replace(matching, reranking=open_reranking(settings))
    return Quick(files.needs, matching, f"{needs_file.name}、{patents_file.name}", files.notes)


def quick_list(opened: Quick, request: ListRequest, *, progress: Progress = _silent) -> MatchList:
    """对接清单 of two files."""
    context = Context(request.as_of)
    found = opened.matching.match(opened.needs, context, request.rules(), progress=progress)
    return match_list_of(found, opened.matching, request, opened.made_of)


def quick_run(
    opened: Quick, path: Path, depth: int | None, as_of: date, *, progress: Progress = _silent
) -> int:
    """A TREC run of two files, `depth` results a need (None: every pair once); the number of lines written."""
    with replacing(path) as temporary:
        entries = run_entries(opened.matching, opened.needs, depth, Context(as_of), progress)
        return write_run(entries, temporary)


def import_file(
    workspace: Workspace,
    kind: str,
    path: Path,
    manner: Manner,
    *,
    at: datetime,
    progress: Progress = _silent,
) -> Imported:
    """Land the good rows of a file and explain the others; landing the same file again changes nothing."""
    from matcher.landing import land_file, record_kind

    limits = workspace.settings.limits
    return land_file(workspace.store, path, record_kind(kind), manner, limits, at, progress)


def preview_file(workspace: Workspace, kind: str, path: Path, manner: Manner) -> Preview:
    """How a file would be understood: its columns and first rows; nothing lands."""
    from matcher.importing.preview import preview
    from matcher.landing import record_kind

    named = record_kind(kind)
    mapping = manner.mapping or workspace.store.columns.of(named.value, manner.source)
    return preview(path, named, mapping, workspace.settings.limits)


def build_index(
    workspace: Workspace,
    at: datetime,
    progress: Progress = _silent,
    *,
    full: bool = False,
    merge: bool = False,
) -> bool:
    """Bring both indexes up to date, or build them anew; whether anything was built.

    What was added since the last full build can be searched at once; it is merged with that afterwards, where it has
    become as much as the settings' `merge_from`, or with `merge` however little.

    Raises NotReady (index_busy) while another process builds, before any work is done; MatcherError for Ctrl-C.
    """
    if workspace.store.patents.count() == 0:
        raise InputError(
            "工作区中还没有专利。请先运行 matcher import patents 专利清单.xlsx。", code="no_patents"
        )
    least = 0.0 if merge else workspace.settings.retrieval.merge_from
    if not full and not workspace.stale() and workspace.unmerged() <= least:
        return False
    with lower_errors(), sole_builder(workspace.settings.home / "indexes"), _stoppable():
        # Asked again: who had the turn before may have left nothing to do.
        if full or workspace.stale():
            workspace.build(at, progress, full=full)
        elif workspace.unmerged() <= least:
            return False
        # Who imports meanwhile makes the next addition due, and the merge follows that one.
        if workspace.unmerged() > least and not workspace.stale():
            workspace.merge(at)
    return True


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        raise MatcherError(
            "已停止建立索引，在用的索引不受影响，已计算的文本向量不会重算。需要时请重新运行 matcher index。",
            code="interrupted",
        ) from error


def make_list(
    workspace: Workspace,
    request: ListRequest,
    needs: NeedFilter | None = None,
    patents: PatentFilter | None = None,
    *,
    progress: Progress = _silent,
) -> MatchList:
    """对接清单: the matches of all needs that the filter keeps, of those known on the day; named ones always count.

    The patents are those of the screened library once there is one (see `programme.pool`).
    """
    pool = pooled(workspace.store, patents, base=request.base)
    return _listed(workspace, _wanted(workspace, request, needs), request, pool, progress)


def make_shard(
    workspace: Workspace,
    request: ListRequest,
    part: Part,
    needs: NeedFilter | None = None,
    patents: PatentFilter | None = None,
    *,
    progress: Progress = _silent,
) -> Shard:
    """One part of the list that `make_list` makes; any machine may make any part."""
    from matcher.shards import shard_of

    wanted = _wanted(workspace, request, needs)
    pool = pooled(workspace.store, patents, base=request.base)
    asked = _asked(workspace, workspace.matching().collection, request, pool)
    job = job_digest(workspace, wanted, asked)
    made = _listed(workspace, part.of_all(wanted), request, pool, progress)
    return shard_of(made, part, job, Methods.of(workspace.matching()))


def merge_list(folder: Path, made_at: datetime) -> MatchList:
    """The list whose parts are in a folder, as a single run makes it; raises NotFound or InputError naming a part."""
    from matcher.shards import merged

    return merged(folder, made_at)


def match_need(
    workspace: Workspace, need_id: str, request: ListRequest, patents: PatentFilter | None = None
) -> MatchList:
    """The patents that answer one stored need."""
    need = workspace.store.needs.get(need_id)
    if need is None:
        raise NotFound(f"没有编号为“{need_id}”的需求。")
    return _listed(workspace, [need], request, patents)


def match_text(
    workspace: Workspace, text: str, request: ListRequest, patents: PatentFilter | None = None
) -> MatchList:
    """The patents that answer a need in free text, which is not stored."""
    if not text.strip():
        raise InputError("请用一句或一段中文说明需要什么技术。", code="empty_need")
    title, _, rest = text.strip().partition("\n")
    need = Need(
        id="即时需求", title=title.strip(), description=rest.strip(), confidentiality=Confidentiality.PUBLIC
    )
    return _listed(workspace, [need], request, patents)


def search_plan(workspace: Workspace, request: ListRequest, patents: PatentFilter | None = None) -> str:
    """How the dense channel answers under a filter, in one Chinese sentence; no other channel approximates."""
    matching = workspace.matching()
    allowed = workspace.allowed(matching.collection, patents or PatentFilter(), request.as_of)
    plan = matching.collection.vectors.plan(workspace.settings.retrieval.candidates, allowed)
    return f"语义索引 {matching.index}：{plan.explain()}。"


def match_patent(
    workspace: Workspace, number: str, request: ListRequest, needs: NeedFilter | None = None
) -> MatchList:
    """The needs and focus areas that one patent answers, the best first; `number` in any form people type.

    A filter keeps the needs that satisfy it before the search, and the focus areas of enterprises `within` it.
    """
    patent = workspace.store.patents.find(number)
    if patent is None:
        raise NotFound(f"没有找到专利“{number}”。可用申请号、专利号或公布公告号查询。")
    matching, context = workspace.matching(), workspace.context(request.as_of)
    demand = workspace.searched_demand(needs or NeedFilter())
    found = needs_of(patent, matching, demand, context, request.rules())
    return match_list_of(found, matching, request, workspace.store.data_version())


def back_up(
    settings: Settings, file: Path, made_at: datetime, histories: Sequence[History] = (RECORDS,)
) -> BackedUp:
    """The whole workspace as one file, while others go on working; raises NotReady."""
    from matcher import backup

    return backup.back_up(settings, file, made_at, histories)


def restore(file: Path, home: Path, histories: Sequence[History] = (RECORDS,)) -> BackedUp:
    """A workspace out of a backup, in a folder that is empty or not there yet; raises InputError."""
    from matcher import backup

    return backup.restore(file, home, histories)


def doctor(settings: Settings) -> list[Finding]:
    """Every check of this machine and workspace, with what to do; changes nothing."""
    from matcher.doctor import examine

    return list(examine(settings))


def _listed(
    workspace: Workspace,
    needs: Sequence[Need],
    request: ListRequest,
    patents: PatentFilter | None,
    progress: Progress = _silent,
) -> MatchList:
    matching = workspace.matching()
    asked = _asked(workspace, matching.collection, request, patents)
    found = match_all(workspace, needs, asked, progress, matching)
    return match_list_of(found, matching, request, workspace.store.data_version())


def _asked(
    workspace: Workspace, collection: Collection, request: ListRequest, patents: PatentFilter | None
) -> Asked:
    allowed = workspace.allowed(collection, patents or PatentFilter(), request.as_of)
    allowed = rows_of_groups(workspace, collection.ids, allowed, request.groups)
    return Asked(request.as_of, request.rules(), allowed)


def _wanted(workspace: Workspace, request: ListRequest, needs: NeedFilter | None) -> list[Need]:
    """The needs of a list; raises NotFound for none."""
    needs = needs or NeedFilter()
    wanted = list(workspace.store.needs.all(needs, None if needs.ids else request.as_of))
    wanted = needs_of_groups(workspace, wanted, request.groups)
    if not wanted:
        raise NotFound(
            f"截至 {request.as_of} 没有符合条件的需求。请检查筛选条件和日期，或先运行 matcher import needs 需求.xlsx。"
        )
    return wanted


def match_list_of(
    found: Sequence[NeedMatches], matching: Matching, request: ListRequest, data: str
) -> MatchList:
    """The matches of needs as a list, with what it was made of."""
    settings = matching.settings
    spec = matching.embedder.spec
    return MatchList(
        Provenance(
            made_at=request.made_at,
            as_of=request.as_of,
            event=request.event,
            organiser=request.organiser or settings.organiser,
            data_version=data,
            model=f"{spec.name}（{matching.embedder.fingerprint[:12]}）",
            index=matching.index,
            methods=Methods.of(matching).line(found),
            settings=_settings_version(matching),
            patents=len(matching.collection.ids),
            needs=len(found),
            floor=request.floor,
            list_k=request.k,
        ),
        tuple(found),
    )


def _settings_version(matching: Matching) -> str:
    """A hash of the settings that shape the order."""
    sections = [matching.settings.ranking, *([matching.settings.reranking] if matching.reranking else [])]
    return hashlib.sha256("".join(one.model_dump_json() for one in sections).encode()).hexdigest()[:12]
