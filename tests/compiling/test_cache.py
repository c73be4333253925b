"""What processes keep of compiled loops for each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LOOP = """
from compiling import compiled

@compiled
def first(values):
    return values[0]
"""
_SLOW = """
import sys, time
import numba.core.caching as caching
files = caching.IndexDataCacheFile
index, data = files._save_index, files._save_data
def late_index(self, overloads):
    time.sleep(float(sys.argv[2]))
    index(self, overloads)
def late_data(self, name, value):
    time.sleep(float(sys.argv[3]))
    data(self, name, value)
files._save_index, files._save_data = late_index, late_data
import numpy as np
from loop import first
print(first(np.array([7.5]).astype(sys.argv[1])))
"""
_LATER = "import numpy as np; from loop import first; print(first(np.array([7.5])), first(np.array([7])))"


def test_two_processes_that_compile_at_once_never_get_each_others_code(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(_LOOP, encoding="utf-8")
    path = {"PYTHONPATH": f"{tmp_path}:{Path.cwd()}", "NUMBA_CACHE_DIR": str(tmp_path / "kept")}

    def process(code: str, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *words], env=path, stdout=subprocess.PIPE, text=True
        )

    both = process(_SLOW, "int64", "1", "1"), process(_SLOW, "float64", "1.5", "0")
    assert [one.communicate()[0] for one in both] == ["7\n", "7.5\n"]
    assert process(_LATER).communicate()[0] == "7.5 7\n"
    assert process(_LATER).communicate()[0] == "7.5 7\n"
