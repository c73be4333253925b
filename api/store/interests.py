"""我想了解: interests of enterprises in patents and what the holders answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from api.store import tables
from matcher.errors import Conflict, NotFound
from matcher.interests import Answer, Interest, Reply
from matcher.store.engine import reading, writing
from matcher.store.intake import chunks

_INTERESTS, _ANSWERS = tables.interests, tables.answers


class Interests:
    """All interests of the service."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, interest: Interest) -> Interest:
        """Keep a new interest; where the enterprise has asked for the patent before, that one stays and is answered."""
        here = (_INTERESTS.c.enterprise_id == interest.enterprise_id) & (
            _INTERESTS.c.patent_id == interest.patent_id
        )
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(_INTERESTS), asdict(interest))
        except IntegrityError:
            return next(iter(self._read(here)), interest)
        return interest

    def withdraw(self, id: str) -> None:
        """Forget an interest that nobody has answered; raises NotFound where it is gone, Conflict once it is answered."""
        answered = Conflict("专利权人已经答复，意向不能撤回。请刷新查看答复。", code="answered")
        known = select(_ANSWERS.c.holder).where(_ANSWERS.c.interest_id == id)
        try:
            with writing(self._engine) as connection:
                if connection.execute(known).first() is not None:
                    raise answered
                if not connection.execute(delete(_INTERESTS).where(_INTERESTS.c.id == id)).rowcount:
                    raise NotFound("没有这条意向。")
        except IntegrityError as error:  # an answer was faster
            raise answered from error

    def get(self, id: str) -> Interest | None:
        """The interest of that id."""
        return next(iter(self._read(_INTERESTS.c.id == id)), None)

    def all(self) -> list[Interest]:
        """Every interest, the newest first."""
        return self._read()

    def of_enterprise(self, enterprise_id: str) -> list[Interest]:
        """An enterprise's interests, the newest first."""
        return self._read(_INTERESTS.c.enterprise_id == enterprise_id)

    def of_patents(self, patent_ids: Sequence[str]) -> list[Interest]:
        """The interests in these patents, the newest first."""
        found = [
            one for part in chunks(list(patent_ids)) for one in self._read(_INTERESTS.c.patent_id.in_(part))
        ]
        return sorted(found, key=lambda one: (one.created, one.id), reverse=True)

    def answer(self, answer: Answer) -> None:
        """Keep a holder's answer; raises NotFound where the interest was withdrawn, Conflict for a second answer."""
        known = select(_ANSWERS.c.reply).where(
            _ANSWERS.c.interest_id == answer.interest_id, _ANSWERS.c.holder == answer.holder
        )
        asked = select(_INTERESTS.c.id).where(_INTERESTS.c.id == answer.interest_id)
        taken = Conflict("本单位已经答复过这条意向，以先作出的答复为准。请刷新页面查看。", code="answered")
        try:
            with writing(self._engine) as connection:
                if connection.execute(known).first() is not None:
                    raise taken
                if connection.execute(asked).first() is None:
                    raise NotFound("没有这条意向。企业可能已经撤回。")
                connection.execute(insert(_ANSWERS), asdict(answer))
        except IntegrityError as error:  # another request was faster
            raise taken from error

    def answers(self, ids: Iterable[str]) -> dict[str, list[Answer]]:
        """The answers to these interests, by interest, in the holders' order."""
        found: dict[str, list[Answer]] = defaultdict(list)
        with reading(self._engine) as connection:
            for part in chunks(list(dict.fromkeys(ids))):
                query = select(_ANSWERS).where(_ANSWERS.c.interest_id.in_(part)).order_by(_ANSWERS.c.holder)
                for row in connection.execute(query):
                    found[row.interest_id].append(_answer(row))
        return dict(found)

    def _read(self, *which: ColumnElement[bool]) -> list[Interest]:
        query = select(_INTERESTS).where(*which)
        query = query.order_by(_INTERESTS.c.created.desc(), _INTERESTS.c.id.desc())
        with reading(self._engine) as connection:
            return [Interest(**row._mapping) for row in connection.execute(query)]


def _answer(row: Row[Any]) -> Answer:
    return Answer(**{**row._mapping, "reply": Reply(row.reply)})
