from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import eval.usecases

README = Path(eval.usecases.__file__).with_name("README.md")


def test_the_first_example_prints_what_the_readme_says() -> None:
    blocks = re.findall(r"```(?:python)?\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(blocks[0], {})
    assert printed.getvalue() == blocks[1]
