"""Patents given to somebody outside: to an expert to assess, to a service institution to serve. Records; no I/O."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CommissionKind(StrEnum):
    """What a party is given a patent for."""

    ASSESSMENT = "企业评价"
    SERVICE = "服务对接"


@dataclass(frozen=True, slots=True)
class Commission:
    """One patent given to one expert or service institution, `on` a day; `service` such as 质押融资."""

    id: str
    kind: CommissionKind
    party_id: str
    patent_id: str
    on: date
    service: str = ""
    reason: str = ""
    """Why this party, as it may read it."""
    by: str = ""


def commission_id(kind: CommissionKind, party_id: str, patent_id: str, service: str = "") -> str:
    """The same for the same task: what is given a second time is the commission there was."""
    text = "\x1f".join((kind, party_id, patent_id, service))
    return f"W{hashlib.sha256(text.encode()).hexdigest()[:12].upper()}"
