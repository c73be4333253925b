"""The life of a list: 拟稿 → 审核 → 已发布 → 作废; each step says who took it, and what was published stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from matcher.errors import InputError
from matcher.events import ListState, ListVersion

_S = ListState
NEXT: Mapping[ListState, frozenset[ListState]] = {
    _S.DRAFT: frozenset({_S.REVIEW, _S.VOID}),
    _S.REVIEW: frozenset({_S.DRAFT, _S.PUBLISHED, _S.VOID}),
    _S.PUBLISHED: frozenset({_S.VOID}),
    _S.VOID: frozenset(),
}
"""What may follow each state; a draft is never published unreviewed, nothing that was published is changed."""


@dataclass(frozen=True, slots=True)
class Move:
    """Into which state a list is to go, who moves it, and why."""

    state: ListState
    by: str
    on: date
    note: str = ""


def moved(version: ListVersion, move: Move) -> ListVersion:
    """The version in its new state. Raises InputError for a step that is not allowed or lacks its name or reason."""
    if move.state not in NEXT[version.state]:
        allowed = "、".join(state for state in ListState if state in NEXT[version.state]) or "无"
        raise InputError(
            f"清单 {version.id} 处于“{version.state}”，不能改为“{move.state}”。下一步只能是：{allowed}。",
            code="list_state",
        )
    if not move.by.strip():
        raise InputError(f"清单 {version.id} 改为“{move.state}”须写明经办人。", code="by_missing")
    if move.state is _S.VOID and not move.note.strip():
        raise InputError(f"作废清单 {version.id} 须写明原因。", code="note_missing")
    if move.state is _S.PUBLISHED and move.by.strip() == version.by.strip():
        raise InputError(
            f"清单 {version.id} 由{version.by}送审，须由另一人审核后发布。", code="second_person"
        )
    published = move.on if move.state is _S.PUBLISHED else version.published_on
    return replace(
        version,
        state=move.state,
        by=move.by.strip(),
        note=move.note.strip(),
        published_on=published,
        version=version.version + 1,
    )
