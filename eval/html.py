"""A report as one self-contained page in Chinese: tables and inline plots, no network, no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from eval import charts
from eval.report import (
    CAUTIONS,
    COMPARED,
    EXPOSED,
    MODES,
    STRATA,
    WEIGHED,
    Report,
    calibration_sentence,
    comparison_rows,
    exposure_rows,
    label,
    measure_table,
    observations,
    propensity_rows,
    resampled,
    strata_rows,
    system,
)


def as_html(report: Report) -> str:
    """The whole page; equal reports give equal pages."""
    parts = [
        f"<h1>{escape(report.title)}</h1>",
        _stamp(report),
        "<h2>指标</h2>",
        table(*measure_table(report)),
    ]
    if report.evaluations:
        name = report.scheme.measures[0]
        bars = [charts.Bar(system(one.scores.run), one.intervals[name]) for one in report.evaluations]
        parts.append(charts.intervals(bars, f"{label(name)} 与 95% 区间"))
    if report.comparisons:
        parts += ["<h2>成对比较</h2>", _comparisons(report)]
    if report.strata:
        parts += [
            f"<h2>分组：{escape(system(report.evaluations[-1].scores.run))}</h2>",
            table(STRATA, strata_rows(report)),
        ]
    if report.propensity:
        parts += ["<h2>按热度逆倾向加权前后</h2>", table(WEIGHED, propensity_rows(report))]
    if report.exposure:
        parts += ["<h2>清单覆盖与集中程度</h2>", table(EXPOSED, exposure_rows(report))]
    if report.reliability:
        parts.append("<h2>概率可信度</h2>")
        parts += [
            charts.reliability_diagram(one.bins, calibration_sentence(one)) for one in report.reliability
        ]
    parts += [
        "<h2>数据说明</h2>",
        bullets(observations(report)),
        "<h2>不能得出的结论</h2>",
        bullets(CAUTIONS),
    ]
    return page(report.title, parts)


def _stamp(report: Report) -> str:
    needs = len(report.evaluations[0].scores.need_ids) if report.evaluations else 0
    method = f"{MODES[report.scheme.mode]}；{needs} 条需求；等级 {report.scheme.relevant} 及以上为相关"
    return table(("项目", "内容"), (*report.stamp.rows(), ("评测方式", method)))


def _comparisons(report: Report) -> str:
    baseline = system(report.comparisons[0].baseline)
    parts = [
        table(COMPARED, comparison_rows(report)),
        f"<p>与 {escape(baseline)} 成对比较，{resampled(report)}。</p>",
    ]
    bars = [charts.Bar(system(one.run), one.difference) for one in report.comparisons]
    parts.append(charts.intervals(bars, f"与 {baseline} 的差值", zero=True))
    pictures = [
        charts.differences(
            [row.difference for row in one.table],
            f"{system(one.run)} 减 {baseline}：逐条需求的差值，自大到小",
        )
        for one in report.comparisons
    ]
    parts.append(pictures[-1])
    if len(pictures) > 1:
        parts.append(f"<details><summary>其他方案逐条需求的差值</summary>{''.join(pictures[:-1])}</details>")
    return "".join(parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """An HTML table of escaped cells."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str) -> str:
    """Cells of two lines (a mean over its interval) keep them."""
    kind = ' class="lines"' if "\n" in text else ""
    return f"<td{kind}>{escape(text)}</td>"


def bullets(sentences: tuple[str, ...]) -> str:
    """An HTML list of escaped sentences; 无 where there are none."""
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in sentences or ("无。",)) + "</ul>"


STYLE = """
body{font:15px/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;max-width:1000px;margin:2em auto;
padding:0 1em;color:#1c2733}h1{font-size:1.6em}h2{font-size:1.2em;margin-top:1.6em;border-bottom:1px solid #d5dce3}
table{border-collapse:collapse;margin:.6em 0;font-size:.92em}th,td{border:1px solid #d5dce3;padding:.25em .6em;text-align:left}
th{background:#f1f4f7}
td.lines{white-space:pre;font-variant-numeric:tabular-nums}summary{cursor:pointer}
figure{margin:1em 0}figcaption{margin-bottom:.3em}svg{max-width:100%;height:auto}
svg text{font-size:12px;fill:#1c2733}svg line{stroke:#2b6cb0;stroke-width:2}svg circle{fill:#2b6cb0;fill-opacity:.85}
svg .zero{stroke:#8a97a5;stroke-width:1;stroke-dasharray:4 3}svg .frame{fill:none;stroke:#d5dce3}
svg .gain{fill:#2f855a}svg .loss{fill:#c05621}@page{size:A4;margin:18mm}@media print{body{margin:0;max-width:none}}
"""


def page(title: str, parts: list[str]) -> str:
    """A whole page from parts."""
    style = STYLE.replace("\n", "")
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
