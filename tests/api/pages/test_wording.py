"""On a page the way leads over pages, not over commands."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from api.access.roles import Role
from api.pages.wording import on_page
from matcher.settings import Settings
from tests.api.pages.conftest import Browser
from tests.api.pages.test_imports import finished


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "工作区中还没有专利。请先运行 matcher import patents 专利清单.xlsx。",
            "工作区中还没有专利。请先在“导入”页导入专利（由主管部门办理）。",
        ),
        (
            "还没有建立索引（workspace/indexes/patents）。请运行 matcher index。",
            "还没有建立索引（workspace/indexes/patents）。请由主管部门在“进展”页更新索引。",
        ),
        (
            "没有编号或名称为“x”的活动。用 matcher event list 查看，或用 matcher event new 新建。",
            "没有编号或名称为“x”的活动。请在“路演”页查看或新建。",
        ),
        (
            "请先用 matcher event publish HD001-01 --by 经办人 发布。",
            "请先在“路演”页的活动中发布 HD001-01。",
        ),
        ("请管理员运行 matcher doctor 查看原因。", "请管理员运行 matcher doctor 查看原因。"),
    ],
)
def test_a_command_becomes_a_page(said: str, shown: str) -> None:
    assert on_page(said) == shown


def test_refusals_and_failed_jobs_name_pages(
    browser: Callable[..., Browser], bureau: Browser, filled: Settings
) -> None:
    unknown = bureau.get("/events/HD404")
    assert (unknown.status_code, "请在“路演”页查看或新建。" in unknown.text) == (404, True)
    shutil.rmtree(filled.home / "indexes")
    searched = browser(Role.ENTERPRISE).post("/", {"text": "反渗透膜"})
    assert "matcher index" not in searched.text
    assert "请由主管部门在“进展”页更新索引" in searched.text
    sent = bureau.post("/evaluations", {}, follow_redirects=False)
    assert "请先在“导入”页导入历史交易（由主管部门办理）" in finished(bureau, sent.headers["location"])
