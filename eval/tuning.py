"""Searches weights on a development split, resumes after interruption, and never looks at the test split."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path

import numpy as np

from eval.comparison import Interval, interval
from eval.ranker import SignalTable, need_ndcg
from matcher.errors import InputError


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting's weights, summing to 1, and its mean nDCG@10 on the development split."""

    number: int
    weights: Mapping[str, float]
    value: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best trial (the earliest of equals), all trials by number, and the prior's value beside it."""

    best: Trial
    prior: Trial
    trials: tuple[Trial, ...]
    resumed: int
    """Trials that were read back from an earlier, interrupted search."""
    needs: int
    """Development needs."""

    def sentences(self, proof: Interval | None = None) -> tuple[str, ...]:
        """The outcome in Chinese, with the lines for matcher.toml."""
        gain = self.best.value - self.prior.value
        lines = [
            f"试了 {len(self.trials)} 组权重（其中 {self.resumed} 组由记录接续），开发集 {self.needs} 条需求。",
            f"默认权重 nDCG@10 {self.prior.value:.4f}，最好的一组 {self.best.value:.4f}（{gain:+.4f}，在开发集上选出，偏乐观）。",
            "写入 matcher.toml 即可采用：",
            "[ranking.weights]",
            *(f"{name} = {weight:.4f}" for name, weight in self.best.weights.items()),
        ]
        if proof is None:
            lines.append("尚未看测试集；确定之后加 --prove 验证一次，不要据测试结果再调。")
        else:
            lines.append(
                f"测试集：差值 {proof.mean:+.4f}（95% 区间 {proof.low:+.4f} 至 {proof.high:+.4f}）。"
                + ("区间在零以上，可以采用。" if proof.low > 0 else "不能排除为零，建议沿用默认权重。")
            )
        return tuple(lines)

    def document(self, proof: Interval | None = None) -> dict[str, object]:
        """Plain values for programs."""
        return {
            "best": asdict(self.best),
            "prior": asdict(self.prior),
            "trials": len(self.trials),
            "resumed": self.resumed,
            "needs": self.needs,
            "test": None if proof is None else asdict(proof),
        }


def random_weights(prior: Mapping[str, float], trials: int, seed: int = 0) -> list[dict[str, float]]:
    """The prior first, then draws around it: each weight times e^N(0, 1), normalised."""
    names = list(prior)
    base = np.array([prior[name] for name in names])
    generator = np.random.default_rng(seed)
    drawn = [base, *(base * np.exp(generator.normal(0.0, 1.0, len(base))) for _ in range(trials - 1))]
    return [dict(zip(names, (row / row.sum()).tolist(), strict=True)) for row in drawn]


def grid_weights(
    prior: Mapping[str, float], factors: Mapping[str, Iterable[float]]
) -> list[dict[str, float]]:
    """The prior first, then every combination of `factors` by which single weights are multiplied."""
    names = list(factors)
    found = [dict(prior)]
    for combination in product(*(tuple(factors[name]) for name in names)):
        found.append({**prior, **{n: prior[n] * f for n, f in zip(names, combination, strict=True)}})
    normal = (
        {name: weight / sum(row.values()) for name, weight in row.items()}
        for row in found
        if sum(row.values())
    )
    return list({json.dumps(row): row for row in normal}.values())


def tune(
    table: SignalTable,
    settings: list[dict[str, float]],
    log: Path,
    progress: Callable[[int], None] | None = None,
) -> Tuned:
    """Measure every setting on the development needs, which are all that `table` holds; the first is the prior.

    Each trial is appended to `log` (JSON lines) as soon as it is known; a second call goes on after the last
    whole line. `progress` is called with 1 for each. Raises InputError where no need is left, or the log belongs to
    another search.
    """
    if not table.needs or not settings:
        raise InputError("没有可用于调参的需求：全部需求都在测试集中。请重新划分。", code="empty")
    trials = _resume(log, _key(table, settings), settings)
    resumed = len(trials)
    if progress is not None and resumed:
        progress(resumed)
    with log.open("a", encoding="utf-8") as file:
        for number in range(resumed, len(settings)):
            weights = np.array([settings[number][name] for name in table.names])
            value = float(need_ndcg(table, weights).mean())
            trials.append(Trial(number, settings[number], value))
            file.write(json.dumps({"trial": number, "value": value}) + "\n")
            file.flush()
            if progress is not None:
                progress(1)
    best = max(trials, key=lambda trial: (trial.value, -trial.number))
    return Tuned(best, trials[0], tuple(trials), resumed, len(table.needs))


def proof(test: SignalTable, tuned: Tuned, seed: int = 0) -> Interval:
    """The one look at the test needs, after tuning: the best setting minus the prior in nDCG@10."""
    if not test.needs:
        raise InputError("测试集为空，不能验证调参结果。", code="empty")
    best, prior = (
        need_ndcg(test, np.array([trial.weights[name] for name in test.names]))
        for trial in (tuned.best, tuned.prior)
    )
    return interval(best - prior, seed)


def _key(table: SignalTable, settings: list[dict[str, float]]) -> str:
    digest = sha256(json.dumps([table.names, table.need_ids, settings], ensure_ascii=False).encode())
    for need in table.needs:
        digest.update(need.values.tobytes() + need.levels.tobytes())
    return digest.hexdigest()


def _resume(log: Path, key: str, settings: list[dict[str, float]]) -> list[Trial]:
    """The trials of an earlier call; a line cut off by the interruption is removed from the file."""
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True) if log.is_file() else []
    if not lines or not lines[0].endswith("\n"):
        log.write_text(json.dumps({"search": key}) + "\n", encoding="utf-8")
        return []
    if _row(lines[0]).get("search") != key:
        raise InputError(
            f"{log.name} 属于另一次调参（数据或设置不同）。请换一个文件，或删除它重新开始。",
            code="foreign_log",
        )
    rows = [_row(line) for line in lines[1:] if line.endswith("\n")]
    if len(rows) + 1 < len(lines):
        log.write_text("".join(lines[: len(rows) + 1]), encoding="utf-8")
    return [Trial(number, settings[number], float(row["value"])) for number, row in enumerate(rows)]


def _row(line: str) -> dict[str, float | str]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise InputError("调参记录文件已损坏，请删除它重新开始。", code="foreign_log")
    return row
