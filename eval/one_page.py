"""一页纸: whether last year's list would have found the deals, for those who decide and have one minute."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from eval.charts import Bar, intervals
from eval.comparison import Interval
from eval.html import bullets, page, table
from eval.report import CAUTIONS, Stamp


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one replay says: of `needs` enterprises that bought later, the share whose list held a bought patent."""

    period: str
    """Such as 2023-01-01 至 2023-12-31."""
    k: int
    needs: int
    deals: int
    patents: int
    hit: Interval
    """Hit@k of the product's list."""
    by_chance: Interval
    """Hit@k of a random list."""
    keywords: Interval
    """Hit@k of plain keyword search."""
    coverage: float
    """Share of the candidate patents that stand on any list."""
    set_apart: int
    """Records that were not counted."""


FEW = 30
"""Enterprises below which the page warns that the interval is wide."""


def one_page(verdict: Verdict, stamp: Stamp) -> str:
    """A self-contained A4 page in Chinese."""
    one = verdict
    found = (
        f"{one.period}，有 {one.needs} 家企业买入或获许可了候选库中的专利（共 {one.deals} 项）。"
        f"如果当时就用本系统出清单，每家 {one.k} 条，其中 {_percent(one.hit)} 的企业会在清单里看到自己后来真正选中的专利。"
    )
    rows = [
        ("本系统清单", _percent(one.hit)),
        ("普通关键词检索", _percent(one.keywords)),
        ("随机抽取", _percent(one.by_chance)),
    ]
    bars = [
        Bar("本系统清单", one.hit),
        Bar("普通关键词检索", one.keywords),
        Bar("随机抽取", one.by_chance),
    ]
    parts = [
        "<h1>去年的清单能找到后来的成交吗？</h1>",
        f"<p><strong>{found}</strong></p>",
        table((f"前 {one.k} 条中有成交专利的企业占比", "均值（95% 区间）"), rows),
        intervals(bars, "三种做法的命中率与 95% 区间"),
        f"<p>清单覆盖了 {one.patents} 件候选专利中的 {one.coverage:.0%}。{_advantage(one)}</p>",
        "<h2>不能得出的结论</h2>",
        bullets((*_warnings(one), *CAUTIONS)),
        "<h2>依据</h2>",
        f"<p>只用时点之前的信息重放；成交后才有的字段全部屏蔽；{one.set_apart} 条记录因不是真实交易或资料不全未计入。"
        f"数据版本 {escape(stamp.data)}；设置 {escape(stamp.settings)}；命令 {escape(stamp.command)}</p>",
    ]
    return page("一页纸：清单有效性", parts)


def _advantage(one: Verdict) -> str:
    """What the intervals allow to be said of the system against keyword search."""
    if one.hit.low > one.keywords.high:
        return "命中率明显高于普通关键词检索。"
    if one.hit.high < one.keywords.low:
        return "命中率低于普通关键词检索：不建议按当前设置使用。"
    return "与普通关键词检索的区间有重叠，本页数据不足以断定孰优。"


def _warnings(one: Verdict) -> tuple[str, ...]:
    if one.needs < FEW:
        return (f"只有 {one.needs} 家企业可供检验，区间很宽，只能看方向，不宜引用具体数字。",)
    return ()


def _percent(value: Interval) -> str:
    return f"{value.mean:.0%}（{value.low:.0%}–{value.high:.0%}）"
