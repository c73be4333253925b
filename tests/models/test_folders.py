"""Where models come from: a local folder, a mirror of the hub (a real HTTP server), ModelScope's own package."""

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.catalogue import CATALOGUE, DEFAULT, find_spec, load_model
from models.contract import Loading, ModelSpec, ModelUnusable, Role

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Mirror(ThreadingHTTPServer):
    """Serves one folder as hubs do: the list of a revision's files, and each of them under its commit."""

    def __init__(self, folder: Path, revision: str) -> None:
        self.folder = folder
        self.revision = revision
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(None)

    def _answer(self, empty: bytes | None) -> None:
        path = self.path.split("?")[0]
        self.server.asked.append(path)
        files = {
            file.relative_to(self.server.folder).as_posix(): file for file in self.server.folder.rglob("*")
        }
        start = f"/tiny/model/resolve/{COMMIT}/"
        if path.startswith("/api/models/tiny/model"):
            siblings = [{"rfilename": name} for name, file in files.items() if file.is_file()]
            if "/tree/" in path:
                entries = [
                    {"type": "file", "path": name, "size": file.stat().st_size, "oid": _sha(file)}
                    for name, file in files.items()
                    if file.is_file()
                ]
                return self._send(json.dumps(entries).encode(), "")
            known = self.server.revision in path or path.endswith(COMMIT)
            return self._send(json.dumps({"id": "tiny/model", "sha": COMMIT, "siblings": siblings}).encode(), "",
                              200 if known else 404)  # fmt: skip
        file = files.get(path.removeprefix(start))
        if not path.startswith(start) or file is None or not file.is_file():
            return self._send(b"", "", 404)
        return self._send(file.read_bytes(), _sha(file), empty=empty is not None)

    def _send(self, content: bytes, etag: str, status: int = 200, empty: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Repo-Commit", COMMIT)
        if etag:
            self.send_header("ETag", f'"{etag}"')
        self.end_headers()
        if not empty:
            self.wfile.write(content)

    def log_message(self, format: str, *values: object) -> None:
        """Silence."""


def _sha(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def mirror(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    import huggingface_hub.constants

    (tiny_bert / "pytorch_model.bin").write_bytes(b"\x80\x04never to be fetched")
    server = Mirror(tiny_bert, "refs%2Fpr%2F7")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    yield server
    server.shutdown()
    server.server_close()
    (tiny_bert / "pytorch_model.bin").unlink()


def test_a_model_is_fetched_from_the_mirror_without_its_pickles(
    mirror: Mirror, tiny_bert: Path, tmp_path: Path
) -> None:
    from models.transformers import TransformersEmbedder

    spec = ModelSpec("tiny", "tiny/model", "sentence-transformers", 16, pooling="cls", revision="refs/pr/7")
    loading = Loading(downloads=tmp_path)
    fetched = TransformersEmbedder.load(spec, loading)
    local = TransformersEmbedder.load(find_spec(str(tiny_bert)))
    texts = ["磁悬浮轴承", "电池材料"]
    np.testing.assert_array_equal(fetched.encode(texts, Role.QUERY), local.encode(texts, Role.QUERY))
    assert any(path.endswith("model.safetensors") for path in mirror.asked)
    assert not any(path.endswith(".bin") for path in mirror.asked)
    mirror.asked.clear()
    again = TransformersEmbedder.load(spec, loading)
    assert again.fingerprint == fetched.fingerprint
    assert mirror.asked == []


def test_a_hub_with_pickles_only_is_refused_and_these_are_not_fetched(
    mirror: Mirror, tiny_bert: Path, tmp_path: Path
) -> None:
    from models.transformers import TransformersEmbedder

    weights = tiny_bert / "model.safetensors"
    kept = weights.rename(tmp_path / "kept")
    spec = ModelSpec("tiny", "tiny/model", "sentence-transformers", 16, revision="refs/pr/7")
    try:
        with pytest.raises(ModelUnusable) as refused:
            TransformersEmbedder.load(spec, Loading(downloads=tmp_path / "models"))
    finally:
        kept.rename(weights)
    assert str(refused.value) == (
        "模型库中“tiny/model”（版本 refs/pr/7）没有 *.safetensors 权重（pickle 格式的不予下载）；请换用其他模型，"
        "或在可信的机器上转换后用 --model 指定本地文件夹，或用推理服务提供后以 --model served:名称 使用。"
    )
    assert not any(path.endswith(".bin") for path in mirror.asked)


def test_an_unreachable_hub_names_mirrors_and_folders(
    seeded: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    with pytest.raises(ModelUnusable) as refused:
        load_model("BAAI/bge-small-zh-v1.5", Loading(downloads=tmp_path))
    said = str(refused.value)
    assert said.startswith("无法取得模型“BAAI/bge-small-zh-v1.5”（")
    assert said.endswith(
        "）。若本机不能访问模型库，请设置镜像地址 HF_ENDPOINT（如 https://hf-mirror.com），"
        '或改用 ModelScope（设置 embedding.hub = "modelscope"），或把模型下载到本地后用 --model 指定文件夹。'
    )


def test_modelscope_is_asked_for_safetensors_only(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[object] = []

    def snapshot_download(name: str, cache_dir: str, allow_file_pattern: list[str]) -> str:
        asked.extend([name, cache_dir, "*.safetensors" in allow_file_pattern, "*.bin" in allow_file_pattern])
        return str(tiny_bert)

    monkeypatch.setitem(sys.modules, "modelscope", SimpleNamespace(snapshot_download=snapshot_download))
    loading = Loading(hub="modelscope", downloads=tmp_path)
    assert load_model("owner/model", loading).encode(["轴承"], Role.QUERY).shape == (1, 16)
    assert asked == ["owner/model", str(tmp_path), True, False]


def test_without_modelscope_s_package_the_sentence_says_what_to_install(
    seeded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "modelscope", None)
    with pytest.raises(ModelUnusable) as refused:
        load_model("bge-m3", Loading(hub="modelscope"))
    assert str(refused.value) == (
        "从 ModelScope 取模型“BAAI/bge-m3”需要其官方程序包，请运行 pip install modelscope，"
        "或把模型下载到本地后用 --model 指定文件夹。"
    )


def test_a_folder_named_as_a_catalogue_line_is_held_to_it(tiny_bert: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(tiny_bert, tmp_path / "BGE-small-zh-v1.5")
    assert find_spec(str(folder)).query_prefix == "为这个句子生成表示以用于检索相关文章："
    with pytest.raises(ModelUnusable, match="16 维，目录中登记为 512 维"):
        load_model(str(folder))


@pytest.mark.parametrize(
    ("name", "source", "prefix", "dimension"),
    [
        ("served:bge-small-zh-v1.5", "bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", 512),
        ("served:BAAI/bge-m3", "BAAI/bge-m3", "", 1024),
        ("served:my-model", "my-model", "", 0),
    ],
)
def test_served_models_are_spoken_to_as_the_catalogue_says(
    name: str, source: str, prefix: str, dimension: int
) -> None:
    spec = find_spec(name)
    found = (spec.kind, spec.name, spec.source, spec.query_prefix, spec.dimension)
    assert found == ("served", source, source, prefix, dimension)


def test_the_catalogue_states_what_each_model_s_card_states() -> None:
    """Name → dimension, tokens, pooling, begins the query, fewest dimensions."""
    stated = {
        spec.name: (spec.dimension, spec.max_tokens, spec.pooling, spec.query_prefix[:6], spec.shortest)
        for spec in CATALOGUE
        if spec.name != DEFAULT
    }
    assert stated == {
        "bge-small-zh-v1.5": (512, 512, "cls", "为这个句子生", 512),
        "bge-m3": (1024, 8192, "cls", "", 1024),
        "Qwen3-Embedding-0.6B": (1024, 8192, "lasttoken", "Instru", 32),
        "bge-base-zh-v1.5": (768, 512, "cls", "为这个句子生", 768),
        "bge-large-zh-v1.5": (1024, 512, "cls", "为这个句子生", 1024),
        "gte-multilingual-base": (768, 8192, "cls", "", 128),
        "m3e-base": (768, 512, "mean", "", 768),
        "m3e-small": (512, 512, "mean", "", 512),
        "text2vec-base-chinese": (768, 256, "mean", "", 768),
    }
    assert all(spec.licence for spec in CATALOGUE)
    assert not any(spec.passage_prefix for spec in CATALOGUE)


def test_the_documented_table_is_the_catalogue() -> None:
    text = (Path(__file__).parents[2] / "docs/models.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "/" in line and line.startswith("| ")]  # fmt: skip
    assert rows == [
        [spec.name, spec.source, str(spec.dimension), str(spec.max_tokens), spec.pooling,
         "yes" if spec.query_prefix else "no", str(spec.shortest), spec.licence]
        for spec in CATALOGUE
        if spec.name != DEFAULT
    ]  # fmt: skip
