"""Documents as PDF, set by Typst from JSON; fonts are embedded, and without a Chinese one nothing is set."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from matcher.errors import MatcherError, NotReady
from matcher.matchlists.documents.blocks import Block, Document
from matcher.matchlists.exports.sheet_text import clean
from matcher.replacing import replacing

if TYPE_CHECKING:
    from typst import Fonts

SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "NSimSun", "Songti SC", "STSong", "FangSong")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "SimHei", "Microsoft YaHei", "Heiti SC", "PingFang SC")
NO_FONT = (
    "本机没有中文字体，不能生成 PDF（文字会变成方框）。请安装字体后重试：Debian、Ubuntu 运行 "
    "apt-get install fonts-noto-cjk，其他系统安装“思源宋体”和“思源黑体”；Word 和 Excel 文件不受影响。"
)


def write_pdf(document: Document, path: Path) -> None:
    """Write the document, whole or not at all; equal input and fonts give equal bytes.

    Raises NotReady where the machine has no Chinese font.
    """
    import typst

    fonts = _fonts()
    serif, sans = _families(fonts.families())
    inputs = {"document": orjson.dumps(_plain(document)).decode(), "serif": serif, "sans": sans}
    made = document.made_at if document.made_at.tzinfo else document.made_at.replace(tzinfo=UTC)
    try:
        pdf = typst.compile(
            Path(__file__).with_name("page.typ").read_bytes(),
            font_paths=fonts,
            sys_inputs=inputs,
            timestamp=made,
        )
    except typst.TypstError as error:
        raise MatcherError(
            f"PDF 排版失败（{error.message}）。请改用 Word 格式。", code="typesetting"
        ) from error
    with replacing(path) as temporary:
        temporary.write_bytes(pdf)


def require_fonts() -> None:
    """Raise NotReady where PDFs cannot be set on this machine."""
    _families(_fonts().families())


@cache
def _fonts() -> Fonts:
    """The fonts of the machine, looked for once."""
    import typst

    return typst.Fonts()


def _families(known: list[str]) -> tuple[str, str]:
    """The fonts for text and for headings; either kind does for both."""
    serif = [family for family in SERIF if family in known]
    sans = [family for family in SANS if family in known]
    if not serif and not sans:
        raise NotReady(NO_FONT, code="no_font")
    return (serif or sans)[0], (sans or serif)[0]


def _plain(document: Document) -> dict[str, Any]:
    values = {name: value for name, value in asdict(document).items() if name not in ("blocks", "made_at")}
    blocks = [{"kind": type(block).__name__, **_cleaned(asdict(block))} for block in document.blocks]
    made = document.made_at
    return {**_cleaned(values), "blocks": blocks, "date": f"{made.year}年{made.month}月{made.day}日"}


def _cleaned(value: Any) -> Any:  # noqa: ANN401 (plain values)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


__all__ = ["NO_FONT", "Block", "require_fonts", "write_pdf"]
