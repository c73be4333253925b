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
    """What one replay says: of `times` lists for enterprises that bought later, the share that held a bought patent."""

    period: str
    """Such as 2023-01-01 至 2023-12-31."""
    days: int
    """On how many past days lists were made."""
    k: int
    needs: int
    """Enterprises."""
    times: int
    """Lists: an enterprise that bought after several days has one for each."""
    deals: int
    patents: int
    hit: Interval
    """Hit@k of the product's list."""
    by_chance: Interval
    """Hit@k of a random list."""
    keywords: Interval
    """Hit@k of plain keyword search."""
    advantage: Interval
    """Paired difference of the product and keyword search, by enterprise."""
    coverage: float
    """Share of the candidate patents that stand on any list."""
    set_apart: int
    """Records that were not counted."""
    undated: int = 0
    """Lists made from focus areas alone, which carry no day."""


FEW = 30
"""Enterprises below which the page warns that the interval is wide."""


def one_page(verdict: Verdict, stamp: Stamp) -> str:
    """A self-contained A4 page in Chinese."""
    one = verdict
    rows = [
        ("本系统清单", one.hit),
        ("普通关键词检索", one.keywords),
        ("随机抽取", one.by_chance),
    ]
    parts = [
        f"<h1>{'当时' if one.days > 1 else '去年'}的清单能找到后来的成交吗？</h1>",
        f"<p><strong>{_found(one)}</strong></p>",
        table((f"前 {one.k} 条中有成交专利的占比", "均值（95% 区间）"), [(n, _percent(v)) for n, v in rows]),
        intervals([Bar(name, value) for name, value in rows], "三种做法的命中率与 95% 区间", form=".0%"),
        f"<p>{_advantage(one)}清单覆盖了 {one.patents} 件候选专利中的 {one.coverage:.0%}。</p>",
        "<h2>不能得出的结论</h2>",
        bullets((*_warnings(one), *CAUTIONS)),
        "<h2>依据</h2>",
        f"<p>站在{f' {one.days} 个' if one.days > 1 else ''}过去的时点重放：只用当时已有的信息，成交后才有的字段全部屏蔽；"
        f"{one.set_apart} 条记录因不是真实交易、属关联方或资料不全未计入，逐类数量见完整报告。</p>",
        "<p>" + "；".join(f"{name} {escape(value)}" for name, value in stamp.rows()) + "</p>",
    ]
    return page("一页纸：清单有效性", parts)


def _found(one: Verdict) -> str:
    lists = f"，先后 {one.times} 次" if one.times > one.needs else ""
    return (
        f"{one.period}，有 {one.needs} 家企业买入或获许可了候选库中的专利（共 {one.deals} 项{lists}）。"
        f"如果当时就用本系统出清单，每次列 {one.k} 条，{_percent(one.hit)}的清单里会有该企业后来真正选中的专利。"
    )


def _advantage(one: Verdict) -> str:
    """What the paired interval allows to be said of the system against keyword search."""
    gap = one.advantage
    points = f"{gap.mean * 100:+.0f} 个百分点（95% 区间 {gap.low * 100:+.0f} 至 {gap.high * 100:+.0f}）"
    if gap.low > 0:
        return f"比普通关键词检索高：{points}。"
    if gap.high < 0:
        return f"比普通关键词检索低：{points}，不建议按当前设置使用。"
    return f"与普通关键词检索相差 {points}，区间含零，本页数据不足以断定孰优。"


def _warnings(one: Verdict) -> tuple[str, ...]:
    found = []
    if one.needs < FEW:
        found.append(f"只有 {one.needs} 家企业可供检验，区间很宽，只能看方向，不宜引用具体数字。")
    if one.undated:
        found.append(undated(one.undated, one.times))
    return tuple(found)


def undated(lists: int, times: int) -> str:
    """The warning that focus areas may have been written after the deal."""
    return (
        f"{times} 次清单中有 {lists} 次只依据企业的关注领域；关注领域没有日期，按当时已有计算，"
        "若是成交之后才填写的，命中率会偏高。"
    )


def _percent(value: Interval) -> str:
    return f"{value.mean:.0%}（{value.low:.0%}–{value.high:.0%}）"
