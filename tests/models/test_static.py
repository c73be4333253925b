import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import Unigram

from models import static
from models.catalogue import DEFAULT, SHIPPED
from models.contract import ModelSpec, ModelUnusable, Role
from models.static import StaticEmbedder
from models.training.export import save_static

TABLE = np.array([[0, 0], [1, 0], [0, 1], [3, -4]], dtype=np.float32)
"""Rows of [UNK], 电, 池, 电池."""


def tokenizer() -> Tokenizer:
    words = Tokenizer(Unigram([("[UNK]", 0.0), ("电", -3.0), ("池", -3.0), ("电池", -2.0)], unk_id=0))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_static(TABLE, tokenizer(), tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture(scope="module")
def shipped() -> StaticEmbedder:
    return StaticEmbedder.load(SHIPPED / DEFAULT)


def encode(folder: Path, *texts: str) -> np.ndarray:
    return StaticEmbedder.load(folder).encode(texts, Role.PASSAGE)


def test_vectors_are_the_normalised_sums_of_the_rows(folder: Path) -> None:
    vectors = encode(folder, "电池", "电 池", "电 电 池", "")
    expected = [[0.6, -0.8], [0.5**0.5, 0.5**0.5], [2 / 5**0.5, 1 / 5**0.5], [0, 0]]
    np.testing.assert_allclose(vectors, expected, atol=0.004)  # int8 rows
    assert vectors.dtype == np.float32


def test_a_text_of_unknown_tokens_is_a_zero_row(folder: Path) -> None:
    assert encode(folder, "氢", "😀", "\x00\x07", "\ud800").tolist() == [[0, 0]] * 4


def test_a_text_has_one_vector_among_any_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["电池 " * 7, "", "电", "池 电池 " * 30, "电 池"] * 9
    whole = encode(folder, *texts)
    np.testing.assert_array_equal(whole, np.concatenate([encode(folder, text) for text in texts]))
    monkeypatch.setattr(static, "_CHARACTERS", 40)
    np.testing.assert_array_equal(encode(folder, *texts), whole)


def test_the_compiled_segmentation_changes_no_bit(
    shipped: StaticEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["一种锂离子电池的散热装置，包括Ａ型PLC。", "\ud800电池", "", "氢😀㎏ e\u0301"] * 30
    plain = shipped.encode(texts, Role.PASSAGE)
    monkeypatch.setattr(static, "_MANY", 0)
    monkeypatch.setattr(static, "_CHARACTERS", 200)
    np.testing.assert_array_equal(shipped.encode(texts, Role.PASSAGE), plain)


def test_prefixes_change_vectors_and_fingerprint(folder: Path) -> None:
    plain = StaticEmbedder.load(folder)
    prefixed = StaticEmbedder.load(folder, ModelSpec("tiny", str(folder), "static", 2, query_prefix="电池 "))
    np.testing.assert_allclose(prefixed.encode(["电"], Role.QUERY), encode(folder, "电池 电"))
    np.testing.assert_array_equal(prefixed.encode(["电"], Role.PASSAGE), encode(folder, "电"))
    assert plain.fingerprint != prefixed.fingerprint


def test_progress_counts_every_text_once(folder: Path) -> None:
    done: list[int] = []
    StaticEmbedder.load(folder).encode(["电"] * 5, Role.QUERY, done.append)
    assert sum(done) == 5


def test_fingerprint_follows_every_file(folder: Path) -> None:
    before = StaticEmbedder.load(folder).fingerprint
    assert StaticEmbedder.load(folder).fingerprint == before
    table = TABLE.copy()
    table[1, 0] = 2
    save_static(table, tokenizer(), folder)
    assert StaticEmbedder.load(folder).fingerprint != before


def test_floating_point_tables_load_too(folder: Path) -> None:
    save_file({"embedding.weight": TABLE.astype(np.float16)}, folder / "0_StaticEmbedding/model.safetensors")
    np.testing.assert_allclose(encode(folder, "电池"), [[0.6, -0.8]], atol=1e-6)


def refusal(folder: Path, spec: ModelSpec | None = None) -> str:
    with pytest.raises(ModelUnusable) as refused:
        StaticEmbedder.load(folder, spec)
    return str(refused.value)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path / "无")
        == f"找不到模型文件夹 {tmp_path / '无'}，请检查路径，或改用目录中的模型名称。"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("modules.json", "modules.json 缺失或损坏"),
        ("0_StaticEmbedding/tokenizer.json", "缺失或损坏"),
        ("0_StaticEmbedding/model.safetensors", "缺失、不完整或损坏"),
    ],
)
@pytest.mark.parametrize("damage", ["absent", "truncated"])
def test_absent_and_truncated_files_are_refused(folder: Path, name: str, said: str, damage: str) -> None:
    file = folder / name
    content = file.read_bytes()
    file.unlink()
    if damage == "truncated":
        file.write_bytes(content[: len(content) // 2])
    assert refusal(folder).endswith(f"{said}。请重新下载或复制完整的模型文件夹。")


def test_another_dimension_is_refused(folder: Path) -> None:
    said = refusal(folder, ModelSpec("tiny", str(folder), "static", 256))
    assert said == "模型“tiny”的向量是 2 维，目录中登记为 256 维；请核对文件夹是否放错。"


def test_a_table_of_another_vocabulary_is_refused(folder: Path) -> None:
    save_file({"embedding.weight": TABLE[:3]}, folder / "0_StaticEmbedding/model.safetensors")
    assert "词表（4）与权重（3）数目不符" in refusal(folder)


def test_invalid_numbers_are_refused(folder: Path) -> None:
    save_file({"embedding.weight": TABLE * np.nan}, folder / "0_StaticEmbedding/model.safetensors")
    assert "含有无效数值（NaN 或无穷）" in refusal(folder)


def test_tensors_of_another_model_are_refused(folder: Path) -> None:
    save_file({"encoder.weight": TABLE}, folder / "0_StaticEmbedding/model.safetensors")
    assert "没有可用的词向量表" in refusal(folder)


def test_pickled_weights_are_refused(folder: Path) -> None:
    inner = folder / "0_StaticEmbedding"
    shutil.move(inner / "model.safetensors", inner / "pytorch_model.bin")
    assert "pytorch_model.bin 是 pickle 格式，可能夹带代码，不予加载" in refusal(folder)


@pytest.mark.parametrize(
    ("kinds", "path", "said"),
    [
        (["custom_code.Model"], "0_StaticEmbedding", "需要运行自带代码（custom_code.Model）"),
        (["sentence_transformers.models.Transformer"], "", "不是静态向量模型（Transformer）"),
        (["sentence_transformers.models.StaticEmbedding"], "../elsewhere", "指向文件夹之外"),
    ],
)
def test_foreign_modules_are_refused(folder: Path, kinds: list[str], path: str, said: str) -> None:
    (folder / "modules.json").write_text(json.dumps([{"type": kind, "path": path} for kind in kinds]))
    assert said in refusal(folder)


@pytest.mark.parametrize(
    "text",
    ["", " ", "电", "a", "😀🔋", "\x00\x1b[31m\x7f", "LED lamp driver", "電動車電池組", "㐀𠀀𪚥", "\ud800", "技\u200b术", "5G小車🚗", "电池" * 170_000],
    ids=["empty", "blank", "one", "letter", "emoji", "control", "latin", "traditional", "rare", "surrogate", "zero-width", "mixed", "1MB"],
)  # fmt: skip
def test_the_shipped_model_embeds_any_text(shipped: StaticEmbedder, text: str) -> None:
    vector = shipped.encode([text], Role.QUERY)[0]
    norm = float(np.linalg.norm(vector))
    assert vector.shape == (384,)
    assert norm == pytest.approx(1, abs=1e-5) or norm == 0


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(st.text(max_size=60), max_size=6))
def test_rows_are_unit_or_zero_for_arbitrary_texts(shipped: StaticEmbedder, texts: list[str]) -> None:
    norms = np.linalg.norm(shipped.encode(texts, Role.PASSAGE), axis=1)
    assert all(norm == pytest.approx(1, abs=1e-5) or norm == 0 for norm in norms)


def test_the_shipped_model_ranks_by_meaning(shipped: StaticEmbedder) -> None:
    need = shipped.encode(["电动汽车动力电池散热慢，希望解决热管理问题"], Role.QUERY)[0]
    titles = ["一种锂离子电池组液冷装置", "一种小麦病虫害防治方法", "一种桥梁钢箱梁的架设方法"]
    cosines = shipped.encode(titles, Role.PASSAGE) @ need
    assert cosines.argmax() == 0
    assert cosines[0] > cosines[1:].max() + 0.1


def test_the_shipped_model_has_the_vectors_of_sentence_transformers(shipped: StaticEmbedder) -> None:
    reference = pytest.importorskip("sentence_transformers").SentenceTransformer(
        str(SHIPPED / DEFAULT), device="cpu", local_files_only=True
    )
    texts = ["一种LED灯具及其控制方法", "", "。", "高强度铝合金板材热处理工艺研究 5G 3D打印", "水稻" * 300]
    np.testing.assert_allclose(
        shipped.encode(texts, Role.PASSAGE), reference.encode(texts, show_progress_bar=False), atol=2e-6
    )
