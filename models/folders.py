"""Where a model's files come from, and which folders are refused before anything in them is parsed."""

from __future__ import annotations

import hashlib
import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from models.contract import Loading, ModelSpec, ModelUnusable

_DESCRIPTIONS = ("*.json", "*.txt", "*.model")
_PICKLES = {".bin", ".pt", ".pth", ".pkl", ".ckpt"}
_AGAIN = "请重新下载或复制完整的模型文件夹。"


def find_folder(spec: ModelSpec, loading: Loading) -> Path:
    """The folder with the model's files, downloaded where `source` is a hub name.

    Weights are fetched as safetensors (or ONNX) only; raises ModelUnusable with the ways round an unreachable hub.
    """
    folder = Path(spec.source)
    if folder.is_dir():
        return folder
    weights = ("*.onnx", "*.onnx_data") if loading.runtime == "onnx" else ("*.safetensors",)
    fetch = _from_modelscope if loading.hub == "modelscope" else _from_hub
    try:
        found = fetch(spec, loading, [*_DESCRIPTIONS, *weights])
    except ModelUnusable:
        raise
    except Exception as error:  # hubs raise errors of their own and of their HTTP libraries
        raise ModelUnusable(
            f"无法取得模型“{spec.source}”（{type(error).__name__}）。若本机不能访问模型库，请设置镜像地址 HF_ENDPOINT"
            "（如 https://hf-mirror.com），或改用 ModelScope（设置 embedding.hub = \"modelscope\"），"
            "或把模型下载到本地后用 --model 指定文件夹。"
        ) from error  # fmt: skip

    if not any(found.rglob(weights[0])):
        version = f"版本 {spec.revision}" if spec.revision else "最新版本"
        raise ModelUnusable(
            f"模型库中“{spec.source}”（{version}）没有 {weights[0]} 权重（pickle 格式的不予下载）；请换用其他模型，"
            "或在可信的机器上转换后用 --model 指定本地文件夹，或用推理服务提供后以 --model served:名称 使用。"
        )
    return found


def _from_hub(spec: ModelSpec, loading: Loading, patterns: list[str]) -> Path:
    """What was fetched once is used without asking again: no network, and no model that changes by itself."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    def fetch(*, local: bool) -> Path:
        return Path(
            snapshot_download(
                spec.source,
                revision=spec.revision,
                cache_dir=loading.downloads,
                allow_patterns=patterns,
                endpoint=os.environ.get("HF_ENDPOINT") or None,
                local_files_only=local,
            )
        )

    try:
        known = fetch(local=True)
        if any(known.rglob(patterns[len(_DESCRIPTIONS)])):
            return known
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError):
        pass  # not here, or not whole: the download below says what is wrong
    return fetch(local=False)


def _from_modelscope(spec: ModelSpec, loading: Loading, patterns: list[str]) -> Path:
    try:
        download = import_module("modelscope").snapshot_download
    except ImportError as error:
        raise ModelUnusable(
            f"从 ModelScope 取模型“{spec.source}”需要其官方程序包，请运行 pip install modelscope，"
            "或把模型下载到本地后用 --model 指定文件夹。"
        ) from error
    cache = None if loading.downloads is None else str(loading.downloads)
    return Path(download(spec.source, cache_dir=cache, allow_file_pattern=patterns))


def refuse_unsafe(folder: Path) -> None:
    """Raises ModelUnusable for a folder with pickled weights only, foreign modules or damaged safetensors."""
    weights = sorted(folder.rglob("*.safetensors"))
    if not weights and not any(folder.rglob("*.onnx")):
        found = next((path.name for path in sorted(folder.rglob("*")) if path.suffix in _PICKLES), None)
        what = f"只有 {found}（pickle 格式，可能夹带代码，不予加载）" if found else "没有权重文件"
        raise ModelUnusable(f"模型文件夹 {folder} {what}；请下载 safetensors 格式的权重。")
    for kind in (str(module.get("type", "")) for module in read_json(folder / "modules.json", [])):
        if not kind.startswith("sentence_transformers."):
            raise ModelUnusable(
                f"模型文件夹 {folder} 需要运行自带代码（{kind}），为安全起见不予加载；请换用标准模型，"
                "或用支持它的推理服务（如 vLLM、TEI）提供后以 --model served:名称 使用。"
            )
    for file in weights:
        try:
            with safe_open(file, framework="numpy"):
                pass
        except (OSError, SafetensorError) as error:
            raise ModelUnusable(f"模型权重 {file} 不完整或已损坏，无法加载。{_AGAIN}") from error


def cannot_load(folder: Path, error: Exception) -> ModelUnusable:
    """What to say where the library that parses a folder gives up."""
    if "auto_map" in read_json(folder / "config.json", {}):
        return ModelUnusable(
            f"模型文件夹 {folder} 的结构要靠其自带代码（remote code）运行，为安全起见不予加载；请换用标准模型，"
            "或用支持它的推理服务（如 vLLM、TEI）提供后以 --model served:名称 使用。"
        )
    return ModelUnusable(f"模型文件夹 {folder} 无法加载（{type(error).__name__}：{error}）。{_AGAIN}")


def read_json(file: Path, absent: Any) -> Any:  # noqa: ANN401 (whatever the file holds)
    """The content of a JSON file, `absent` where there is none; raises ModelUnusable where it is damaged."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return absent
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"模型文件 {file} 已损坏，无法加载。{_AGAIN}") from error


def fingerprint(folder: Path, weights: str, *settings: object) -> str:
    """SHA-256 (hex) over weights that match a pattern, every description, and what else changes the vectors."""
    digest = hashlib.sha256(repr(settings).encode())
    files = {file for pattern in (weights, *_DESCRIPTIONS) for file in folder.rglob(pattern)}
    for file in sorted(files):
        with file.open("rb") as stream:
            name = file.relative_to(folder).as_posix()
            digest.update(f"{name}:{hashlib.file_digest(stream, 'sha256').hexdigest()};".encode())
    return digest.hexdigest()
