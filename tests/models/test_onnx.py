"""Exports run by onnxruntime give the vectors of the checkpoint that they were exported from."""

import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.catalogue import find_spec, load_model
from models.contract import Loading, LongTexts, ModelUnusable, Precision, Role
from models.onnx import OnnxEmbedder, pool

pytest.importorskip("onnxruntime", reason="needs the extra 'onnx'")
pytest.importorskip("onnx", reason="exporting needs onnx")

TEXTS = ["磁悬浮轴承", "一种电池材料的制备方法", "abc", "轴承装置", ""]
ONNX = Loading(runtime="onnx")


def export(folder: Path, to: Path) -> None:
    """Write the network of a sentence-transformers folder as ONNX, as hubs do."""
    import torch
    from transformers import AutoModel

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    names = ("input_ids", "attention_mask", "last_hidden_state")
    ids = torch.ones(2, 5, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            States(), (ids, torch.ones_like(ids)), str(to), input_names=names[:2], output_names=names[2:],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in names}, opset_version=17, dynamo=False,
        )  # fmt: skip


@pytest.fixture(scope="module", params=["tiny_bert", "tiny_xlmr"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = shutil.copytree(
        request.getfixturevalue(request.param), tmp_path_factory.mktemp("exported") / "tiny"
    )
    (copy / "onnx").mkdir()
    export(copy, copy / "onnx/model.onnx")
    return copy


def test_the_vectors_are_the_checkpoint_s(folder: Path) -> None:
    exported, original = load_model(str(folder), ONNX), load_model(str(folder))
    for role in Role:
        np.testing.assert_allclose(exported.encode(TEXTS, role), original.encode(TEXTS, role), atol=1e-5)
    assert exported.spec.pooling == original.spec.pooling == "cls"
    assert exported.fingerprint != original.fingerprint


def test_a_query_has_the_very_same_vector_in_any_company(folder: Path) -> None:
    embedder = load_model(str(folder), ONNX)
    among = embedder.encode(TEXTS, Role.QUERY)[3]
    np.testing.assert_array_equal(embedder.encode([TEXTS[3]], Role.QUERY)[0], among)


def test_prefixes_windows_and_leading_dimensions_work_as_with_torch(folder: Path) -> None:
    spec = replace(find_spec(str(folder)), query_prefix="问题")
    plain = OnnxEmbedder.load(find_spec(str(folder)), ONNX)
    prefixed = OnnxEmbedder.load(spec, ONNX)
    np.testing.assert_allclose(
        prefixed.encode(["轴承"], Role.QUERY), plain.encode(["问题轴承"], Role.QUERY), atol=1e-6
    )
    cut = OnnxEmbedder.load(spec, replace(ONNX, dimension=4)).encode(["轴承"], Role.PASSAGE)[0]
    leading = plain.encode(["轴承"], Role.PASSAGE)[0, :4]
    np.testing.assert_allclose(cut, leading / np.linalg.norm(leading), atol=1e-6)
    long = "磁悬浮轴承装置。" * 40
    pooled = load_model(str(folder), replace(ONNX, long_texts=LongTexts.MEAN)).encode([long], Role.PASSAGE)
    np.testing.assert_allclose(pooled, load_model(str(folder)).encode([long], Role.PASSAGE), atol=1e-5)


def test_int8_is_another_file_with_nearly_the_same_vectors(folder: Path, tmp_path: Path) -> None:
    from onnxruntime.quantization import quantize_dynamic

    copy = shutil.copytree(folder, tmp_path / "tiny")
    quantize_dynamic(str(copy / "onnx/model.onnx"), str(copy / "onnx/model_int8.onnx"))
    rough = load_model(str(copy), replace(ONNX, precision=Precision.INT8))
    exact = load_model(str(copy), ONNX)
    difference = np.abs(rough.encode(TEXTS, Role.PASSAGE) - exact.encode(TEXTS, Role.PASSAGE)).max()
    assert 0 < difference < 0.2
    assert rough.fingerprint != exact.fingerprint


def test_a_missing_precision_is_refused(folder: Path) -> None:
    with pytest.raises(ModelUnusable) as refused:
        load_model(str(folder), replace(ONNX, precision=Precision.INT8))
    assert str(refused.value) == (
        f"模型文件夹 {folder} 中没有 model_int8.onnx 等 ONNX 文件；"
        "请换一种 embedding.precision，或把 embedding.runtime 设为 torch。"
    )


def test_a_truncated_export_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "tiny")
    file = copy / "onnx/model.onnx"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelUnusable, match="无法加载"):
        load_model(str(copy), ONNX)


def test_another_dimension_and_a_missing_card_are_refused(folder: Path) -> None:
    with pytest.raises(ModelUnusable, match="向量是 16 维，目录中登记为 512 维"):
        OnnxEmbedder.load(replace(find_spec(str(folder)), dimension=512), ONNX)
    with pytest.raises(ModelUnusable, match="本机的 onnxruntime 不支持显卡"):
        OnnxEmbedder.load(find_spec(str(folder)), replace(ONNX, device="cuda"))


def test_pooling_reads_past_the_padding_on_either_side() -> None:
    states = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    mask = np.array([[1, 1, 0], [0, 1, 1]])
    assert pool(states, mask, "cls").tolist() == [[0, 1], [8, 9]]
    assert pool(states, mask, "lasttoken").tolist() == [[2, 3], [10, 11]]
    assert pool(states, mask, "mean").tolist() == [[1, 2], [9, 10]]


def test_torch_is_never_imported(folder: Path) -> None:
    code = (
        "import sys; from models.catalogue import load_model; from models.contract import Loading, Role;"
        f"load_model({str(folder)!r}, Loading(runtime='onnx')).encode(['轴承'], Role.QUERY);"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
