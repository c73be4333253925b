"""Loops in machine code, for models and indexes: compiled by numba at their first use, and kept on disk for later processes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numba
from numba.core.caching import IndexDataCacheFile


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function in machine code, kept on disk where that can be written; it releases the interpreter."""
    try:
        made = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no writable place for the cache: half a second of compiling in every process
        return numba.njit(nogil=True)(function)
    inside: Any = made
    inside._cache._cache_file.__class__ = _NamedByContent
    return made


class _NamedByContent(IndexDataCacheFile):
    """numba's files of one function, each named by what it holds.

    numba numbers them. Of two processes that compile for different types at the same moment, both take the same number,
    and the list of one then leads to the code of the other: wrong values without an error.
    """

    def save(self, key: object, data: object) -> None:
        """Keep the code for one signature, then list it; of two lists at once one stands, and the other code is made anew."""
        files: Any = self
        digest = hashlib.sha256(files._dump(data)).hexdigest()[:16]
        name = files._data_name_pattern.replace("{number:d}", digest)
        files._save_data(name, data)
        files._save_index(files._load_index() | {key: name})
