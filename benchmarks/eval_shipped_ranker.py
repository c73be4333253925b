"""Makes the ranker that is shipped, from expert judgements, and prints what it is worth; needs MATCHER_DATA.

    python -m benchmarks.eval_shipped_ranker            writes matcher/shipped_ranker.json
    python -m benchmarks.eval_shipped_ranker --check    only says whether the one in place still fits

Run again after every change of the model or of a constant of retrieval: a ranker that does not fit is not used, and
grades are marked 未校准. Two parameters of a logistic map and three thresholds are chosen; no text of the data is kept.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

from api.provenance import files_version, program, settings_version
from eval import learning, systems
from eval.beir import read_collection
from eval.report import Stamp
from matcher.fitting import SHIPPED, misfit
from matcher.ranker import read_artefact, write_artefact
from matcher.replacing import replacing
from matcher.settings import Settings

BEFORE = date(2020, 1, 1)
"""The judgements are of 2019."""


def main() -> None:
    """Write it, or check it."""
    folder = os.environ.get("MATCHER_DATA")
    if not folder:
        sys.exit("MATCHER_DATA does not name the folder of real data")
    data = Path(folder) / "techneed_dev"
    collection, settings = read_collection(data), Settings()
    if "--check" not in sys.argv:
        command = "python -m benchmarks.eval_shipped_ranker"
        stamp = Stamp(files_version([data]), settings_version(settings), 0, command, program())
        found = learning.train_on_collection(collection, settings, BEFORE, stamp)
        with replacing(SHIPPED) as temporary:
            write_artefact(found.artefact, temporary)
        print("\n".join(found.sentences()))
    reason = misfit(read_artefact(SHIPPED), systems.product_of(collection, settings, BEFORE).matching)
    sys.exit(reason)


if __name__ == "__main__":
    main()
