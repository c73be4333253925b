"""A patent application before it is filed, read from its draft: title, abstract, first claim; pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.errors import InputError

_HEADINGS = {
    "摘要": "abstract", "说明书摘要": "abstract", "技术领域": "field", "背景技术": "background", "发明内容": "content",
    "实用新型内容": "content", "附图说明": "figures", "具体实施方式": "embodiment", "权利要求书": "claims", "权利要求": "claims",
    "说明书": "description", "说明书附图": "figures",
}  # fmt: skip
_MARKS = re.compile(r"^[\s\d一二三四五六七八九十、.．()（）【】\[\]#*]+|[\s:：【】\[\]]+$")
_NAMED = re.compile(r"^(?:发明名称|专利名称|实用新型名称|名称|题目|标题)\s*[:：]\s*(.+)$")
_FIRST_CLAIM = re.compile(r"^(?:1|１|一)\s*[.．、]?\s*(.+)$")
_TITLE = 60
_ABSTRACT = 800


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft says of itself."""

    title: str
    abstract: str
    first_claim: str = ""


def read_draft(paragraphs: Sequence[str]) -> Draft:
    """The draft's parts, by the headings that descriptions have; raises InputError where it has no text to go by."""
    sections: dict[str, list[str]] = {"": []}
    title, part = "", ""
    for text in paragraphs:
        named = _NAMED.match(text)
        heading = _HEADINGS.get("".join(_MARKS.sub("", text).split()))
        if named:
            title = title or named[1].strip()
        elif heading is not None:
            part = heading
            sections.setdefault(part, [])
        else:
            sections.setdefault(part, []).append(text)
    opening = sections.get("", []) + sections.get("description", [])
    if not title and opening and len(opening[0]) <= _TITLE:
        title = opening.pop(0).strip()
    body = next(
        (found for name in ("abstract", "content", "field") if (found := "\n".join(sections.get(name, ())))),
        "\n".join(opening),
    )
    if not title or len(body) < 20:
        raise InputError(
            "底稿中没有找到名称和摘要（或发明内容）。请写明“发明名称：…”，并有“摘要”或“发明内容”一节。",
            code="draft_unreadable",
        )
    claims = sections.get("claims", [])
    first = next(
        (match[1] for claim in claims if (match := _FIRST_CLAIM.match(claim))), claims[0] if claims else ""
    )
    return Draft(title, body[:_ABSTRACT], first)
