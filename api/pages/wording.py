"""Sentences that name a command, as they are said on a page: there the way leads over a page.

What only the machine's own administrator can do (`matcher doctor`, settings) stays a command.
"""

from __future__ import annotations

import re

from matcher.importing.reading import KIND_LABELS
from matcher.importing.synonyms import RecordKind

_KINDS = "|".join(RecordKind)
_WAYS = (
    (
        re.compile(rf"运行 matcher import ({_KINDS})[^。；，）]*"),
        lambda found: f"在“导入”页导入{KIND_LABELS[RecordKind(found[1])]}（由主管部门办理）",
    ),
    (re.compile(r"运行 matcher index[^。；，）]*"), lambda _: "由主管部门在“进展”页更新索引"),
    (
        re.compile(r"(?:请)?用 matcher event list 查看，或用 matcher event \w+ (新建|编制)"),
        lambda found: f"请在“路演”页查看或{found[1]}",
    ),
    (
        re.compile(r"用 matcher event publish (\S+) --by 经办人 发布"),
        lambda found: f"在“路演”页的活动中发布 {found[1]}",
    ),
)


def on_page(sentence: str) -> str:
    """The sentence with pages in the place of commands."""
    for named, way in _WAYS:
        sentence = named.sub(way, sentence)
    return sentence
