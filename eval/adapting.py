"""Fine-tuning as a verb: divide the evidence, train, and prove on needs that neither training nor stopping has seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from eval.adaptation import MEASURES, Held, Least, Material, gather, ranked, stopping_measure
from eval.comparison import Comparison, compare
from eval.evidence import Witnesses
from eval.scoring import Mode, Scheme, score
from matcher.opening import lower_errors
from matcher.settings import Settings
from models.catalogue import find_spec
from models.contract import Embedder, Loading, LongTexts
from models.training.adapt import Adapted, AdaptSettings, adapt, require_trainable

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Proved:
    """A fine-tuning with its material, its course, and the proof (one comparison a measure, paired by need)."""

    material: Material
    adapted: Adapted
    proof: tuple[Comparison, ...]

    @property
    def better(self) -> bool:
        """Whether the first measure's whole interval lies above zero."""
        return bool(self.proof) and self.proof[0].difference.low > 0

    def sentences(self) -> tuple[str, ...]:
        """The outcome in Chinese: material, course, before and after with intervals, and what to do."""
        course = " → ".join(f"{value:.3f}" for value in self.adapted.measured)
        lines = [self.material.sentence(), f"早停指标 MRR（训练前起逐轮）：{course}。"]
        if self.adapted.folder is None:
            return (*lines, "各轮均未超过原模型，没有写出新模型；请沿用原模型。")
        lines.append(f"取第 {self.adapted.best} 轮的权重。验证企业 {len(self.material.proof.needs)} 家：")
        lines += [
            f"  {one.measure}：{one.baseline_mean:.3f} → {one.mean:.3f}，差 {one.difference.mean:+.3f}"
            f"（95 % 区间 {one.difference.low:+.3f} 至 {one.difference.high:+.3f}）"
            for one in self.proof
        ]
        enable = f"启用：matcher index --model {self.adapted.folder}"
        if self.better:
            return (*lines, f"验证企业上的提高超出偶然波动。{enable}")
        return (*lines, f"验证企业上的差别不能排除偶然，建议沿用原模型；如仍要试用，{enable}")

    def document(self) -> dict[str, object]:
        """Plain values for programs."""
        folder = self.adapted.folder
        return {
            "folder": None if folder is None else str(folder),
            "better": self.better,
            "cut": self.material.cut.isoformat(),
            "pairs": dict(self.material.counts),
            "held": {"stop": len(self.material.stop.needs), "proof": len(self.material.proof.needs)},
            "stopping_mrr": list(self.adapted.measured),
            "losses": list(self.adapted.losses),
            "best_epoch": self.adapted.best,
            "proof": [
                {
                    "measure": one.measure,
                    "before": one.baseline_mean,
                    "after": one.mean,
                    "difference": asdict(one.difference),
                    "needs": one.needs,
                }
                for one in self.proof
            ],
        }


def adapt_model(
    found: Witnesses,
    before: date,
    out: Path,
    settings: Settings,
    *,
    how: AdaptSettings | None = None,
    least: Least | None = None,
    progress: Progress = lambda done, total: None,
) -> Proved:
    """Fine-tune the settings' model on what was said before a day and write it to `out`.

    Raises InputError with the counts where there is too little, ModelError where the model cannot be trained; `out`
    is then as it was.
    """
    from models.transformers import TransformersEmbedder

    how = how or AdaptSettings()
    with lower_errors():
        spec = find_spec(settings.model)
        require_trainable(spec)
        material = gather(found, before, least, how.seed)
        adapted = adapt(
            spec,
            material.triples,
            lambda embedder: stopping_measure(embedder, material.stop),
            out,
            replace(how, device=settings.device),
            progress,
        )
        if adapted.folder is None:
            return Proved(material, adapted, ())
        loading = Loading(settings.device, long_texts=LongTexts.CUT)
        original = TransformersEmbedder.load(spec, loading)
        tuned = TransformersEmbedder.load(find_spec(str(adapted.folder)), loading)
        return Proved(material, adapted, prove(original, tuned, material.proof, how.seed))


def prove(original: Embedder, tuned: Embedder, held: Held, seed: int = 0) -> tuple[Comparison, ...]:
    """Both models over the same needs and patents, measure by measure."""
    scheme = Scheme(Mode.FULL, MEASURES)
    scores = [
        score(ranked(embedder, held, name), held.judgements, scheme)
        for embedder, name in ((original, "微调前"), (tuned, "微调后"))
    ]
    return tuple(compare(scores, measure, seed)[0] for measure in MEASURES)
