"""Assembles the offline bundle: all that a PC without network and administrator rights needs but Python itself.

    python .ci/bundle/assemble.py OUT [--target linux-x86_64 …]

Every target gets the wheels of the product and of what it needs, the starters and the instructions. A wheel's own
requirements are read again for the target's environment, because pip reads them for the machine it runs on.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SOURCE_ONLY = ("jieba",)
"""Published without wheels; pure Python, so that one wheel fits every machine."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of machine, in pip's and in the markers' words."""

    platforms: tuple[str, ...]
    environment: dict[str, str]
    starters: tuple[str, ...]
    archive: str
    tested: bool = False


def _linux(machine: str, tested: bool = False) -> Target:
    named = {
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": machine,
    }
    platforms = tuple(f"manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1))
    return Target(
        (*platforms, f"manylinux2014_{machine}"), named, ("启动.sh", "启动示例.sh"), "gztar", tested
    )


TARGETS = {
    "linux-x86_64": _linux("x86_64", tested=True),
    "linux-aarch64": _linux("aarch64"),
    "windows-x86_64": Target(
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
        ("启动.bat", "启动示例.bat"),
        "zip",
    ),
}


def main() -> None:
    """Assemble the wanted targets and print where each archive lies."""
    arguments = argparse.ArgumentParser(description="Assemble the offline bundle.")
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--target", action="append", choices=TARGETS)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        _pip("wheel", "--no-deps", "-w", own, _source(own / "source"), *SOURCE_ONLY)
        for name in given.target or TARGETS:
            print(assemble(name, own, given.out.resolve()))


def assemble(name: str, own: Path, out: Path) -> Path:
    """The archive of one target under `out`; `own` holds the wheels built here."""
    target = TARGETS[name]
    version = next(parse_wheel_filename(file.name)[1] for file in own.glob("patent_matcher-*.whl"))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as aside:
        folder = Path(aside) / f"patent-matcher-{version}-{name}"
        _download(target, own, folder / "wheels")
        for starter in target.starters:
            shutil.copy(HERE / starter, folder / starter)
        (folder / "PYTHON").write_text(PYTHON + "\n", "utf-8")
        text = (HERE / "使用说明.txt").read_text("utf-8")
        tested = "本安装包已在这种系统上测试。" if target.tested else "本安装包未在这种系统上测试。"
        (folder / "使用说明.txt").write_text(text.format(target=name, python=PYTHON, tested=tested), "utf-8")
        (folder / "SHA256SUMS").write_text(_sums(folder), "utf-8")
        made = shutil.make_archive(str(Path(aside) / folder.name), target.archive, aside, folder.name)
        return Path(shutil.move(made, out / Path(made).name))


def missing(wheels: Path, environment: dict[str, str]) -> list[str]:
    """Requirements of the wheels that hold in the environment and that no wheel in the folder fulfils."""
    found = {parse_wheel_filename(file.name)[0] for file in wheels.glob("*.whl")}
    wanted = {}
    for file in sorted(wheels.glob("*.whl")):
        for line in _metadata(file).get_all("Requires-Dist", []):
            one = Requirement(line)
            if one.marker is None or one.marker.evaluate({**environment, "extra": ""}):
                wanted[canonicalize_name(one.name)] = f"{one.name}{one.specifier}"
    return [requirement for name, requirement in sorted(wanted.items()) if name not in found]


def _download(target: Target, own: Path, wheels: Path) -> None:
    """The product, pip itself, and what they need; pip's own reading first, then what the target's markers add."""
    wanted = ["patent-matcher", "pip"]
    while wanted:
        platforms = [word for platform in target.platforms for word in ("--platform", platform)]
        chosen = ("--only-binary=:all:", "--python-version", PYTHON, *platforms)
        _pip("download", *chosen, "--find-links", own, "--find-links", wheels, "-d", wheels, *wanted)
        wanted = missing(wheels, {**target.environment, "python_version": PYTHON})


def _source(folder: Path) -> Path:
    """A copy of what belongs to the package, so that building leaves nothing behind in the checkout."""
    for name in ("api", "eval", "indexes", "matcher", "models"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def _metadata(file: Path) -> Message:
    with zipfile.ZipFile(file) as wheel:
        name = next(one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
        return message_from_bytes(wheel.read(name))


def _sums(folder: Path) -> str:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder)}\n" for file in files
    )


def _pip(*words: object) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, words)]
    subprocess.run([*command, "-c", str(ROOT / "constraints.txt")], check=True)


if __name__ == "__main__":
    main()
