"""The written part of the sample: what patents, enterprises and needs say, industry by industry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class PatentText:
    """What a patent says of itself; `maturity` as its holder words it, "" where it says nothing."""

    title: str
    abstract: str
    first_claim: str
    ipc: tuple[str, ...]
    keywords: tuple[str, ...]
    type: str
    maturity: str
    scenario: str
    locarno: str


@dataclass(frozen=True, slots=True)
class EnterpriseText:
    """An enterprise as the bureau's directory has it."""

    name: str
    city: str
    kinds: tuple[str, ...]
    industry: str
    focus_areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedText:
    """A need as its enterprise wrote it; `answers` are titles of patents, `quality` good, vague or unanswerable."""

    title: str
    description: str
    indicators: str
    problem: str
    enterprise: str
    budget: str
    modes: tuple[str, ...]
    cooperation: tuple[str, ...]
    maturity: str
    quality: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndustryTexts:
    """All texts of one industry."""

    name: str
    patents: tuple[PatentText, ...]
    enterprises: tuple[EnterpriseText, ...]
    needs: tuple[NeedText, ...]


def industries() -> tuple[IndustryTexts, ...]:
    """The texts of every industry, in the order of their files."""
    folder = files("matcher.sample") / "industries"
    members = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".json")), key=lambda e: e.name
    )
    return tuple(_industry(json.loads(member.read_text(encoding="utf-8"))) for member in members)


def _industry(found: dict[str, Any]) -> IndustryTexts:
    return IndustryTexts(
        found["industry"],
        tuple(_read(PatentText, each) for each in found["patents"]),
        tuple(_read(EnterpriseText, each) for each in found["enterprises"]),
        tuple(_read(NeedText, each) for each in found["needs"]),
    )


def _read(kind: type[Any], found: dict[str, Any]) -> Any:  # noqa: ANN401 (one of the three above)
    """A record with every field of its kind: lists as tuples, absent and null as ""."""
    values = {name: found.get(name) for name in kind.__dataclass_fields__}
    return kind(
        **{
            name: tuple(value) if isinstance(value, list) else "" if value is None else str(value)
            for name, value in values.items()
        }
    )
