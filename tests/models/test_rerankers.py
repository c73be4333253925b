"""Cross-encoders: a tiny one of bge-reranker's class, and served ones over real HTTP."""

import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.contract import Loading, ModelUnusable, Service
from models.rerankers import RERANKERS, OutOfTime, load_reranker
from tests.models.conftest import character_tokenizer
from tests.models.service import Answer, ModelServer

PASSAGES = ["磁悬浮轴承装置", "一种电池材料的制备方法", "abc"]


def never() -> bool:
    return False


def make(folder: Path, labels: int = 1) -> Path:
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaForSequenceClassification

    torch.manual_seed(4)
    size = character_tokenizer(folder, "<pad>", "<s>", "</s>")
    config = XLMRobertaConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=66, type_vocab_size=1, pad_token_id=0, bos_token_id=2, eos_token_id=3,
        initializer_range=0.5, num_labels=labels,
    )  # fmt: skip
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(seeded: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("reranker"))


def logit(folder: Path, query: str, passage: str) -> float:
    """The network's own output by transformers alone."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(folder)(query, passage, return_tensors="pt")
    tokens.pop("token_type_ids", None)
    with torch.no_grad():
        return float(AutoModelForSequenceClassification.from_pretrained(folder).eval()(**tokens).logits[0, 0])


def test_a_relevance_is_the_logistic_of_the_network_s_output(folder: Path) -> None:
    found = load_reranker(str(folder), Loading()).relevances("轴承", PASSAGES, never)
    expected = [1 / (1 + math.exp(-logit(folder, "轴承", passage))) for passage in PASSAGES]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert len(set(found.round(4))) == 3


def test_a_pair_has_the_very_same_relevance_in_any_company(folder: Path) -> None:
    reranker = load_reranker(str(folder), Loading())
    alone = reranker.relevances("轴承", PASSAGES[1:2], never)
    assert alone[0] == reranker.relevances("轴承", PASSAGES, never)[1]


def test_time_is_asked_for_before_every_pair_and_late_answers_do_not_count(folder: Path) -> None:
    asked = iter([False, False, True])
    with pytest.raises(OutOfTime):
        load_reranker(str(folder), Loading()).relevances("轴承", PASSAGES, lambda: next(asked))
    assert list(asked) == []


def test_the_fingerprint_follows_the_weights(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    weights = other / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    prints = [load_reranker(str(path), Loading()).fingerprint for path in (folder, folder, other)]
    assert prints[0] == prints[1] != prints[2]


def test_a_classifier_is_no_reranker(seeded: None, tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="输出 3 类，不是给出一个相关分的精排模型"):
        load_reranker(str(make(tmp_path, labels=3)), Loading())


def test_pickled_and_truncated_rerankers_are_refused(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    weights = other / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(ModelUnusable, match="不完整或已损坏"):
        load_reranker(str(other), Loading())
    weights.rename(other / "pytorch_model.bin")
    with pytest.raises(ModelUnusable, match=r"只有 pytorch_model\.bin（pickle"):
        load_reranker(str(other), Loading())


def test_an_unknown_name_lists_what_there_is() -> None:
    assert [spec.name for spec in RERANKERS] == ["bge-reranker-v2-m3"]
    with pytest.raises(ModelUnusable) as refused:
        load_reranker("nothing", Loading())
    assert str(refused.value) == (
        "未知的精排模型“nothing”：既不是目录中的名称（bge-reranker-v2-m3），也不是本地文件夹、“机构/模型”或 served:名称。"
    )


def cohere(request: dict[str, Any]) -> Answer:
    """As vLLM, Xinference and hosted services answer: best first."""
    scores = [len(text) / 100 for text in request["documents"]]
    rows = [{"index": place, "relevance_score": score} for place, score in enumerate(scores)]
    return Answer({"results": sorted(rows, key=lambda row: -row["relevance_score"])})


def tei(request: dict[str, Any]) -> Answer:
    """As TEI answers: a bare list."""
    texts = request.get("texts") or request["documents"]
    return Answer([{"index": place, "score": len(text) / 100} for place, text in enumerate(texts)])


def served(server: ModelServer) -> Loading:
    return Loading(service=Service(server.address, seconds=5, attempts=1))


@pytest.mark.parametrize(("behaviour", "path"), [(cohere, "/v1/rerank"), (tei, "/rerank")])
def test_both_forms_of_question_and_answer(server: ModelServer, behaviour: Any, path: str) -> None:
    server.usual = behaviour
    loading = Loading(service=Service(server.address.removesuffix("/v1") + path.removesuffix("/rerank")))
    reranker = load_reranker("served:reranker", loading)
    found = reranker.relevances("轴承", ["甲", "甲乙丙", "甲乙"], never)
    assert found.tolist() == [0.01, 0.03, 0.02]
    assert server.paths[-1] == path
    assert server.asked[-1]["model"] == "reranker"
    assert ("texts" in server.asked[-1]) is (path == "/rerank")
    assert not reranker.spec.external


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"results": [{"index": 0, "relevance_score": 0.5}]}, "的答复不是 2 个相关分"),
        ({"results": [{"index": 0, "relevance_score": 0.5}, {"index": 2, "relevance_score": 0.5}]}, "的答复不是 2 个"),
        ({"results": [{"index": 0}, {"index": 1}]}, "的答复不是 2 个"),
        ({"data": []}, "的答复不是 2 个"),
        ([{"index": 0, "score": "high"}, {"index": 1, "score": 1}], "的答复不是 2 个"),
        ([{"index": 0, "score": 0.1}, {"index": 0, "score": 0.2}], "不在 0 到 1 之间（或为 NaN）"),
        ([{"index": 0, "score": 7.5}, {"index": 1, "score": -2}], "不在 0 到 1 之间（或为 NaN）"),
        ([{"index": 0, "score": math.nan}, {"index": 1, "score": 0}], "不在 0 到 1 之间（或为 NaN）"),
    ],
)  # fmt: skip
def test_wrong_answers_are_refused(server: ModelServer, document: Any, said: str) -> None:
    server.usual = tei
    reranker = load_reranker("served:reranker", served(server))
    server.plan = [Answer(document)]
    with pytest.raises(ModelUnusable, match="精排") as refused:
        reranker.relevances("轴承", ["甲", "乙"], never)
    assert said in str(refused.value)


def test_a_served_reranker_without_address_is_refused() -> None:
    with pytest.raises(ModelUnusable, match=r"\[reranking\.service\] 中写 address"):
        load_reranker("served:reranker", Loading())


def test_an_answer_that_comes_too_late_does_not_count(server: ModelServer) -> None:
    server.usual = tei
    reranker = load_reranker("served:reranker", replace(served(server)))
    asked = iter([False, True])
    with pytest.raises(OutOfTime):
        reranker.relevances("轴承", ["甲"], lambda: next(asked))
