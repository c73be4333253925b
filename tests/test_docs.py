"""Every command in README and manuals exists and takes the options it is shown with."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from api.cli.app import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "eval" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(document: Path) -> list[str]:
    blocks = re.findall(r"^```\w*\n(.*?)^```", document.read_text(encoding="utf-8"), flags=re.S | re.M)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("matcher ")]


LINES = [(document.name, line) for document in DOCUMENTS for line in commands(document)]


def test_the_documents_show_commands() -> None:
    assert {name for name, _ in LINES} >= {"README.md", "manual.zh.md"}


@pytest.mark.parametrize(("document", "line"), LINES)
def test_a_command_in_the_documents_exists(document: str, line: str) -> None:
    command = typer.main.get_command(app)
    words = shlex.split(line)[1:]
    while isinstance(command, TyperGroup):
        name = words.pop(0)
        assert name in command.commands, f"{document}: no command {name}"
        command = command.commands[name]
    command.make_context(command.name, words)


def test_every_command_is_in_the_manual_or_the_readme() -> None:
    shown = {line.split()[1] for _, line in LINES}
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    missing = [name for name in command.commands if name not in shown and f"matcher {name}" not in text]
    assert missing == []
