"""Lists as the files that the exports write."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from api.access.audiences import Audience
from matcher.matches import MatchList
from matcher.matchlists.exports import FORMATS as WRITERS
from matcher.matchlists.exports import list_rows

FORMATS = Literal["xlsx", "json", "trec"]


def written(found: MatchList, audience: Audience, format: FORMATS) -> bytes:
    """The list for its readers, in one of the exports' formats."""
    [writer] = [known for known in WRITERS if known.name == format]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{writer.suffixes[0]}"
        writer.write(list_rows(found, audience.preset, audience.recipient), path)
        return path.read_bytes()
