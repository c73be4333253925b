"""What one run may set differently, and nothing else."""

from __future__ import annotations

import pytest

from eval.variation import Difference, Variation, differing, stated
from matcher.errors import InputError
from matcher.settings import load_settings


def test_a_variation_applies_to_a_copy_and_what_differs_is_told(tmp_path) -> None:
    settings = load_settings(home=tmp_path, evaluation_models=["另一模型"])
    varied = Variation(50, {"lexical": 0.0}, "另一模型").applied(settings)
    assert (varied.retrieval.candidates, varied.ranking.weights, varied.model) == (
        50,
        {"lexical": 0.0},
        "另一模型",
    )
    assert settings.retrieval.candidates == 200
    assert Variation().applied(settings) == settings
    before = stated(settings)
    assert differing(before, stated(varied)) == (
        Difference("模型", settings.model, "另一模型"),
        Difference("每个通道的召回候选数", "200", "50"),
        Difference("权重 用词相同", f"{before['weights']['lexical']:g}", "0"),
    )
    assert differing(None, before) == ()


@pytest.mark.parametrize(
    ("variation", "sentence"),
    [
        (Variation(model="别人的/模型"), "评估不能使用模型“别人的/模型”。可用：patent-need-static-zh"),
        (Variation(candidates=0), "召回候选数应不小于 1，收到的是 0"),
        (Variation(weights={"气味": 1.0}), "没有名为 气味 的信号"),
        (Variation(weights={"semantic": 0, "lexical": 0}), "不能同时为 0"),
        (Variation(weights={"semantic": -1}), "semantic 的权重无效"),
        (Variation(weights={"semantic": 1e6}), "权重应不大于 1000"),
    ],
)
def test_what_may_not_be_varied_is_refused(tmp_path, variation: Variation, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        variation.applied(load_settings(home=tmp_path))
