"""What the signal 企业评价 adds on past days of the sample province, with and without its discounts.

    python -m benchmarks.assessment_signal

Lists of the full ranking for half-yearly cuts from 2024-12-31, the first after the sample's assessments begin, against
those without the signal; paired by enterprise. The texts are ours: this shows behaviour, it proves nothing about real files.
"""

from __future__ import annotations

from datetime import date

from eval import rolling, systems
from eval.comparison import compare
from eval.replay import Past
from eval.scoring import Mode, Scheme
from eval.usecases import cuts_of
from matcher.opening import open_model
from matcher.sample.province import province
from matcher.settings import Settings

SCHEME = Scheme(Mode.FULL, ("ndcg@10", "recall@10"))
VARIANTS = {
    "without": {"weights": {"assessments": 0.0}},
    "default": {},
    "without decay": {"assessment_half_life_days": 1e9},
    "weight 0.10": {"weights": {"assessments": 0.10}},
}


def main() -> None:
    """Print each variant's mean and its paired difference from the ranking without the signal."""
    here = province()
    past = Past(here.patents, here.enterprises, here.needs, here.transactions)
    days = rolling.days(past, cuts_of(past, date(2024, 12, 31), date(2026, 6, 30), 6))
    model = open_model(Settings())
    by_id = {one.id: one for one in here.enterprises}
    found = []
    for name, ranking in VARIANTS.items():
        settings = Settings.model_validate({"ranking": ranking})
        product = systems.Replayed(model, settings, by_id, here.assessments)
        found.append(rolling.roll(days, product.answer("full"), SCHEME, name))
    print(f"{len(found[0].groups)} lists of {len(set(found[0].groups.values()))} enterprises")
    for measure in SCHEME.measures:
        for one in compare([each.scores for each in found], measure, groups=found[0].groups):
            difference = one.difference
            print(
                f"{one.run:14} {measure:9} {one.mean:.4f} against {one.baseline_mean:.4f}: "
                f"{difference.mean:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]"
            )


if __name__ == "__main__":
    main()
