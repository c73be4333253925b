"""Which version of a list each role is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.access.policy import Operation, extent
from api.access.roles import Caller, Role
from matcher.errors import PermissionDenied
from matcher.matchlists.exports.presets import Preset, preset_named

_CONTACTS = frozenset({"权利人联系部门", "企业联系方式"})
_OPEN = "对外版"
_VERSIONS = {Role.BUREAU: "内部版", Role.HOLDER: "高校版", Role.ENTERPRISE: "企业版", Role.ANALYST: _OPEN}


@dataclass(frozen=True, slots=True)
class Audience:
    """A version of a list and whom it is for (see `exports.audience.visible`)."""

    preset: Preset
    recipient: str = ""


def of_search(caller: Caller) -> Audience:
    """How `caller` sees what answers a text: anybody's patents, contacts for those entitled to all of them."""
    name = _OPEN if caller.role is Role.HOLDER else _VERSIONS[caller.role]
    return Audience(_without_contacts(preset_named(name), caller))


def of_lists(caller: Caller, preset: str = "", recipient: str = "") -> Audience:
    """How `caller` sees lists: their own version; the bureau may ask for any. Raises PermissionDenied, InputError."""
    own = _VERSIONS[caller.role]
    if caller.role is Role.BUREAU:
        return Audience(_without_contacts(preset_named(preset or own), caller), recipient)
    if preset not in ("", own) or recipient not in ("", caller.subject):
        raise PermissionDenied(f"“{caller.role}”只能查看本单位的{own}。")
    return Audience(_without_contacts(preset_named(own), caller), caller.subject)


def _without_contacts(preset: Preset, caller: Caller) -> Preset:
    if extent(caller, Operation.READ_CONTACTS) == "all":
        return preset
    # A holder's own version speaks of its own patents only, whose contacts are its own.
    if caller.role is Role.HOLDER and preset.name == _VERSIONS[Role.HOLDER]:
        return preset
    return replace(preset, omitted=preset.omitted | _CONTACTS)
