"""Text boxes that hold several things: names between 、 or commas, words between blanks as well, groups."""

from __future__ import annotations

import re

from matcher.groups import Group, group_named

_SEPARATORS = re.compile(r"[、，,；;\n]+")


def several(text: str) -> tuple[str, ...]:
    """The names that a box holds, each once."""
    parts = (part.strip() for part in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))


def words(text: str) -> tuple[str, ...]:
    """The same where a blank parts them too."""
    return tuple(word for part in several(text) for word in part.split())


def groups(text: str) -> tuple[Group, ...]:
    """The groups that a box holds, such as 资质类型=国有企业、属地=定州; raises InputError."""
    return tuple(map(group_named, several(text)))
