"""Text that a worksheet can hold and show whole: what may not stand in a cell, and how many lines it takes."""

from __future__ import annotations

import re
from functools import lru_cache

CELL_LIMIT = 32_767
"""Characters (UTF-16 units) of one cell in Excel and WPS."""
_CUT = "…（余下从略）"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Not allowed in XML 1.0, or invisible controls."""
_PIECE = re.compile("[!-~]+|.", re.DOTALL)
"""What a line may be broken between: words of ASCII, single other characters."""


def clean(text: str) -> str:
    """`text` without control characters, line ends as \\n, cut to what one cell holds."""
    text = _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    if len(text) * 2 <= CELL_LIMIT or _units(text) <= CELL_LIMIT:
        return text
    room = 2 * (CELL_LIMIT - len(_CUT))
    kept = text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore")
    return kept + _CUT


def looks_like_formula(text: str) -> bool:
    """Whether a program might take the cell for a formula when it is edited or passed on."""
    return text.startswith(("=", "+", "-", "@", "\t", "\r"))


def fitted(text: str, width: float, lines: int) -> str:
    """`text` if it takes no more than `lines` lines of `width` em, else its beginning and a mark."""
    if line_count(text, width) <= lines:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if line_count(text[:middle] + _CUT, width) <= lines:
            low = middle
        else:
            high = middle - 1
    return text[:low] + _CUT


@lru_cache(maxsize=8192)
def line_count(text: str, width: float) -> int:
    """Lines that `text` takes when wrapped at `width` em (a Han character is one em wide).

    Remembered, because the same enterprise, need and patent stand in many lines.
    """
    return sum(_wrapped(paragraph, width) for paragraph in text.split("\n"))


def _wrapped(paragraph: str, width: float) -> int:
    if len(paragraph) <= width:
        return 1
    lines, used = 1, 0.0
    for piece in _PIECE.findall(paragraph):
        needed = _em(piece)
        if used + needed <= width:
            used += needed
        elif needed <= width:
            lines, used = lines + 1, needed
        else:
            extra, used = divmod(used + needed, width)
            lines += int(extra)
    return lines


def _em(piece: str) -> float:
    return 0.56 * len(piece) if piece[0] <= "~" else 1.0


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)
