"""A command that is read without the others is the same command."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from api.cli.app import alone, app


@pytest.mark.parametrize(
    "words", [["match"], ["event"], ["event", "create"], ["list-merge"], ["train", "nothing"]]
)
def test_a_command_alone_answers_as_it_does_among_all(words: list[str]) -> None:
    small = alone(app, words)
    assert len(small.registered_commands) + len(small.registered_groups) == 1
    one, among = (CliRunner().invoke(each, [*words, "--help"]) for each in (small, app))
    assert (one.exit_code, one.output) == (among.exit_code, among.output)


def test_other_words_leave_all_commands() -> None:
    for words in ([], ["--help"], ["mtch"]):
        assert alone(app, words) is app
