"""What an evaluation found, as a terminal table, JSON, or one self-contained page in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING

from eval import charts
from eval.calibration import Bin, NothingFits
from eval.comparison import Comparison, Interval
from eval.exposure import Exposure
from eval.scoring import Mode, Scheme, Scores
from eval.strata import Stratum

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

LABELS = {
    "ndcg": "nDCG",
    "map": "MAP（平均准确率）",
    "mrr": "MRR（首个命中倒数）",
    "recall": "召回率",
    "hit": "命中率",
    "precision": "准确率",
    "unjudged": "未标注比例",
}

MODES = {Mode.JUDGED: "仅在已标注候选中排序", Mode.FULL: "全量排序，相同标题合并"}

CAUTIONS = (
    "历史成交不等于最合适：未成交的专利可能同样合适，因此各项指标是下限，不能据此断言其余推荐是错的。",
    "标注集中在少数需求与专利上；区间反映需求之间的差异，不反映标注者之间的差异。",
    "历史交易受当时的渠道与热度影响，不能说明清单促成了交易（没有对照试验）。",
)
"""What may not be concluded; printed on every report."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What it takes to print the same report again."""

    data: str
    settings: str
    seed: int
    command: str
    commit: str = ""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run's scores, and the interval of every mean."""

    scores: Scores
    intervals: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cross-fitted calibration of one run: on all judged pairs and on each need's top 10."""

    run: str
    kind: str
    bins: tuple[Bin, ...]
    expected_error: float
    expected_error_top: float
    brier: float
    nothing: NothingFits


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report shows; empty parts are left out. `notes` are Chinese sentences on the data."""

    title: str
    stamp: Stamp
    scheme: Scheme
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Comparison, ...] = ()
    strata: tuple[Stratum, ...] = ()
    exposure: tuple[tuple[str, Exposure], ...] = ()
    reliability: tuple[Reliability, ...] = ()
    notes: tuple[str, ...] = ()


def label(measure: str) -> str:
    """A measure's Chinese name: ndcg@10 → nDCG@10."""
    name, _, k = measure.partition("@")
    return LABELS[name] + (f"@{k}" if k else "")


def observations(report: Report) -> tuple[str, ...]:
    """Sentences on what the runs lacked: needs unanswered, lists shorter than asked for."""
    found = list(report.notes)
    for one in report.evaluations:
        scores = one.scores
        if scores.unanswered:
            shown = "、".join(scores.unanswered[:3])
            found.append(
                f"{scores.run}：{len(scores.unanswered)} 条需求没有任何结果，计为 0（例如 {shown}）。"
            )
        if scores.short:
            shown = "、".join(scores.short[:3])
            found.append(f"{scores.run}：{len(scores.short)} 条需求的结果少于所需条数（例如 {shown}）。")
    return tuple(found)


def calibration_sentence(found: Reliability) -> str:
    """The figures of one calibration in a Chinese sentence."""
    nothing = found.nothing
    return (
        f"{found.run}：{found.kind} 校准（按需求交叉拟合），期望校准误差 {found.expected_error:.4f}，"
        f"前 10 条 {found.expected_error_top:.4f}，Brier {found.brier:.4f}；"
        f"最高概率低于 {nothing.threshold:.2f} 时回答“没有合适的专利”：{nothing.said} 条需求，"
        f"准确率 {nothing.precision:.2f}，召回率 {nothing.recall:.2f}。"
    )


def print_report(report: Report, console: Console) -> None:
    """Tables for a terminal."""
    from rich.table import Table

    measures = list(report.evaluations[0].intervals) if report.evaluations else []
    needs = len(report.evaluations[0].scores.need_ids) if report.evaluations else 0
    table = Table(title=f"{report.title}（{MODES[report.scheme.mode]}，{needs} 条需求）")
    table.add_column("方案")
    for name in measures:
        table.add_column(label(name), justify="right")
    for one in report.evaluations:
        shown = (f"{i.mean:.3f}\n[dim]{i.low:.3f}–{i.high:.3f}[/dim]" for i in one.intervals.values())
        table.add_row(one.scores.run, *shown)
    console.print(table)
    if report.comparisons:
        console.print(_comparison_table(report))
    for found in report.reliability:
        console.print(f"· {calibration_sentence(found)}", markup=False)
    for sentence in observations(report):
        console.print(f"· {sentence}", markup=False)
    console.print(f"命令：{report.stamp.command}", markup=False)


def _comparison_table(report: Report) -> Table:
    from rich.table import Table

    table = Table(title=f"与基准 {report.comparisons[0].baseline} 比较（成对，按需求重抽样）")
    for name in ("方案", "指标", "差值", "95% 区间", "效应量", "p（Holm）", "胜/平/负"):
        table.add_column(name, justify="right" if name != "方案" else "left")
    for one in report.comparisons:
        table.add_row(*_comparison_cells(one))
    return table


def _comparison_cells(one: Comparison) -> tuple[str, ...]:
    gap = one.difference
    return (
        one.run,
        label(one.measure),
        f"{gap.mean:+.4f}",
        f"{gap.low:+.4f} 至 {gap.high:+.4f}",
        f"{one.effect_size:+.2f}",
        f"{one.p_holm:.4f}",
        f"{one.wins}/{one.ties}/{one.losses}",
    )


def as_json(report: Report) -> dict[str, object]:
    """Plain values: means and intervals by run, per-need values, comparisons with their tables."""
    return {
        "title": report.title,
        "stamp": asdict(report.stamp),
        "scheme": asdict(report.scheme),
        "runs": [
            {
                "run": one.scores.run,
                "needs": len(one.scores.need_ids),
                "measures": {name: asdict(value) for name, value in one.intervals.items()},
                "per_need": {
                    need: {name: float(values[row]) for name, values in one.scores.values.items()}
                    for row, need in enumerate(one.scores.need_ids)
                },
                "unanswered": list(one.scores.unanswered),
                "short": list(one.scores.short),
            }
            for one in report.evaluations
        ],
        "comparisons": [asdict(one) for one in report.comparisons],
        "strata": [asdict(one) for one in report.strata],
        "exposure": {run: asdict(found) for run, found in report.exposure},
        "reliability": [asdict(one) for one in report.reliability],
        "observations": list(observations(report)),
        "cautions": list(CAUTIONS),
    }


def as_html(report: Report) -> str:
    """One self-contained page: tables and inline plots, no network."""
    parts = [f"<h1>{escape(report.title)}</h1>", _stamp(report), "<h2>指标</h2>", _measures(report)]
    if report.evaluations:
        name = report.scheme.measures[0]
        bars = [charts.Bar(one.scores.run, one.intervals[name]) for one in report.evaluations]
        parts.append(charts.intervals(bars, f"{label(name)} 与 95% 区间"))
    if report.comparisons:
        parts += ["<h2>成对比较</h2>", _comparisons(report)]
    if report.strata:
        rows = [(one.name, label(one.measure), str(one.needs), _interval(one.mean)) for one in report.strata]
        parts += ["<h2>分组</h2>", table(("组", "指标", "需求数", "均值［95% 区间］"), rows)]
    if report.exposure:
        parts += ["<h2>清单覆盖与集中程度</h2>", _exposure(report)]
    for found in report.reliability:
        parts += ["<h2>概率可信度</h2>", charts.reliability_diagram(found.bins, calibration_sentence(found))]
    parts += [
        "<h2>数据说明</h2>",
        bullets(observations(report)),
        "<h2>不能得出的结论</h2>",
        bullets(CAUTIONS),
    ]
    return page(report.title, parts)


def _stamp(report: Report) -> str:
    stamp = report.stamp
    rows = (
        ("数据版本", stamp.data),
        ("设置", stamp.settings),
        ("随机种子", str(stamp.seed)),
        ("程序版本", stamp.commit or "未知"),
        ("时点", stamp.as_of or "—"),
        ("评测方式", f"{MODES[report.scheme.mode]}；等级 {report.scheme.relevant} 及以上为相关"),
        ("命令", stamp.command),
    )
    return table(("项目", "内容"), rows)


def _measures(report: Report) -> str:
    names = list(report.evaluations[0].intervals) if report.evaluations else []
    rows = [
        (one.scores.run, str(len(one.scores.need_ids)), *(_interval(one.intervals[name]) for name in names))
        for one in report.evaluations
    ]
    return table(("方案", "需求数", *map(label, names)), rows)


def _comparisons(report: Report) -> str:
    head = ("方案", "指标", "差值", "95% 区间", "效应量", "p（Holm 校正）", "胜/平/负")
    parts = [table(head, [_comparison_cells(one) for one in report.comparisons])]
    bars = [charts.Bar(one.run, one.difference) for one in report.comparisons]
    parts.append(charts.intervals(bars, f"与 {report.comparisons[0].baseline} 的差值", zero=True))
    for one in report.comparisons:
        values = [row.difference for row in one.table]
        parts.append(charts.differences(values, f"{one.run} 减 {one.baseline}：逐条需求的差值，自大到小"))
    return "".join(parts)


def _exposure(report: Report) -> str:
    head = ("方案", "前 k 条", "专利覆盖率", "专利集中度（Gini）", "权利人集中度（Gini）", "新颖度（比特）")
    rows = [
        (
            run,
            str(e.k),
            f"{e.coverage:.3f}",
            f"{e.gini_patents:.3f}",
            _or_dash(e.gini_holders),
            _or_dash(e.novelty),
        )
        for run, e in report.exposure
    ]
    return table(head, rows)


def _interval(value: Interval) -> str:
    return f"{value.mean:.3f}［{value.low:.3f}，{value.high:.3f}］"


def _or_dash(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """An HTML table of escaped cells."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def bullets(sentences: tuple[str, ...]) -> str:
    """An HTML list of escaped sentences; 无 where there are none."""
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in sentences or ("无。",)) + "</ul>"


STYLE = """
body{font:15px/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;max-width:1000px;margin:2em auto;
padding:0 1em;color:#1c2733}h1{font-size:1.6em}h2{font-size:1.2em;margin-top:1.6em;border-bottom:1px solid #d5dce3}
table{border-collapse:collapse;margin:.6em 0;font-size:.92em}th,td{border:1px solid #d5dce3;padding:.25em .6em;text-align:left}
th{background:#f1f4f7}figure{margin:1em 0}figcaption{margin-bottom:.3em}svg{max-width:100%;height:auto}
svg text{font-size:12px;fill:#1c2733}svg line{stroke:#2b6cb0;stroke-width:2}svg circle{fill:#2b6cb0;fill-opacity:.85}
svg .zero{stroke:#8a97a5;stroke-width:1;stroke-dasharray:4 3}svg .frame{fill:none;stroke:#d5dce3}
svg .gain{fill:#2f855a}svg .loss{fill:#c05621}@page{size:A4;margin:18mm}@media print{body{margin:0;max-width:none}}
"""


def page(title: str, parts: list[str]) -> str:
    """A whole page from parts."""
    style = re.sub(r"\n", "", STYLE)
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
