"""Errors as problem documents (RFC 9457): one table from our errors to HTTP, one of sentences for fields."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.access.policy import NotSignedIn
from api.http.preconditions import ConditionMissing, Outdated
from api.pages.refusals import refusal_page
from matcher.errors import (
    Conflict,
    IndexDamaged,
    InputError,
    MatcherError,
    ModelError,
    NotFound,
    NotReady,
    PermissionDenied,
    SettingsError,
)
from matcher.replacing import is_full

MEDIA_TYPE = "application/problem+json"
STATUSES: dict[type[MatcherError], int] = {
    InputError: 422,
    NotFound: 404,
    NotSignedIn: 401,
    PermissionDenied: 403,
    Conflict: 409,
    Outdated: 412,
    ConditionMissing: 428,
    NotReady: 503,
    IndexDamaged: 503,
    ModelError: 503,
    SettingsError: 500,
    MatcherError: 500,
}
"""HTTP status by error; a subclass without a line answers as its parent."""
_RETRY_SECONDS = 5
_FOR_PROGRAMS = ("/api/", "/health", "/ready", "/metrics")
_SHOWN = 30
_log = logging.getLogger(__name__)

_SENTENCES = {
    "missing": "缺少必填项",
    "extra_forbidden": "不认识的字段",
    "json_invalid": "不是有效的 JSON",
    "string_type": "应为文字",
    "string_unicode": "含有不成字的编码",
    "string_pattern_mismatch": "含有不允许的字符",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "至少 {min_length} 个字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字过大",
    "int_from_float": "应为整数",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "enum": "不在可选值之中（{expected}）",
    "list_type": "应为列表",
    "too_long": "最多 {max_length} 项",
    "moment": "时刻应写成 2026-06-30 或 2026-06-30T09:00:00 的形式",
    "day": "日期应写成 2026-06-30 的形式",
    "day_range": "日期应在 1985-04-01 至 2200-12-31 之间",
    "group": "应写成 口径=名称（口径：{known}）",
    "model_attributes_type": "应为 JSON 对象，以 Content-Type: application/json 发送",
}
"""What is wrong with a field, by pydantic's type of error."""
_PLAIN = {
    400: ("bad_request", "请求无法解析：正文应为 UTF-8 编码的 JSON。"),
    404: ("no_such_address", "没有这个地址。接口一览见 /api/v1/openapi.json。"),
    405: ("method_not_allowed", "这个地址不支持该操作。接口一览见 /api/v1/openapi.json。"),
    413: ("too_large", "请求正文过大。请缩短后重试。"),
}
"""Code and sentence of what the framework refuses by itself."""
_TO_PEOPLE = {
    400: "提交的内容无法读取。请返回上一页，刷新后重试。",
    404: "没有这个页面。请从菜单进入。",
    405: "这个页面不支持该操作。请从菜单进入。",
}
"""The same on pages, where it is another sentence."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field; `path` such as body.text or query.type.0."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: `code` is stable and English, `detail` a Chinese sentence with what to do."""

    status: int
    code: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()

    def document(self, request_id: str) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "type": f"urn:matcher:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "errors": [{"path": error.path, "message": error.message} for error in self.errors],
            "request_id": request_id,
        }


class InvalidFields(InputError):
    """Fields that the importer's rules refuse, each with its sentence."""

    code = "invalid_record"

    def __init__(self, errors: Sequence[FieldProblem]) -> None:
        super().__init__("；".join(f"{error.path}：{error.message.rstrip('。')}" for error in errors) + "。")
        self.errors = tuple(errors)


def problem_of(error: MatcherError) -> Problem:
    """Our error as the table has it."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    return Problem(status, error.code, str(error), error.errors if isinstance(error, InvalidFields) else ())


def field_problems(errors: Sequence[Mapping[str, Any]]) -> tuple[FieldProblem, ...]:
    """Pydantic's errors as fields with Chinese sentences."""
    return tuple(_field_problem(error) for error in errors)


def problem_response(problem: Problem, request_id: str) -> Response:
    """The answer that carries a problem."""
    headers = {}
    if problem.status == 503:
        headers["Retry-After"] = str(_RETRY_SECONDS)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = orjson.dumps(problem.document(request_id))
    return Response(body, problem.status, headers, MEDIA_TYPE)


_DISK_FULL = Problem(
    507, "disk_full", "服务器的磁盘已满，未作任何更改。请管理员腾出空间（matcher doctor 会检查），然后重试。"
)


def answer_problems(app: FastAPI) -> None:
    """Let every error of `app` be answered as a problem."""
    app.add_exception_handler(MatcherError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(OSError, _unwritten)
    app.add_exception_handler(Exception, _unexpected)


def refusal(request: Request, problem: Problem, to_people: str = "") -> Response:
    """To programs a problem document, to people a page with their sentence, or the way to sign in."""
    request_id = _request_id(request)
    if request.url.path.startswith(_FOR_PROGRAMS):
        return problem_response(problem, request_id)
    page = refusal_page(request, problem.status, to_people or problem.detail, request_id)
    if problem.status == 503:
        page.headers["Retry-After"] = str(_RETRY_SECONDS)
    return page


def _request_id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, MatcherError)
    problem = _DISK_FULL if is_full(error) else problem_of(error)
    if problem.status == 500:
        _log.error("request %s: %s: %s", _request_id(request), error.code, error)
    return refusal(request, problem)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = field_problems(error.errors())
    detail = "；".join(f"{field.path}：{field.message}" for field in fields) + "。"
    to_people = "；".join(dict.fromkeys(field.message for field in fields))
    to_people = f"地址或表单中有误：{to_people}。请返回上一页，核对后重试。"
    return refusal(request, Problem(422, "invalid_request", detail, fields), to_people)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, detail = _PLAIN.get(error.status_code, ("refused", "请求被拒绝。"))
    to_people = _TO_PEOPLE.get(error.status_code, "")
    response = refusal(request, Problem(error.status_code, code, detail), to_people)
    response.headers.update(error.headers or {})
    return response


def _unwritten(request: Request, error: Exception) -> Response:
    if not is_full(error):
        raise error
    return refusal(request, _DISK_FULL)


def _unexpected(request: Request, error: Exception) -> Response:
    request_id = _request_id(request)
    _log.error("request %s failed", request_id, exc_info=error)
    detail = f"程序出错，未作任何更改。请把编号 {request_id} 和服务日志交给维护人员。"
    response = refusal(request, Problem(500, "internal", detail))
    response.headers["X-Request-ID"] = request_id
    return response


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    kind, place = error["type"], error["loc"]
    sentence = _SENTENCES.get(kind, "值无效")
    context = {name: _listed(value) for name, value in error.get("ctx", {}).items()}
    message = sentence.format_map(context) if kind in _SENTENCES else sentence
    if kind == "json_invalid":
        return FieldProblem("body", f"{message}（第 {place[-1]} 个字符处）")
    value = error.get("input")
    shown = isinstance(value, str | int | float) and kind not in ("missing", "string_unicode")
    text = str(value)[:_SHOWN].encode(errors="replace").decode()
    said = f"，收到的是“{text}”" if shown and text else ""
    return FieldProblem(".".join(str(part) for part in place), message + said)


def _listed(value: object) -> str:
    """Pydantic's list of choices ('a', 'b' or 'c') in Chinese punctuation; a bound without an idle zero."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value).replace("' or '", "、").replace("', '", "、").strip("'")
