"""Texts as people see them, as matching compares them, and as evidence quotes them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Protocol

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
"""Control and formatting characters, and halves of surrogate pairs, which no file and no database holds."""
_WIDE = tuple((sign, unicodedata.normalize("NFKC", sign)) for sign in "，；：（）！？％～　")
"""The signs that nearly every text has: without them NFKC sees at a glance that there is nothing to do."""
_BLANKS = re.compile(r"\s+")
_GLOSS = re.compile(rf"(?<=[{_HAN}])\([a-zü]{{0,4}}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ][a-zü]{{0,3}}\)")
"""A pinyin syllable with its tone mark in brackets after a Han character, as web pages gloss rare ones."""
_HOLE = re.compile(rf"(?<=[{_HAN}])\?+(?=[{_HAN}A-Za-z0-9])|(?<=[{_HAN}A-Za-z0-9])\?{{2,}}")
"""Question marks where an encoder found no sign: inside Chinese, or several in a row."""
_ASKING = re.compile(r"[吗呢么何哪谁几否怎]|多少|是不是|能不能")
_MOJIBAKE = re.compile("锟斤拷|烫烫|屯屯|[\ue000-\uf8ff]|(?:[ÃÂÄÅÆÇÈÉåäæçèé][\x80-\xbf]){2}")
_SENTENCE = re.compile(r".+?(?:[。！？!?；;\n]+[”’」』）)]*|$)", re.DOTALL)


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _simplifier() -> _Converter:
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter


def clean(text: str) -> str:
    """The text for display: invisible signs gone, edges trimmed; nothing else is changed."""
    if text.isprintable():  # an ordinary cell costs nothing
        return text.strip()
    return _INVISIBLE.sub("", text).strip()


@lru_cache(maxsize=4_096)  # a sentence is quoted in many lists
def normalise(text: str) -> str:
    """The text for matching: NFKC, one blank for any, no pinyin glosses or holes, simplified Chinese, lower case."""
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if not text.isascii():
        if "(" in text:
            text = _GLOSS.sub("", text)
        if "?" in text:
            text = _HOLE.sub(" ", text)
        text = _simplifier().convert(text.replace("\ufffd", " "))
    return _BLANKS.sub(" ", text).strip().lower()


def garbled(text: str) -> str:
    """The first place that looks damaged by a wrong encoding, with its surroundings; "" where none does."""
    if text.isascii():
        return ""
    places = [text.find("\ufffd")] if "\ufffd" in text else []
    if "?" in text:
        places += [match.start() for match in _HOLE.finditer(text) if not _asks(text, match.start())]
    if (match := _MOJIBAKE.search(text)) is not None:
        places.append(match.start())
    if not places:
        return ""
    place = min(places)
    return text[max(0, place - 6) : place + 8]


def _asks(text: str, place: int) -> bool:
    """Whether the clause before a question mark is a question."""
    clause = re.split(r"[。！!；;，,?\n]", text[:place])[-1]
    return _ASKING.search(clause) is not None


def sentences(text: str) -> list[str]:
    """The sentences and clauses between 。！？； and line breaks, each with its closing sign, trimmed."""
    return [sentence for part in _SENTENCE.findall(text) if (sentence := part.strip())] if text else []
