"""The interface described: examples for every answer, refusals as problem documents."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http.problems import MEDIA_TYPE, Problem
from api.http.schemas import FieldProblemDocument, ProblemDocument

Responses = dict[int | str, dict[str, Any]]

_REF = "#/components/schemas/{model}"
_ABOUT = (
    "本机的接口：只在 127.0.0.1 上提供，与命令行同一套功能。程序在请求头中给出密钥："
    "`Authorization: Bearer 密钥`；密钥由管理员在“管理”页或用 `matcher key` 新建，有权限范围和有效期。\n\n"
    "**保密**：主管部门的密钥默认得到内部版，含“仅主管部门”和“匿名”的需求、企业名称和评分明细，向外转发前请用 "
    "`preset=对外版`；专利权人和企业的密钥只得到本单位的版本。\n\n"
    "**分页**：一览按编号或先后排列，`next` 是下一页的地址，期间新增的记录不会造成重复或遗漏。\n\n"
    "**修改**：读取时得到 `ETag`，修改时放在 `If-Match` 中；没有给出的回答 428，期间被他人改过的回答 412，都不作更改。\n\n"
    "**重发**：写操作可带 `Idempotency-Key`，24 小时内重发只做一次；同键不同请求回答 422，前一次还在处理回答 409。\n\n"
    "**后台任务**：导入、更新索引、编制清单、上报文件、评估回答 202，`Location` 是任务的地址。\n\n"
    "每个应答带 `X-Request-ID`；出错时为 `application/problem+json`（RFC 9457）。"
)
_REFUSALS = (
    Problem(400, "bad_request", "请求无法解析：正文应为 UTF-8 编码的 JSON。"),
    Problem(401, "not_signed_in", "请先登录；程序请在 Authorization 中给出有效的密钥。"),
    Problem(403, "permission_denied", "“企业”没有此项权限。确有需要的，请联系管理员。"),
    Problem(404, "not_found", "没有编号为“N999”的需求。"),
    Problem(409, "conflict", "“N001”在您读取之后已被他人修改或撤回。请重新读取，核对后再改。"),
    Problem(412, "changed_meanwhile", "这条记录在您读取之后已被修改，没有保存。请重新读取，核对后再改。"),
    Problem(413, "too_large", "请求正文超过 1000000 字节。请缩短后重试。"),
    Problem(422, "invalid_input", "请用一句或一段中文说明需要什么技术。"),
    Problem(428, "if_match_missing", "修改须在请求头 If-Match 中给出读取时得到的 ETag。请先读取，再修改。"),
    Problem(503, "not_ready", "还没有建立索引（workspace/indexes/patents）。请运行 matcher index。"),
)


_CHANGES = frozenset({"post", "put", "patch", "delete"})
_READS = frozenset({"/api/v1/search"})
"""What is sent by POST and changes nothing."""
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "自编的键，如 UUID：24 小时内用同一个键重发同一个请求，只做一次，应答相同",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "example": "7d0c1f6a-52b1-4d0e-9a57-0f3c6c1b2a4e",
}


@dataclass(frozen=True, slots=True)
class Example:
    """An answer as it looks, and the model of its shape."""

    model: type[Any]
    document: dict[str, Any] | list[dict[str, Any]]
    description: str


def answered(example: Example, status: int = 200) -> Responses:
    """The answer of a request that succeeds."""
    content = {"application/json": {"example": example.document}}
    return {status: {"model": example.model, "description": example.description, "content": content}}


def binary(description: str) -> Responses:
    """The answer of a request for a file."""
    schema = {"type": "string", "format": "binary"}
    content = {"application/octet-stream": {"schema": schema, "example": "（文件内容）"}}
    return {200: {"description": description, "content": content}}


def no_content() -> Responses:
    """The answer of a request that leaves nothing to show."""
    return {204: {"description": "已完成，没有正文"}}


def problems(*statuses: int) -> Responses:
    """The refusals that an operation knows, each with an example."""
    return {problem.status: _refusal(problem) for problem in _REFUSALS if problem.status in statuses}


def describe(app: FastAPI) -> None:
    """Let `app` describe itself with our refusals in place of the framework's."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            for model in (ProblemDocument, FieldProblemDocument):
                schemas[model.__name__] = model.model_json_schema(ref_template=_REF)
                schemas[model.__name__].pop("$defs", None)
            for path, operations in schema["paths"].items():
                for method, operation in operations.items():
                    if method in _CHANGES and path not in _READS:
                        operation.setdefault("parameters", []).append(_IDEMPOTENCY)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _refusal(problem: Problem) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=ProblemDocument.__name__)}
    example = problem.document("5f0c1a6f0f8e4c8d9b7a3e2d1c0b9a87")
    content = {MEDIA_TYPE: {"schema": schema, "example": example}}
    return {"description": HTTPStatus(problem.status).phrase, "content": content}
