"""How much is measured: the same options for every part, so that whoever has less time measures less."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sizes:
    """Defaults are those of a province."""

    rows: int = 50_000
    """Rows of the workbook that is imported."""
    patents: int = 200_000
    needs: int = 1_000
    home: Path = Path(tempfile.gettempdir()) / "matcher-benchmarks"
    """Where the made-up provinces are kept: the second run need not build them again."""

    @property
    def province(self) -> Path:
        """The workspace of that many patents."""
        return self.home / f"province-{self.patents}"


def sizes(description: str | None) -> Sizes:
    """From the command line."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    return Sizes(**vars(parser.parse_args()))


def add_options(parser: argparse.ArgumentParser) -> None:
    """One option a field."""
    default = Sizes()
    for field in fields(Sizes):
        value = getattr(default, field.name)
        parser.add_argument(f"--{field.name}", type=type(value), default=value, help=f"default {value}")
