"""The loader for sentence-transformers checkpoints, on tiny models of the real classes made here."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.catalogue import CATALOGUE, find_spec, load_model
from models.contract import ModelSpec, ModelUnusable, Role
from models.transformers import TransformersEmbedder

pytest.importorskip("sentence_transformers", reason="needs the extra 'transformers' (sentence-transformers)")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"一种磁悬浮轴承装置电池材料制备方法问题"]


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    raw = tmp_path_factory.mktemp("raw")
    (raw / "vocab.txt").write_text("\n".join(dict.fromkeys(WORDS)), encoding="utf-8")
    BertTokenizerFast(vocab=str(raw / "vocab.txt")).save_pretrained(raw)
    config = BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertModel(config).save_pretrained(raw)
    transformer = Transformer(str(raw))
    folder = tmp_path_factory.mktemp("models") / "tiny"
    SentenceTransformer(modules=[transformer, Pooling(16, "cls")]).save(str(folder))
    return folder


def test_encodes_unit_rows_and_leaves_blank_texts_zero(tiny_bert: Path) -> None:
    vectors = load_model(str(tiny_bert)).encode(["磁悬浮轴承", "", "电池材料"], Role.PASSAGE)
    assert vectors.shape == (3, 16)
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([1, 0, 1], abs=1e-5)


def test_the_same_text_gets_the_same_vector_in_any_company(tiny_bert: Path) -> None:
    embedder = load_model(str(tiny_bert))
    alone = embedder.encode(["轴承"], Role.QUERY)[0]
    among = embedder.encode(["一种装置的制备方法", "轴承", "电池"], Role.QUERY)[1]
    assert np.allclose(alone, among, atol=1e-5)


def test_prefixes_apply_to_their_role_and_change_the_fingerprint(tiny_bert: Path) -> None:
    spec = find_spec(str(tiny_bert))
    plain = TransformersEmbedder.load(spec)
    prefixed = TransformersEmbedder.load(replace(spec, query_prefix="问题"))
    assert np.allclose(prefixed.encode(["轴承"], Role.QUERY), plain.encode(["问题轴承"], Role.QUERY))
    assert np.allclose(prefixed.encode(["轴承"], Role.PASSAGE), plain.encode(["轴承"], Role.PASSAGE))
    assert plain.fingerprint != prefixed.fingerprint
    assert plain.fingerprint == TransformersEmbedder.load(spec).fingerprint


def test_a_model_of_another_dimension_is_refused(tiny_bert: Path) -> None:
    spec = ModelSpec("bge-small-zh-v1.5", str(tiny_bert), "sentence-transformers", 512)
    with pytest.raises(ModelUnusable, match="16 维，目录中登记为 512 维"):
        TransformersEmbedder.load(spec)


def test_pickled_weights_are_refused(tiny_bert: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelUnusable, match=r"只有 pytorch_model\.bin.*safetensors"):
        load_model(str(tmp_path))


def test_a_truncated_model_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "cut"
    shutil.copytree(tiny_bert, folder)
    weights = next(folder.rglob("model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelUnusable, match="无法加载"):
        load_model(str(folder))


def test_an_unreachable_hub_names_mirrors_and_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnusable, match=r"HF_ENDPOINT.*ModelScope.*--model"):
        load_model("BAAI/bge-small-zh-v1.5")


def test_an_unknown_name_lists_the_catalogue() -> None:
    with pytest.raises(ModelUnusable, match="bge-m3"):
        load_model("no-such-model")


def test_every_line_of_the_catalogue_is_found_by_both_names() -> None:
    for spec in CATALOGUE:
        assert find_spec(spec.name) == spec == find_spec(spec.source)
