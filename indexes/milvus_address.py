"""Where a Milvus is, and how it is to hold and search: what stands behind milvus:// in MATCHER_INDEX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from indexes.contract import IndexUnusable

TOKEN = "MILVUS_TOKEN"
"""The environment variable with user:password or a key; no other place is read for it."""
EXACT = "FLAT"
"""The index that looks at every vector."""
PARAMETERS = {
    "HNSW": {"M": 32, "efConstruction": 200},
    "IVF_FLAT": {"nlist": 1_024},
    "IVF_SQ8": {"nlist": 1_024},
}
"""Of the others, as they are built."""
AUTO = "auto"
"""Consistency: the latest state only while that makes a difference."""
_EMBEDDED = ".db"


@dataclass(frozen=True, slots=True)
class Address:
    """Out of milvus://HOST:PORT/NAME?index=HNSW&consistency=Bounded&tls=true, or milvus:///PATH.db?name=NAME."""

    uri: str
    name: str
    index: str
    consistency: str
    words: bool = False
    """Whether the words are held as well."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises IndexUnusable with what is wrong; a password in the address is refused, unread."""
        parts = urlsplit(text)
        options = dict(parse_qsl(parts.query))
        if parts.password or parts.username:
            raise IndexUnusable(
                f"MATCHER_INDEX 中不要写用户名和密码。请写 milvus://主机:19530/名称，密码放在环境变量 {TOKEN} 中。"
            )
        if parts.hostname:
            scheme = "https" if options.get("tls") == "true" else "http"
            uri, name = f"{scheme}://{parts.netloc}", parts.path.strip("/")
        else:
            uri, name = parts.path, options.get("name", "")
        name, index = name or "matcher", options.get("index", EXACT)
        consistency = options.get("consistency", AUTO)
        if not (parts.hostname or uri.endswith(_EMBEDDED)) or not name.isidentifier():
            raise IndexUnusable(
                f"MATCHER_INDEX 的值 {text} 无法识别。请写 milvus://主机:19530/名称（字母、数字、下划线），"
                "或 milvus:///文件夹/文件.db（本机内嵌，只供试用）。"
            )
        if index not in (EXACT, *PARAMETERS):
            raise IndexUnusable(
                f"MATCHER_INDEX 的 index={index} 无法识别。可选：{EXACT}、{'、'.join(PARAMETERS)}。"
            )
        if consistency not in (AUTO, "Strong", "Bounded"):
            raise IndexUnusable(
                f"MATCHER_INDEX 的 consistency={consistency} 无法识别。可选：{AUTO}（默认）、Strong、Bounded。"
            )
        words = options.get("words", "local")
        if words not in ("local", "sparse"):
            raise IndexUnusable(f"MATCHER_INDEX 的 words={words} 无法识别。可选：local（默认）、sparse。")
        return cls(uri, name, index, consistency, words == "sparse")
