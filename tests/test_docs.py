"""Every command in README and manuals exists and takes the options it is shown with."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from api.cli.app import app
from api.cli.terminal import EXIT_CODES

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


def test_the_unit_starts_a_command_that_there_is(tmp_path: Path) -> None:
    """And systemd, where there is one, knows everything that the unit says."""
    text = (ROOT / "docs" / "examples" / "matcher.service").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ExecStart=/srv/matcher/venv/bin/(matcher .*)$", text, flags=re.M)
    test_a_command_in_the_documents_exists("matcher.service", line)
    if (verify := shutil.which("systemd-analyze")) is not None:
        unit = tmp_path / "matcher.service"
        unit.write_text(text.replace("/srv/matcher/venv/bin/matcher", sys.executable), encoding="utf-8")
        told = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True, timeout=60)
        assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_every_command_is_in_the_manual_or_the_readme() -> None:
    shown = {line.split()[1] for _, line in LINES}
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    missing = [name for name in command.commands if name not in shown and f"matcher {name}" not in text]
    assert missing == []


def test_the_manual_has_every_exit_code() -> None:
    text = (ROOT / "docs" / "manual.zh.md").read_text(encoding="utf-8")
    table = text.partition("| 退出码 | 含义 |\n|---|---|\n")[2].partition("\n\n")[0]
    told = [int(line.split("|")[1]) for line in table.splitlines()]
    assert told == sorted({0, 1, 2, *EXIT_CODES.values()})
