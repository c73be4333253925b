"""What an evaluation found, as terminal tables or JSON; `html` makes it a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from eval.calibration import Bin, NothingFits
from eval.comparison import Comparison, Interval
from eval.exposure import Exposure
from eval.judgements import some
from eval.scoring import Mode, Scheme, Scores
from eval.strata import Stratum

if TYPE_CHECKING:
    from rich.console import Console

LABELS = {
    "ndcg": "nDCG",
    "map": "MAP",
    "mrr": "MRR",
    "recall": "召回率",
    "hit": "命中率",
    "precision": "准确率",
    "unjudged": "未标注比例",
}

MODES = {Mode.JUDGED: "仅在已标注候选中排序", Mode.FULL: "全库排序"}

CAUTIONS = (
    "历史成交不等于最合适：未成交的专利可能同样合适，因此各项指标是下限，不能据此断言其余推荐是错的。",
    "标注集中在少数需求与专利上；区间反映需求之间的差异，不反映标注者之间的差异。",
    "历史交易受当时的渠道与热度影响，不能说明清单促成了交易（没有对照试验）；"
    "按热度加权只能抵消其中一部分，从未被看到过的专利是否合适，这些数据无从得知。",
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

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Chinese labels and values, in the order in which they are shown."""
        return (
            ("数据版本", self.data),
            ("设置", self.settings),
            ("随机种子", str(self.seed)),
            ("程序版本", self.commit or "未知"),
            ("时点", self.as_of or "—"),
            ("命令", self.command),
        )


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
class Weighing:
    """One run's measure as it is, and with inverse-propensity weights (`strata.weighted`)."""

    run: str
    measure: str
    plain: Interval
    weighted: Interval


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
    propensity: tuple[Weighing, ...] = ()


SYSTEMS = {
    "random": "随机",
    "popularity": "按成交热度",
    "ipc": "IPC 重合",
    "bm25-words": "BM25（词）",
    "bm25-chars": "BM25（字）",
    "bm25-tuned": "调优 BM25（字）",
    "dense": "语义向量",
    "fused": "文本融合",
    "full": "完整排序",
    "learned": "学习权重",
}
"""What baselines and systems are called in tables; other runs keep their own names."""


def system(run: str) -> str:
    """A run's name as people see it."""
    if run.startswith("without "):
        return f"去掉 {run.removeprefix('without ')}"
    return SYSTEMS.get(run, run)


def label(measure: str) -> str:
    """A measure's Chinese name: ndcg@10 → nDCG@10."""
    name, _, k = measure.partition("@")
    return LABELS[name] + (f"@{k}" if k else "")


def observations(report: Report) -> tuple[str, ...]:
    """Sentences on the data, and on what the runs lacked: needs unanswered, lists shorter than asked for."""
    runs = [(system(one.scores.run), one.scores) for one in report.evaluations]
    lacking = [(name, scores.unanswered, "没有任何结果，计为 0") for name, scores in runs]
    lacking += [(name, scores.short, "的结果少于所需条数") for name, scores in runs]
    named: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for name, needs, what in lacking:
        if needs:
            named.setdefault((needs, what), []).append(name)
    found = (
        f"{'、'.join(names)}：{len(needs)} 条需求{what}（{some(needs)}）。"
        for (needs, what), names in named.items()
    )
    return (*report.notes, *found)


def calibration_sentence(found: Reliability) -> str:
    """The figures of one calibration in a Chinese sentence."""
    nothing = found.nothing
    return (
        f"{system(found.run)}：{found.kind} 校准（按需求交叉拟合），期望校准误差 {found.expected_error:.4f}，"
        f"前 10 条 {found.expected_error_top:.4f}，Brier {found.brier:.4f}；"
        f"最高概率低于 {nothing.threshold:.2f} 时回答“没有合适的专利”：{nothing.said} 条需求，"
        f"准确率 {nothing.precision:.2f}，召回率 {nothing.recall:.2f}。"
    )


def print_report(report: Report, console: Console) -> None:
    """Tables for a terminal."""
    needs = len(report.evaluations[0].scores.need_ids) if report.evaluations else 0
    title = f"{report.title}（{MODES[report.scheme.mode]}，{needs} 条需求，均值［95% 区间］）"
    _print(console, title, *measure_table(report))
    if report.comparisons:
        baseline = system(report.comparisons[0].baseline)
        _print(
            console, f"与基准 {baseline} 比较（成对，{resampled(report)}）", COMPARED, comparison_rows(report)
        )
    if report.strata:
        _print(console, f"分组：{system(report.evaluations[-1].scores.run)}", STRATA, strata_rows(report))
    if report.propensity:
        _print(console, "按热度逆倾向加权前后", WEIGHED, propensity_rows(report))
    if report.exposure:
        _print(console, "清单覆盖与集中程度", EXPOSED, exposure_rows(report))
    for found in report.reliability:
        console.print(f"· {calibration_sentence(found)}", markup=False)
    for sentence in observations(report):
        console.print(f"· {sentence}", markup=False)
    for caution in CAUTIONS:
        console.print(f"· 注意：{caution}", markup=False)
    for name, value in report.stamp.rows():
        console.print(f"{name}：{value}", markup=False)


def _print(console: Console, title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title))
    for column, name in enumerate(head):
        table.add_column(escape(name), justify="right" if column else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def measure_table(report: Report) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows of the measures: a run a row, a mean with its interval a cell."""
    names = list(report.evaluations[0].intervals) if report.evaluations else []
    rows = [
        (system(one.scores.run), *(shown(one.intervals[name], "\n") for name in names))
        for one in report.evaluations
    ]
    return ("方案", *map(label, names)), rows


def shown(value: Interval, between: str = "") -> str:
    """A mean with its interval: 0.643［0.606，0.678］."""
    return f"{value.mean:.3f}{between}［{value.low:.3f}，{value.high:.3f}］"


def resampled(report: Report) -> str:
    """What was drawn in the comparisons: needs, or enterprises with all their needs."""
    one = report.comparisons[0]
    return f"按 {one.groups} 家企业重抽样" if one.groups < one.needs else "按需求重抽样"


COMPARED = ("方案", "指标", "差值", "95% 区间", "效应量", "p（Holm 校正）", "胜/平/负")
STRATA = ("组", "指标", "需求数", "均值［95% 区间］")
WEIGHED = ("方案", "指标", "不加权", "逆倾向加权")
EXPOSED = ("方案", "前 k 条", "专利覆盖率", "专利集中度（Gini）", "权利人集中度（Gini）", "新颖度（比特）")


def comparison_rows(report: Report) -> list[tuple[str, ...]]:
    """Rows under COMPARED."""
    return [_comparison_cells(one) for one in report.comparisons]


def strata_rows(report: Report) -> list[tuple[str, ...]]:
    """Rows under STRATA."""
    return [(one.name, label(one.measure), str(one.needs), shown(one.mean)) for one in report.strata]


def propensity_rows(report: Report) -> list[tuple[str, ...]]:
    """Rows under WEIGHED."""
    return [
        (system(one.run), label(one.measure), shown(one.plain), shown(one.weighted))
        for one in report.propensity
    ]


def exposure_rows(report: Report) -> list[tuple[str, ...]]:
    """Rows under EXPOSED."""
    return [
        (
            system(run),
            str(e.k),
            f"{e.coverage:.3f}",
            f"{e.gini_patents:.3f}",
            _or_dash(e.gini_holders),
            _or_dash(e.novelty),
        )
        for run, e in report.exposure
    ]


def _or_dash(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _comparison_cells(one: Comparison) -> tuple[str, ...]:
    gap = one.difference
    return (
        system(one.run),
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
        "propensity": [asdict(one) for one in report.propensity],
        "reliability": [asdict(one) for one in report.reliability],
        "observations": list(observations(report)),
        "cautions": list(CAUTIONS),
    }
