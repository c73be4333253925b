"""What a process loads before its first compiled loop, and what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from indexes.lexical import Document, LexicalIndex

_FIRST = """
import sys
from pathlib import Path
from indexes.kernels import accumulate, load_loops
from indexes.lexical import LexicalIndex, Query

load_loops()
print("scipy.linalg" in sys.modules, len(accumulate.signatures))
found = LexicalIndex.load(Path(sys.argv[1])).scores(Query("石墨烯涂层"))
print(found.argmax(), len(accumulate.signatures))
import scipy.linalg.cython_blas
"""


def test_the_loop_that_is_loaded_ahead_is_the_one_that_scores_a_mapped_index(tmp_path: Path) -> None:
    LexicalIndex.build([Document("一种永磁电机"), Document("一种石墨烯防污涂层")]).save(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _FIRST, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False 1\n1 1\n"
