"""Turns records into table rows and back, exactly: one mapping for every record type."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Generic, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson
from sqlalchemy import Column, Date, Table


class Record(Protocol):
    """A dataclass of `matcher.domain` that has an identity."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str:
        """The identity in the store."""
        ...


R = TypeVar("R", bound=Record)
Converter = Callable[[Any], Any]

BODY = "body"
"""The column that holds, as JSON, every field that has no column of its own."""
BODY_DIGEST = "body_digest"
"""The column that holds, in tables that have it, the 128-bit BLAKE2b of the body (hex): what has changed is found without reading it."""


class Mapping(Generic[R]):
    """Record ↔ row of `table`: fields named like a column stand there, the others in `body`.

    Fields at their default are left out of the body, so a field added later needs no migration.
    """

    def __init__(self, record: type[R], table: Table) -> None:
        self._type = record
        converters = _converters(record)
        self._digested = BODY_DIGEST in table.c
        self._own = [field.name for field in _fields(record) if field.name in table.c]
        self._rest = [field.name for field in _fields(record) if field.name not in table.c]
        # A driver answers a date column with a date; the others come as text.
        self._converters = {
            name: converter
            for name, converter in converters.items()
            if name not in table.c or not isinstance(table.c[name].type, Date)
        }
        self.columns: list[Column[Any]] = [table.c[name] for name in [*self._own, BODY]]
        """What to select, in the order that `record` reads."""

    def row(self, record: R) -> dict[str, object]:
        """The values of the record's columns, by name."""
        row: dict[str, object] = {}
        for name in self._own:
            value = getattr(record, name)
            row[name] = value.value if isinstance(value, Enum) else value
        body = orjson.dumps(_stated(record, self._rest))
        row[BODY] = body.decode()
        if self._digested:
            row[BODY_DIGEST] = hashlib.blake2b(body, digest_size=16).hexdigest()
        return row

    def record(self, row: Sequence[Any]) -> R:
        """The record of a row whose values stand in the order of `columns` (more may follow)."""
        values: dict[str, Any] = orjson.loads(row[len(self._own)])
        values.update(zip(self._own, row, strict=False))
        _convert(values, self._converters)
        return self._type(**values)


def digest(record: Record) -> int:
    """128-bit BLAKE2b of the record's stated facts; a field added later at its default changes nothing."""
    stated = orjson.dumps(_stated(record, list(_defaults(type(record)))), option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(stated, digest_size=16).digest(), "big")


def _stated(record: Record, names: Sequence[str]) -> dict[str, object]:
    defaults = _defaults(type(record))
    stated = {}
    for name in names:
        value = getattr(record, name)
        if value != defaults[name]:
            stated[name] = value
    return stated


@cache
def _defaults(record: type) -> dict[str, object]:
    """Each field's default; one without a default is always stated, for nothing equals MISSING."""
    return {field.name: field.default for field in _fields(record)}


@cache
def _fields(record: type) -> tuple[Field[Any], ...]:
    return fields(record)


@cache
def _converters(record: type) -> dict[str, Converter]:
    """How to read back the fields that JSON does not return as they were."""
    converters = {name: _converter(hint) for name, hint in get_type_hints(record).items()}
    return {name: converter for name, converter in converters.items() if converter is not None}


def _converter(hint: Any) -> Converter | None:  # noqa: ANN401 (any type hint)
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is tuple:
        item = _converter(get_args(hint)[0])
        return tuple if item is None else lambda values: tuple(map(item, values))
    if hint is date or hint is datetime:
        return hint.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = {member.value: member for member in hint}
        return lambda value: members.get(value) or hint(value)  # calling an Enum takes ten times as long
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda values: restored(hint, values)
    return None


T = TypeVar("T")


def restored(record: type[T], values: dict[str, Any]) -> T:
    """A dataclass from what JSON made of it: dates, coded terms, tuples and nested dataclasses as they were."""
    _convert(values, _converters(record))  # type: ignore[arg-type]  # a type is hashable
    return record(**values)


def _convert(values: dict[str, Any], converters: dict[str, Converter]) -> None:
    for name in converters.keys() & values.keys():
        if values[name] is not None:
            values[name] = converters[name](values[name])
