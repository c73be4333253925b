"""Groups (资质类型=国有企业) as fields of requests: read where they stand, refused by the path of their field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, StrictStr
from pydantic_core import PydanticCustomError

from api.access.policy import Extent, Operation, extent
from api.http.problems import FieldProblem, InvalidFields
from api.serving import Serving
from matcher.errors import InputError
from matcher.groups import Dimension, Group, group_named
from matcher.programme.membership import Registry


def _named(text: str) -> str:
    try:
        group_named(text)
    except InputError as error:
        raise PydanticCustomError(
            "group", "a dimension and a name", {"known": "、".join(Dimension)}
        ) from error
    return text


GroupLine = Annotated[StrictStr, Field(max_length=200, pattern=r"^[^\x00]*$"), AfterValidator(_named)]
GroupLines = Annotated[list[GroupLine], Field(max_length=50)]
GROUPS = f"口径=名称，如 资质类型=国有企业；同一口径满足其一。口径：{'、'.join(Dimension)}"
"""How the description explains them."""


def groups_of(lines: Sequence[str]) -> tuple[Group, ...]:
    """Checked lines as groups."""
    return tuple(map(group_named, lines))


def require_known(serving: Serving, fields: Mapping[str, Group]) -> None:
    """Raise InvalidFields, listing what there is to who may read every need, for groups that nobody belongs to.

    `fields` by path.
    """
    if not fields:
        return
    everything = extent(serving.caller, Operation.READ_NEED) is Extent.ALL
    registry = Registry.of(serving.workspace.store, serving.workspace.settings.home)
    said = {path: registry.trouble(group, everything=everything) for path, group in fields.items()}
    if wrong := [FieldProblem(path, trouble) for path, trouble in said.items() if trouble]:
        raise InvalidFields(wrong)
