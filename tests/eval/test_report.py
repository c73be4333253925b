from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree

import pytest
from rich.console import Console

from eval import usecases
from eval.calibration import Bin, NothingFits
from eval.charts import Bar, differences, intervals, reliability_diagram
from eval.comparison import Interval
from eval.html import as_html
from eval.judgements import Judgement, Run, judgements
from eval.one_page import Verdict, one_page
from eval.report import (
    CAUTIONS,
    Reliability,
    Report,
    Stamp,
    as_json,
    calibration_sentence,
    label,
    print_report,
)
from eval.scoring import Mode, Scheme

STAMP = Stamp("数据 <1>", "默认", 0, "matcher eval compare a b", commit="abc123")
KNOWN = judgements(
    [Judgement(f"n{i}", c, level) for i in range(6) for c, level in (("a", 4), ("b", 1), ("c", 3))]
)
GOOD = Run.in_order("good", {f"n{i}": ["a", "c", "b"] for i in range(6)})
BAD = Run.in_order("bad", {f"n{i}": ["b", "a", "c"] for i in range(5)})
ASKED = usecases.Question(KNOWN, Scheme(Mode.FULL, ("mrr", "recall@2")))


@pytest.fixture
def report() -> Report:
    return usecases.report("比较", [BAD, GOOD], ASKED, STAMP, calibrated=["good"])


def test_the_json_holds_means_intervals_needs_and_comparisons(report: Report) -> None:
    found = json.loads(json.dumps(as_json(report)))
    bad, good = found["runs"]
    assert good["measures"]["mrr"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert bad["measures"]["mrr"]["mean"] == pytest.approx(5 / 6 / 2)
    assert bad["per_need"]["n5"]["mrr"] == 0.0
    assert bad["unanswered"] == ["n5"]
    assert found["comparisons"][0]["difference"]["mean"] == pytest.approx(1 - 5 / 12)
    assert found["stamp"]["command"] == "matcher eval compare a b"
    assert found["cautions"] == list(CAUTIONS)
    assert found["observations"] == ["bad：1 条需求没有任何结果，计为 0（例如 n5）。"]


def test_the_page_is_one_file_without_a_network_and_escapes_what_it_shows(report: Report) -> None:
    page = as_html(report)
    assert "数据 &lt;1&gt;" in page
    assert not re.search(r"(?:src|href|url\()\s*=?\s*[\"']?(?:https?:)?//", page)
    assert "<script" not in page
    for text in (
        "good",
        "abc123",
        "matcher eval compare a b",
        "95% 区间",
        "不能得出的结论",
        CAUTIONS[0],
        "数据版本",
        "概率可信度",
    ):
        assert text in page
    assert as_html(report) == page
    for picture in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(picture)


def test_the_terminal_shows_means_and_the_comparison(report: Report) -> None:
    console = Console(file=io.StringIO(), width=160)
    print_report(report, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "全库排序，6 条需求" in text
    assert "1.000" in text
    assert "0.417" in text
    assert "+0.5833" in text
    assert "6/0/0" in text
    assert "bad：1 条需求没有任何结果，计为 0（例如 n5）。" in text


def test_calibration_in_a_sentence() -> None:
    found = Reliability("甲", "platt", (), 0.01, 0.05, 0.1, NothingFits(0.15, said=4, right=3, empty=6))
    assert calibration_sentence(found) == (
        "甲：platt 校准（按需求交叉拟合），期望校准误差 0.0100，前 10 条 0.0500，Brier 0.1000；"
        "最高概率低于 0.15 时回答“没有合适的专利”：4 条需求，准确率 0.75，召回率 0.50。"
    )


def test_labels_are_chinese_names() -> None:
    assert (label("ndcg@10"), label("recall@50")) == ("nDCG@10", "召回率@50")


def test_a_bar_stands_where_its_value_is() -> None:
    picture = intervals(
        [Bar("甲", Interval(0.5, 0.0, 1.0)), Bar("乙", Interval(1.0, 1.0, 1.0))], "图", zero=True
    )
    assert re.findall(r'<circle cx="([\d.]+)"', picture) == ["330.0", "510.0"]
    assert 'class="zero" x1="150.0"' in picture
    dots = reliability_diagram((Bin(0.0, 0.1, 4, 0.0, 1.0), Bin(0.9, 1.0, 1, 1.0, 0.5)), "图")
    assert re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', dots) == [
        ("40.0", "40.0", "10.0"),
        ("280.0", "160.0", "6.0"),
    ]
    bars = differences([0.5, -0.25], "图")
    assert re.findall(
        r'<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', bars
    ) == [
        ("gain", "0.00", "8.0", "72.0"),
        ("loss", "340.00", "80.0", "36.0"),
    ]
    assert intervals([], "图") == ""


def _verdict(advantage: Interval, needs: int = 40, days: int = 1) -> Verdict:
    return Verdict(
        "2023-01-01 至 2024-01-01",
        days,
        10,
        needs,
        needs + 4,
        61,
        320,
        Interval(0.7, 0.6, 0.8),
        Interval(0.05, 0.02, 0.09),
        Interval(0.4, 0.3, 0.5),
        advantage,
        0.62,
        7,
    )


@pytest.mark.parametrize(
    ("advantage", "sentence"),
    [
        (Interval(0.3, 0.1, 0.5), "比普通关键词检索高：+30 个百分点（95% 区间 +10 至 +50）。"),
        (
            Interval(0.1, -0.1, 0.3),
            "相差 +10 个百分点（95% 区间 -10 至 +30），区间含零，本页数据不足以断定孰优。",
        ),
        (
            Interval(-0.3, -0.4, -0.2),
            "比普通关键词检索低：-30 个百分点（95% 区间 -40 至 -20），不建议按当前设置使用。",
        ),
    ],
)
def test_the_one_page_says_what_the_intervals_allow(advantage: Interval, sentence: str) -> None:
    page = one_page(_verdict(advantage), STAMP)
    assert sentence in page
    assert "去年的清单能找到后来的成交吗？" in page
    assert "有 40 家企业买入或获许可了候选库中的专利（共 61 项，先后 44 次）" in page
    assert "每次列 10 条，70%（60%–80%）的清单里会有该企业后来真正选中的专利" in page
    assert "62%" in page
    assert "数据 &lt;1&gt;" in page
    assert "abc123" in page
    assert all(caution in page for caution in CAUTIONS)
    assert "区间很宽" not in page


def test_the_one_page_warns_of_few_enterprises_and_names_several_days() -> None:
    page = one_page(_verdict(Interval(0.3, 0.1, 0.5), 9, days=3), STAMP)
    assert "只有 9 家企业可供检验，区间很宽，只能看方向，不宜引用具体数字。" in page
    assert "当时的清单能找到后来的成交吗？" in page
    assert "站在 3 个过去的时点重放" in page
