"""What works on this machine and in this workspace, what does not, and what to do about it; changes nothing."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from indexes.backends import engine_at, words_engine_at
from matcher.errors import MatcherError
from matcher.opening import external_services, lower_errors, open_model, open_reranking
from matcher.settings import Settings
from matcher.store.database import Store
from matcher.store.engine import open_engine, place_of, sqlite_url
from matcher.store.migrations import HEAD, revision
from matcher.store.trouble import reason_of
from matcher.workspace import Workspace

_PYTHON = (3, 11)
_LIBRARIES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "scikit-learn": "sklearn",
    "numba": "numba",
    "faiss-cpu": "faiss",
    "tokenizers": "tokenizers",
    "safetensors": "safetensors",
    "rjieba": "rjieba",
    "opencc": "opencc",
    "python-calamine": "python_calamine",
    "xlsxwriter": "xlsxwriter",
    "sqlalchemy": "sqlalchemy",
    "alembic": "alembic",
    "pydantic": "pydantic",
    "fastapi": "fastapi",
    "uvicorn": "uvicorn",
    "httpx2": "httpx2",
    "tenacity": "tenacity",
}
"""Distribution → module. Importing each finds wheels that are there but do not run on this machine."""
_KINDS = ("patents", "enterprises", "needs", "assessments", "transactions")
_LABELS = ("专利", "企业", "需求", "企业评价", "历史交易")
_FINGERPRINT = 12
_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FONT_FILES = (".ttc", ".ttf", ".otf")
_CJK_FONTS = (
    "notosanscjk",
    "notoserifcjk",
    "sourcehan",
    "wqy",
    "simsun",
    "simhei",
    "msyh",
    "pingfang",
    "songti",
)
"""How the files of fonts that cover Chinese begin."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `detail` says what was found and, where it is not `ok`, what to do."""

    label: str
    ok: bool
    detail: str
    essential: bool = True
    """Whether the engine does not work without it."""

    def document(self) -> dict[str, str | bool]:
        """The finding for programs."""
        return {"label": self.label, "ok": self.ok, "detail": self.detail, "essential": self.essential}


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in the order in which they build on each other; raises nothing that a check can say."""
    yield _python()
    yield _libraries()
    yield _settings_file(settings)
    yield _folder(settings)
    yield _model(settings)
    if settings.reranking.model:
        yield _reranker(settings)
    state = _state(settings)
    yield state.finding
    if state.current:
        yield from _contents(settings)
    yield _font()
    yield _browser()
    yield _external(settings)


def _python() -> Finding:
    found = f"{platform.python_version()}（{sys.executable}）"
    if sys.version_info >= _PYTHON:
        return Finding("Python", True, found)
    return Finding("Python", False, f"{found}。需要 3.11 或更高版本，请换用新版 Python 重新安装。")


def _libraries() -> Finding:
    broken = []
    for name, module in _LIBRARIES.items():
        try:
            import_module(module)
        except (ImportError, OSError) as error:
            broken.append(f"{name}（{error}）")
    if broken:
        detail = f"不可用：{'；'.join(broken)}。请运行 pip install -c constraints.txt -e . 重新安装。"
        return Finding("程序库", False, detail)
    return Finding("程序库", True, "、".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES))


def _settings_file(settings: Settings) -> Finding:
    file = settings.home / "matcher.toml"
    if file.is_file():
        return Finding("设置文件", True, f"{file.resolve()}")
    return Finding("设置文件", True, f"没有 {file}，使用默认设置", essential=False)


def _folder(settings: Settings) -> Finding:
    """Whether files can be written where the workspace is, or will be."""
    home = settings.home.absolute()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        detail = f"{there} 无法写入（{error.strerror}）。请检查权限和磁盘空间，或用 --home 换一个文件夹。"
        return Finding("工作区文件夹", False, detail)
    return Finding(
        "工作区文件夹", True, f"{home}" + ("" if there == home else "（尚未建立，首次导入时建立）")
    )


def _model(settings: Settings) -> Finding:
    try:
        embedder = open_model(settings)
    except MatcherError as error:
        return Finding("模型", False, str(error))
    spec = embedder.spec
    fingerprint = embedder.fingerprint[:_FINGERPRINT]
    where = "由服务提供" if spec.kind == "served" else f"设备 {settings.device}"
    licence = f"，许可 {spec.licence}" if spec.licence else ""
    return Finding("模型", True, f"{spec.name}，{spec.dimension} 维，指纹 {fingerprint}，{where}{licence}")


def _reranker(settings: Settings) -> Finding:
    try:
        opened = open_reranking(settings)
    except MatcherError as error:
        return Finding("精排模型", False, str(error))
    if opened is None:
        return Finding("精排模型", True, "未设置", essential=False)
    chosen, model = settings.reranking, opened.model
    return Finding(
        "精排模型",
        True,
        f"{model.spec.name}，指纹 {model.fingerprint[:_FINGERPRINT]}，"
        f"每项需求前 {chosen.candidates} 件，时限 {chosen.seconds:g} 秒",
    )


@dataclass(frozen=True, slots=True)
class _State:
    """The database as found, and whether it can be read as it is."""

    finding: Finding
    current: bool = False


def _state(settings: Settings) -> _State:
    file = settings.home / "matcher.db"
    if settings.database_url is None and not file.is_file():
        return _State(Finding("数据库", True, f"尚未建立，首次导入时建立 {file}"))
    try:
        engine = open_engine(settings.database_url or sqlite_url(file))
        where = place_of(engine)
        found = revision(engine)
        engine.dispose()
    except (MatcherError, SQLAlchemyError) as error:
        return _State(Finding("数据库", False, f"无法打开：{reason_of(error)}"))
    where += f"，结构版本 {found or '无'}"
    if found == HEAD:
        return _State(Finding("数据库", True, where), current=True)
    if found is None or found < HEAD:
        return _State(Finding("数据库", True, f"{where}，下一条命令将升级到 {HEAD}"))
    return _State(
        Finding("数据库", False, f"{where}，比本程序（{HEAD}）新。请升级本程序，或换一个工作目录。")
    )


def _contents(settings: Settings) -> Iterator[Finding]:
    try:
        with Workspace.open(settings) as workspace:
            yield _counts(workspace.store)
            yield _engine(workspace)
            index = _index(workspace)
            yield index
            if index.ok:
                yield Finding("排序模型", True, workspace.ranker_state(), essential=False)
    except MatcherError as error:
        yield Finding("工作区", False, str(error))


def _counts(store: Store) -> Finding:
    counts = [getattr(store, kind).count() for kind in _KINDS]
    detail = "，".join(f"{label} {count} 条" for label, count in zip(_LABELS, counts, strict=True))
    if counts[0]:
        return Finding("数据", True, detail)
    return Finding("数据", False, f"{detail}。请运行 matcher import patents 专利清单.xlsx。", essential=False)


def _engine(workspace: Workspace) -> Finding:
    """Where the patents' vectors are, and whether that engine answers; addresses are shown without secrets."""
    address = workspace.settings.index
    if not address:
        return Finding("向量引擎", True, "本机（没有设置 MATCHER_INDEX）", essential=False)
    try:
        with lower_errors():
            engine = engine_at(address, workspace.embedder.spec.dimension)
            way = "逐件计算" if engine.exact else "近似检索"
            detail = f"{engine.name} {engine.version()}，{engine.place}，{engine.count()} 件向量，{way}"
            if (words := words_engine_at(address)) is not None:
                detail += f"；用词在 {words.place}，{words.count()} 件"
    except MatcherError as error:
        return Finding("向量引擎", False, str(error))
    return Finding("向量引擎", True, detail)


def _index(workspace: Workspace) -> Finding:
    trouble = workspace.index_trouble()
    if not trouble:
        return Finding("索引", True, f"{workspace.index_version()}，与数据和模型一致")
    return Finding("索引", False, trouble, essential=False)


def _font() -> Finding:
    font = next(
        (
            file
            for folder in _FONT_FOLDERS
            for file in sorted(Path(folder).expanduser().rglob("*.*"))
            if file.suffix.lower() in _FONT_FILES and file.name.lower().startswith(_CJK_FONTS)
        ),
        None,
    )
    if font is not None:
        return Finding("中文字体", True, str(font), essential=False)
    detail = "没有找到，打印的文件可能缺字。Debian、Ubuntu 请安装 fonts-noto-cjk。"
    return Finding("中文字体", False, detail, essential=False)


def _browser() -> Finding:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is not None:
        return Finding("Chromium", True, f"{found}（只用于页面测试）", essential=False)
    return Finding("Chromium", False, "没有找到；只有页面测试需要，日常使用不需要", essential=False)


def _external(settings: Settings) -> Finding:
    """Which services off this machine the settings name, and whether texts may go there."""
    try:
        named = "、".join(external_services(settings))
    except MatcherError as error:
        return Finding("外部文本服务", False, str(error))
    if not settings.allow_external_text:
        where = f"；设置了 {named}，但不会使用" if named else ""
        return Finding(
            "外部文本服务",
            not named,
            f"不允许，文本不离开本机（allow_external_text = false）{where}",
            essential=False,
        )
    return Finding(
        "外部文本服务",
        True,
        f"允许（allow_external_text = true）：{named or '没有设置外部地址'}；只发送专利文本和公开需求，"
        "联系方式和保密需求不会发送",
        essential=False,
    )
