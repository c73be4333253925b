"""Fine-tuning on a tiny encoder: it learns what pairs say, stops when nothing rises, and writes whole folders only."""

from pathlib import Path

import numpy as np
import pytest

from models.catalogue import find_spec, load_model
from models.contract import Embedder, ModelUnusable, Role
from models.training.adapt import AdaptSettings, Triple, _batches, adapt
from tests.models.conftest import character_tokenizer

PAIRS = list(zip("磁悬浮轴承装", "电池材料制备", strict=True))
TRIPLES = [Triple(f"{left}{a}", f"{right}{b}", f"{PAIRS[n - 1][1]}{b}") for a in "abcd" for b in "ef" for n, (left, right) in enumerate(PAIRS)]  # fmt: skip
QUICK = AdaptSettings(epochs=4, rate=1e-2, batch=12)


@pytest.fixture(scope="module")
def folder(seeded: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare BERT with its own prompts in no file: the spec's pooling and prefix are used."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    raw = tmp_path_factory.mktemp("base")
    size = character_tokenizer(raw, "[PAD]", "[CLS]", "[SEP]")
    BertModel(BertConfig(
        vocab_size=size, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64,
    )).save_pretrained(raw)  # fmt: skip
    return raw


def accuracy(embedder: Embedder) -> float:
    """Share of new queries whose own passage is nearest among all."""
    queries = embedder.encode([f"{left}f" for left, _ in PAIRS], Role.QUERY)
    passages = embedder.encode([f"{right}a" for _, right in PAIRS], Role.PASSAGE)
    return float(((queries @ passages.T).argmax(axis=1) == np.arange(len(PAIRS))).mean())


def test_it_learns_what_the_pairs_say_and_the_folder_says_it_too(folder: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    found = adapt(
        find_spec(str(folder)), TRIPLES, accuracy, tmp_path / "tuned", QUICK,
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert found.folder == tmp_path / "tuned"
    assert found.measured[0] < 0.6
    assert found.measured[found.best] == 1.0
    assert found.losses[-1] < found.losses[0]
    assert accuracy(load_model(str(found.folder))) == 1.0
    assert steps[-1][0] == steps[-1][1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tuned"]


def test_the_same_seed_gives_the_same_weights(folder: Path, tmp_path: Path) -> None:
    prints = []
    for name in ("a", "b"):
        adapt(find_spec(str(folder)), TRIPLES, accuracy, tmp_path / name / "tuned", QUICK)
        vectors = load_model(str(tmp_path / name / "tuned")).encode(["磁a", "电b"], Role.QUERY)
        prints.append(vectors.tobytes())
    assert prints[0] == prints[1]


def test_the_best_epoch_is_kept_and_training_stops(folder: Path, tmp_path: Path) -> None:
    measured = iter([0.1, 0.3, 0.2, 0.25, 0.9])
    seen: list[bytes] = []

    def measure(embedder: Embedder) -> float:
        seen.append(embedder.encode(["磁a"], Role.QUERY).tobytes())
        return next(measured)

    settings = AdaptSettings(epochs=9, patience=2, rate=1e-2, batch=12)
    found = adapt(find_spec(str(folder)), TRIPLES, measure, tmp_path / "tuned", settings)
    assert (found.measured, found.best, len(found.losses)) == ((0.1, 0.3, 0.2, 0.25), 1, 3)
    kept = load_model(str(tmp_path / "tuned")).encode(["磁a"], Role.QUERY).tobytes()
    assert kept == seen[1]


def test_where_nothing_rises_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "tuned"
    out.mkdir()
    (out / "mine.txt").write_text("stays")
    found = adapt(find_spec(str(folder)), TRIPLES, lambda _: 0.5, out, QUICK)
    assert (found.folder, found.best, found.measured) == (None, 0, (0.5, 0.5, 0.5))
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_prompts_are_learned_with_and_kept_in_the_folder(tiny_qwen: Path, tmp_path: Path) -> None:
    measured = iter([0.0, 1.0])
    found = adapt(find_spec(str(tiny_qwen)), TRIPLES[:12], lambda _: next(measured), tmp_path / "t", AdaptSettings(epochs=1))  # fmt: skip
    spec = load_model(str(found.folder)).spec
    assert (spec.query_prefix, spec.passage_prefix, spec.pooling) == ("问题：", "", "lasttoken")


def test_a_batch_holds_no_text_twice_and_every_triple_comes_once() -> None:
    plain = [Triple(f"q{n}", f"p{n % 3}") for n in range(10)]
    batches = list(_batches([*TRIPLES, *plain], 8, np.random.default_rng(0)))
    for batch in batches:
        assert len({bool(one.negative) for one in batch}) == 1
        texts = [text for one in batch for text in (one.query, one.passage, one.negative) if text]
        assert len(texts) == len(set(texts))
        assert 1 < len(batch) <= 8
    drawn = [one for batch in batches for one in batch]
    assert len(drawn) == len(set(drawn))
    assert len({*TRIPLES, *plain} - set(drawn)) <= 2  # what would have been alone in its batch


@pytest.mark.parametrize("name", ["patent-need-static-zh", "served:m"])
def test_what_cannot_be_trained_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable) as refused:
        adapt(find_spec(name), TRIPLES, accuracy, tmp_path / "t")
    assert str(refused.value).endswith(
        "不能微调：只支持 sentence-transformers 模型，请用 --model 指定，如 bge-small-zh-v1.5 "
        "或本地文件夹；静态模型请用 matcher train embedding 重新训练。"
    )
    assert list(tmp_path.iterdir()) == []
