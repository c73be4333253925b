"""What a training run is made of: pairs, settings, and nothing that is read from the clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two strings that belong together; `kind` names where the pair comes from (a batch holds one kind)."""

    left: str
    right: str
    kind: str
