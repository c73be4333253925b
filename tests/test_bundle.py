"""The offline bundle: complete for every target, and on this kind of machine it installs and serves without any index."""

from __future__ import annotations

import importlib.util
import os
import platform
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assemble", ROOT / ".ci/bundle/assemble.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["assemble"] = module
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, name: str, *requirements: str) -> None:
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requirements]
        file.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines))


def test_what_only_the_target_needs_is_found_missing(tmp_path: Path) -> None:
    bundle = load()
    wheel(tmp_path, "first", "second>=1", 'colours>=2; sys_platform == "win32"', 'extra_one; extra == "more"')
    wheel(tmp_path, "second")
    environments = {name: target.environment for name, target in bundle.TARGETS.items()}
    found = {name: bundle.missing(tmp_path, environment) for name, environment in environments.items()}
    assert found == {"linux-x86_64": [], "linux-aarch64": [], "windows-x86_64": ["colours>=2"]}


def test_a_bundle_installs_and_serves_without_an_index(tmp_path: Path) -> None:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the tested bundle is for Linux on x86-64")
    if not os.environ.get("MATCHER_CI"):
        pytest.skip("assembling a bundle fetches 240 MB: set MATCHER_CI=1 to have it tested")
    command = [
        sys.executable,
        str(ROOT / ".ci/bundle/assemble.py"),
        str(tmp_path),
        "--target",
        "linux-x86_64",
    ]
    made = Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    with tarfile.open(made) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / made.name.removesuffix(".tar.gz")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    elsewhere = {
        **kept, "HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/", "BROWSER": "true"
    }  # fmt: skip
    with subprocess.Popen(
        [folder / "启动.sh", "--port", str(port)], env=elsewhere, stderr=subprocess.PIPE, text=True
    ) as served:
        try:
            assert _get(f"http://127.0.0.1:{port}/health", served) == 200
        finally:
            served.terminate()
    assert (folder / "workspace/matcher.db").is_file()


def test_a_damaged_bundle_installs_nothing(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("启动.sh is for Linux")
    (tmp_path / "PYTHON").write_text(f"{sys.version_info.major}.{sys.version_info.minor}\n")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  PYTHON\n")
    start = tmp_path / "启动.sh"
    start.write_bytes((ROOT / ".ci/bundle/启动.sh").read_bytes())
    ended = subprocess.run(["sh", str(start)], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "安装包不完整，请重新复制整个文件夹。" in ended.stderr
    assert not (tmp_path / "app").exists()


def _get(address: str, served: subprocess.Popen[str]) -> int:
    """The status once the service answers; fails with what it said where it ends before."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if served.poll() is not None:
            assert served.stderr is not None
            pytest.fail(served.stderr.read())
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.5)
    pytest.fail("the service did not answer")
