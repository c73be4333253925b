"""One frozen Settings: defaults < matcher.toml < MATCHER_* environment; an unknown key is an error."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, ValidationError

from matcher.errors import SettingsError

_NOT_SETTINGS = {"MATCHER_DATA", "MATCHER_CI"}
"""Variables of tests and benchmarks that share the prefix."""
_SECRET = frozenset({"proxy", "proxy.secret", "database_url", "index"})
"""What may hold a secret, which no message repeats."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RetrievalSettings(_Section):
    """How candidates are found."""

    candidates: int = Field(200, ge=1, description="candidates of each channel that ranking looks at")
    index: Literal["", "exact", "fast-scan", "partitioned"] = ""
    """Kind of the vector index; empty: by the number of records (the table in indexes/README.md)."""
    exact: bool = False
    """Search exactly, whatever the index."""
    merge_from: float = Field(0.05, gt=0, le=0.5)
    """Additions and withdrawals, in parts of the last full index, from which both are merged into one."""


class RankingSettings(_Section):
    """Weights of the signals by name (absent: the signal's default) and the grades' thresholds.

    On 7,493 pairs judged by experts, a text value from 0.88 was graded fair or strong in 77 % of the pairs, from 0.75
    in 40 %, from 0.57 in 29 %, below in 10 % (`python -m benchmarks.grades`). The thresholds of the whole score are
    those values with facts that are neither good nor bad. In the sample province 25 of 26 recommendations are meant by
    its author, and 11 of 12 vague needs hear that nothing fits (`python -m benchmarks.sample_grades`).

    Those collections were chosen for their needs. In large ones that were not, strangers reach the same values: `large_*`
    hold from 10,000 patents on, and between 1,000 and 10,000 a mixture of both (`ranker.in_collection`; matcher/README.md).
    """

    weights: dict[str, float] = Field(default_factory=dict)
    strong: float = Field(0.77, ge=0, le=1)
    recommended: float = Field(0.68, ge=0, le=1)
    possible: float = Field(0.55, ge=0, le=1)
    text_strong: float = Field(0.88, ge=0, le=1, description="what the text signals alone must reach")
    text_recommended: float = Field(0.75, ge=0, le=1)
    text_possible: float = Field(0.57, ge=0, le=1)
    large_strong: float = Field(0.92, ge=0, le=1, description="text_strong in a large collection, if higher")
    large_recommended: float = Field(0.85, ge=0, le=1)
    large_possible: float = Field(0.75, ge=0, le=1)
    assessment_half_life_days: float = Field(730, gt=0, description="after which 企业评价 counts half")


class FileLimits(_Section):
    """What an uploaded file may cost (measured limits for hostile files)."""

    unpacked_bytes: int = Field(200_000_000, ge=1)
    entries: int = Field(1_000, ge=1)
    ratio: int = Field(100, ge=1)
    rows: int = Field(1_048_576, ge=1)
    seconds: float = Field(120, gt=0)


class ServiceSettings(_Section):
    """An OpenAI-compatible service; its key is read from the environment variable named here, and nowhere else."""

    address: str = Field("", description="such as http://127.0.0.1:8000/v1")
    key_variable: str = "TEXT_SERVICE_KEY"
    seconds: float = Field(30, gt=0, description="longest that one request may take")
    attempts: int = Field(4, ge=1, le=10)
    batch: int = Field(32, ge=1, le=2048, description="texts in one request")


class EmbeddingSettings(_Section):
    """How the model is brought up, besides its name and device."""

    precision: Literal["fp32", "fp16", "bf16", "int8"] = "fp32"
    runtime: Literal["torch", "onnx"] = "torch"
    dimension: int | None = Field(None, ge=1, description="keep that many leading dimensions (Matryoshka)")
    long_texts: Literal["cut", "mean", "max"] = "mean"
    hub: Literal["huggingface", "modelscope"] = "huggingface"
    service: ServiceSettings = ServiceSettings()


class RerankingSettings(_Section):
    """A cross-encoder over each need's best candidates; off unless a model is named."""

    model: str = Field(
        "", description="bge-reranker-v2-m3, a folder, a hub name, or served:NAME; empty: none"
    )
    candidates: int = Field(50, ge=1, description="candidates of a need that it reads")
    seconds: float = Field(10, gt=0, description="budget of one need; exceeded: that need is not reranked")
    share: float = Field(0.5, gt=0, le=1, description="its part of the text signals' weight")
    service: ServiceSettings = ServiceSettings()


class InterestSettings(_Section):
    """我想了解: until when holders answer. Holidays come from the notice of each year; without them, plain weekdays."""

    working_days: int = Field(5, ge=1, le=60)
    holidays: tuple[date, ...] = ()
    """Weekdays that are not worked, such as 2026-10-01."""
    workdays: tuple[date, ...] = ()
    """Weekends that are worked (调休)."""


class ProxySettings(_Section):
    """The proxy that brings TLS where the service is not only on this machine; all three are needed there."""

    trusted: tuple[IPvAnyNetwork, ...] = ()
    """Addresses or networks from which X-Forwarded-For is believed."""
    origin: str = Field("", pattern=r"^(https://[A-Za-z0-9.-]+(:\d{1,5})?)?$")
    """What browsers call the service: https://duijie.example.gov.cn."""
    secret: SecretStr = SecretStr("")
    """At least 32 characters, which the proxy sends along as X-Proxy-Secret."""

    def missing(self) -> list[str]:
        """What has to be set before the service may leave this machine."""
        wanted = {
            "trusted（代理的地址）": self.trusted,
            "origin（浏览器使用的 https 地址）": self.origin,
            "secret（不少于 32 个字符，代理以 X-Proxy-Secret 一并发来）": len(self.secret.get_secret_value())
            >= 32,
        }
        return [name for name, given in wanted.items() if not given]


class MailSettings(_Section):
    """The mail server through which accounts are told that they have messages; off unless `host` is set."""

    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is kept secret; `none` is for a server on this machine."""
    sender: str = Field(
        "", pattern=r"^([^@\s<>,;:\"]+@[A-Za-z0-9.-]+)?$", description="such as duijie@example.gov.cn"
    )
    user: str = ""
    """Whom to sign in as; empty: nobody."""
    password_variable: str = "MAIL_PASSWORD"
    """The environment variable with the password, and nowhere else."""
    address: str = Field("", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+)?$")
    """What browsers call the service; empty: `proxy.origin`, else this machine."""
    seconds: float = Field(30, gt=0, description="longest that the server may take")


class FeedSettings(_Section):
    """A feed of patents or needs to pull from; its key is read from the environment variable named here only."""

    address: str = Field(description="such as https://platform.example/api/v1/transferable-patents")
    kind: Literal["patents", "needs"] = "patents"
    """What it tells of: transferable patents, or public needs (https://platform.example/api/v1/public-needs)."""
    key_variable: str = "FEED_KEY"
    seconds: float = Field(30, gt=0, description="longest that one request may take")
    page: int = Field(200, ge=1, le=200, description="changes in one request")
    prefer_new: bool = True
    """Whether the source's newer value replaces the stored one; else differences are reported and nothing changes."""


class Settings(_Section):
    """All settings of one workspace."""

    home: Path = Path("workspace")
    """The workspace folder: database, indexes, caches, downloaded models."""
    index: str = ""
    """Address of the engine that holds the patents' vectors, milvus://… or postgresql://…; empty: this machine."""
    database_url: str | None = Field(None, repr=False)
    """postgresql://user@host:5432/database; None: SQLite in the workspace folder. A password is left to the environment."""
    model: str = "patent-need-static-zh"
    """Catalogue name, local folder, hub name, or served:NAME for a model that `embedding.service` runs."""
    evaluation_models: tuple[str, ...] = ()
    """Models besides the one in use that an evaluation on a page or over HTTP may name."""
    device: str = "cpu"
    embedding: EmbeddingSettings = EmbeddingSettings()
    organiser: str = ""
    """编制单位 on the cover of lists."""
    province: str = ""
    allow_external_text: bool = False
    retrieval: RetrievalSettings = RetrievalSettings()
    reranking: RerankingSettings = RerankingSettings()
    ranking: RankingSettings = RankingSettings()
    limits: FileLimits = FileLimits()
    feeds: dict[str, FeedSettings] = Field(default_factory=dict)
    """Sources of `matcher feed pull`, by the name under which their records are kept."""
    interests: InterestSettings = InterestSettings()
    proxy: ProxySettings = ProxySettings()
    mail: MailSettings = MailSettings()


def load_settings(file: Path | None = None, **overrides: Any) -> Settings:  # noqa: ANN401 (values of any field)
    """Settings from defaults, then `file`, then MATCHER_* (A__B for nested), then overrides.

    Without `file` it is the workspace's matcher.toml: that of `home` among the overrides, else of MATCHER_HOME.
    Raises SettingsError naming every unknown key and every impossible value.
    """
    values: dict[str, Any] = {}
    home = overrides.get("home") or os.environ.get("MATCHER_HOME", "workspace")
    path = file or Path(home) / "matcher.toml"
    if path.is_file():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"设置文件 {path} 无法读取：{error}。请检查语法并以 UTF-8 保存。") from error
    elif file is not None:
        raise SettingsError(f"找不到设置文件 {file}。")
    _refuse_passwords(path, values)
    _merge(values, _from_environment())
    _merge(values, {key: value for key, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from error


def _refuse_passwords(file: Path, values: dict[str, Any]) -> None:
    """Files are copied, backed up and shown to others: addresses in them hold no password."""
    for name in ("database_url", "index"):
        address = urlsplit(str(values.get(name, "")))
        if address.password or "password" in parse_qs(address.query):
            raise SettingsError(
                f"设置文件 {file} 的 {name} 中写有密码。请从文件中删去，改用环境变量 PGPASSWORD 或 ~/.pgpass。",
                code="password_in_file",
            )


def _from_environment() -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in sorted(os.environ.items()):
        if not name.startswith("MATCHER_") or name in _NOT_SETTINGS:
            continue
        *sections, key = name.removeprefix("MATCHER_").lower().split("__")
        target = values
        for section in sections:
            target = target.setdefault(section, {})
        target[key] = value
    return values


def _merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            lines.append(f"未知的设置项 {name}")
        else:
            value = "" if name in _SECRET else f" {problem['input']!r} "
            lines.append(f"设置项 {name} 的值{value}无效（{problem['msg']}）")
    return "；".join(lines) + "。请修改 matcher.toml 或环境变量 MATCHER_*。"
