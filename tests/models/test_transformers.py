"""The loader for sentence-transformers checkpoints, on tiny models of the real classes."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.catalogue import CATALOGUE, find_spec, load_model
from models.contract import Loading, LongTexts, ModelSpec, ModelUnusable, Precision, Role
from models.transformers import TransformersEmbedder

TEXTS = ["磁悬浮轴承", "一种电池材料的制备方法", "abc", "轴承装置"]
KINDS = ["tiny_bert", "tiny_xlmr", "tiny_qwen", "tiny_gte"]
POOLING = {"tiny_bert": "cls", "tiny_xlmr": "cls", "tiny_qwen": "lasttoken", "tiny_gte": "cls"}


def states(folder: Path, text: str) -> np.ndarray:
    """The last hidden states of one text by transformers alone, shape (tokens, 16)."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")
    tokens.pop("token_type_ids", None)
    with torch.no_grad():
        return AutoModel.from_pretrained(folder).eval()(**tokens).last_hidden_state[0].numpy()


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def folder(kind: str, request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(kind)


def test_vectors_are_the_network_s_own_states_pooled_and_normalised(kind: str, folder: Path) -> None:
    embedder = load_model(str(folder))
    place = -1 if POOLING[kind] == "lasttoken" else 0
    assert embedder.spec.pooling == POOLING[kind]
    expected = [unit(states(folder, text)[place]) for text in TEXTS]
    np.testing.assert_allclose(embedder.encode(TEXTS, Role.PASSAGE), expected, atol=1e-5)


def test_rows_are_of_unit_length_and_blank_texts_zero(folder: Path) -> None:
    vectors = load_model(str(folder)).encode(["磁悬浮轴承", "", " \n", "电池材料"], Role.PASSAGE)
    assert vectors.shape == (4, 16)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([1, 0, 0, 1], abs=1e-6)


def test_a_query_has_the_very_same_vector_in_any_company(folder: Path) -> None:
    embedder = load_model(str(folder))
    among = embedder.encode(["一种装置的制备方法" * 3, "轴承", "电池", "a" * 50], Role.QUERY)[1]
    np.testing.assert_array_equal(embedder.encode(["轴承"], Role.QUERY)[0], among)


def test_a_passage_has_the_same_vector_in_any_company(folder: Path) -> None:
    embedder = load_model(str(folder))
    among = embedder.encode(["一种装置的制备方法" * 3, "轴承", "a" * 50], Role.PASSAGE)[1]
    np.testing.assert_allclose(embedder.encode(["轴承"], Role.PASSAGE)[0], among, atol=1e-5)


def test_prefixes_apply_to_their_role_and_change_the_fingerprint(tiny_bert: Path) -> None:
    spec = find_spec(str(tiny_bert))
    plain = TransformersEmbedder.load(spec)
    prefixed = TransformersEmbedder.load(replace(spec, query_prefix="问题", passage_prefix="方法"))
    for role, prefix in ((Role.QUERY, "问题"), (Role.PASSAGE, "方法")):
        np.testing.assert_allclose(
            prefixed.encode(["轴承"], role), plain.encode([f"{prefix}轴承"], role), atol=1e-6
        )
    assert plain.fingerprint != prefixed.fingerprint
    assert plain.fingerprint == TransformersEmbedder.load(spec).fingerprint


def test_a_folder_s_own_prompt_is_used_once(tiny_qwen: Path) -> None:
    embedder = load_model(str(tiny_qwen))
    assert (embedder.spec.query_prefix, embedder.spec.passage_prefix) == ("问题：", "")
    np.testing.assert_allclose(
        embedder.encode(["轴承"], Role.QUERY)[0], unit(states(tiny_qwen, "问题：轴承")[-1]), atol=1e-5
    )


def test_a_bare_checkpoint_is_pooled_as_the_catalogue_says(raw_bert: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(raw_bert, bare)
    for pooling, expected in (("cls", states(bare, "轴承")[0]), ("mean", states(bare, "轴承").mean(axis=0))):
        spec = ModelSpec("bare", str(bare), "sentence-transformers", 16, pooling=pooling)
        vector = TransformersEmbedder.load(spec).encode(["轴承"], Role.PASSAGE)[0]
        np.testing.assert_allclose(vector, unit(expected), atol=1e-5)


@pytest.mark.parametrize("dimension", [1, 5, 16])
def test_leading_dimensions_are_kept_and_normalised_again(tiny_bert: Path, dimension: int) -> None:
    whole = load_model(str(tiny_bert))
    cut = load_model(str(tiny_bert), Loading(dimension=dimension))
    assert cut.spec.dimension == dimension
    expected = [unit(row[:dimension]) for row in whole.encode(TEXTS, Role.PASSAGE)]
    np.testing.assert_allclose(cut.encode(TEXTS, Role.PASSAGE), expected, atol=1e-6)
    assert (cut.fingerprint == whole.fingerprint) == (dimension == 16)


@pytest.mark.parametrize(("dimension", "said"), [(4, "8–16 维"), (17, "8–16 维")])
def test_a_cut_that_the_model_was_not_trained_for_is_refused(
    tiny_bert: Path, dimension: int, said: str
) -> None:
    spec = replace(find_spec(str(tiny_bert)), shortest=8)
    with pytest.raises(ModelUnusable) as refused:
        TransformersEmbedder.load(spec, Loading(dimension=dimension))
    expected = f"模型“tiny”只能用{said}，不能截短为 {dimension} 维；请修改设置 embedding.dimension。"
    assert str(refused.value) == expected


@pytest.mark.parametrize(("precision", "close"), [(Precision.FP16, 0.02), (Precision.BF16, 0.1)])
def test_other_precisions_give_nearly_the_same_vectors(
    tiny_bert: Path, precision: Precision, close: float
) -> None:
    whole = load_model(str(tiny_bert))
    rough = load_model(str(tiny_bert), Loading(precision=precision))
    exact, found = whole.encode(TEXTS, Role.PASSAGE), rough.encode(TEXTS, Role.PASSAGE)
    assert np.abs(exact - found).max() < close
    assert not np.array_equal(exact, found)
    assert np.linalg.norm(found, axis=1).tolist() == pytest.approx([1] * 4, abs=1e-5)
    assert rough.fingerprint != whole.fingerprint


def test_int8_is_left_to_the_onnx_runtime(tiny_bert: Path) -> None:
    with pytest.raises(ModelUnusable) as refused:
        load_model(str(tiny_bert), Loading(precision=Precision.INT8))
    assert str(refused.value) == (
        "int8 只能以 ONNX 方式运行；请把 embedding.runtime 设为 onnx，或改用 fp32、bf16、fp16。"
    )


def refusal(spec: ModelSpec) -> str:
    with pytest.raises(ModelUnusable) as refused:
        TransformersEmbedder.load(spec)
    return str(refused.value)


def test_a_model_of_another_dimension_is_refused(tiny_bert: Path) -> None:
    said = refusal(ModelSpec("bge-small-zh-v1.5", str(tiny_bert), "sentence-transformers", 512))
    expected = "模型“bge-small-zh-v1.5”的向量是 16 维，目录中登记为 512 维；请核对文件夹是否放错。"
    assert said == expected


def test_a_model_of_another_pooling_is_refused(tiny_bert: Path) -> None:
    said = refusal(ModelSpec("m3e", str(tiny_bert), "sentence-transformers", 16, pooling="mean"))
    assert said == "模型“m3e”的汇聚方式是 cls，目录中登记为 mean；请核对文件夹是否放错。"


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelUnusable) as refused:
        load_model(str(tmp_path))
    assert str(refused.value) == (
        f"模型文件夹 {tmp_path} 只有 pytorch_model.bin（pickle 格式，可能夹带代码，不予加载）；"
        "请下载 safetensors 格式的权重。"
    )


@pytest.fixture
def copy(tiny_bert: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_bert, tmp_path / "copy")


@pytest.mark.parametrize("kept", [0, 7, 100, -1])
def test_truncated_weights_are_refused(copy: Path, kept: int) -> None:
    weights = next(copy.rglob("model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(ModelUnusable) as refused:
        load_model(str(copy))
    assert str(refused.value) == (
        f"模型权重 {weights} 不完整或已损坏，无法加载。请重新下载或复制完整的模型文件夹。"
    )


def test_a_damaged_description_is_refused(copy: Path) -> None:
    (copy / "modules.json").write_text('[{"idx": 0')
    with pytest.raises(ModelUnusable, match=r"modules\.json 已损坏，无法加载"):
        load_model(str(copy))


def test_modules_with_their_own_code_are_refused_and_never_run(copy: Path) -> None:
    (copy / "evil.py").write_text(f"open({str(copy / 'ran')!r}, 'w')\nclass Module: pass")
    (copy / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]')
    with pytest.raises(ModelUnusable, match=r"需要运行自带代码（evil\.Module）.*served:名称"):
        load_model(str(copy))
    assert not (copy / "ran").exists()


def test_a_network_with_its_own_code_is_refused_and_never_run(
    copy: Path, rewritten: Callable[..., None]
) -> None:
    (copy / "modeling_new.py").write_text(f"open({str(copy / 'ran')!r}, 'w')\nclass NewModel: pass")
    rewritten(
        copy / "config.json",
        model_type="new-model",
        auto_map={"AutoModel": "modeling_new.NewModel", "AutoConfig": "modeling_new.NewConfig"},
    )
    with pytest.raises(ModelUnusable, match=r"自带代码（remote code）运行，为安全起见不予加载"):
        load_model(str(copy))
    assert not (copy / "ran").exists()


@pytest.mark.parametrize(
    "text",
    ["电", "a", "😀🔋", "\x00\x1b[31m\x7f", "LED lamp", "電動車", "㐀𠀀𪚥", "\ud800", "技\u200b术", "电池。" * 350_000],
    ids=["one", "letter", "emoji", "control", "latin", "traditional", "rare", "surrogate", "zero-width", "1MB"],
)  # fmt: skip
@pytest.mark.parametrize("long_texts", list(LongTexts))
def test_any_text_gets_a_unit_vector(tiny_bert: Path, text: str, long_texts: LongTexts) -> None:
    vector = load_model(str(tiny_bert), Loading(long_texts=long_texts)).encode([text], Role.QUERY)[0]
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)


def test_progress_counts_every_filled_text_once(tiny_bert: Path) -> None:
    done: list[int] = []
    TransformersEmbedder.load(find_spec(str(tiny_bert))).encode(["轴承"] * 600, Role.PASSAGE, done.append)
    assert done == [*[32] * 18, 24]


def test_an_unknown_name_lists_the_catalogue() -> None:
    with pytest.raises(ModelUnusable, match="bge-m3"):
        load_model("no-such-model")


def test_every_line_of_the_catalogue_is_found_by_both_names() -> None:
    for spec in CATALOGUE:
        assert find_spec(spec.name) == spec == find_spec(spec.source)


def test_the_graphics_card_is_used_where_there_is_one_and_else_refused(tiny_bert: Path) -> None:
    import torch

    if not torch.cuda.is_available():
        with pytest.raises(ModelUnusable) as refused:
            load_model(str(tiny_bert), Loading(device="cuda"))
        assert str(refused.value) == (
            "本机没有 torch 可用的显卡（CUDA）；请把 device 设为 cpu，或安装带 CUDA 的 torch 和显卡驱动。"
        )
        return
    embedder = TransformersEmbedder.load(find_spec(str(tiny_bert)), Loading(device="cuda"))
    assert embedder.network.device.type == "cuda"
    here = load_model(str(tiny_bert)).encode(TEXTS, Role.PASSAGE)
    np.testing.assert_allclose(embedder.encode(TEXTS, Role.PASSAGE), here, atol=1e-4)
