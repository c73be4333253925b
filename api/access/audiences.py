"""Which version of a list each role is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.access.policy import Operation, extent
from api.access.roles import Caller, Role
from matcher.errors import PermissionDenied
from matcher.matchlists.exports.presets import Preset, preset_named

_CONTACTS = frozenset({"权利人联系部门", "企业联系方式"})
_OPEN = "对外版"
_INTERNAL = "内部版"
_VERSIONS = {
    Role.BUREAU: _INTERNAL,
    Role.HOLDER: "高校版",
    Role.COLLEGE: "高校版",
    Role.ENTERPRISE: "企业版",
}
"""Everybody else: 对外版."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A version of a list and whom it is for (see `exports.audience.visible`)."""

    preset: Preset
    recipient: str = ""
    notice: str = ""
    """Why it shows less than it might, in Chinese."""

    @property
    def shows_contacts(self) -> bool:
        """Whether the contact departments of patents may stand in it."""
        return "权利人联系部门" not in self.preset.omitted

    def without_contacts(self, notice: str) -> Audience:
        """The same but for contacts; `notice` says why."""
        return replace(
            self, preset=replace(self.preset, omitted=self.preset.omitted | _CONTACTS), notice=notice
        )


def of_search(caller: Caller) -> Audience:
    """How `caller` sees what answers a text: anybody's patents, contacts for those entitled to all of them."""
    name = _OPEN if caller.role is Role.HOLDER else _own(caller)
    return Audience(_without_contacts(preset_named(name), caller))


def of_lists(caller: Caller, preset: str = "", recipient: str = "") -> Audience:
    """How `caller` sees lists: their own version; the bureau may ask for any. Raises PermissionDenied, InputError."""
    own = _own(caller)
    if caller.role is Role.BUREAU:
        return Audience(_without_contacts(preset_named(preset or own), caller), recipient)
    if preset not in ("", own) or recipient not in ("", caller.subject):
        raise PermissionDenied(f"“{caller.role}”只能查看本单位的{own}。")
    party = caller.college[0] if caller.role is Role.COLLEGE else caller.subject
    return Audience(_without_contacts(preset_named(own), caller), party if own != _OPEN else "")


def of_needs(caller: Caller, preset: str = "", recipient: str = "") -> Audience:
    """As `of_lists`, for a list of nothing but needs that are the caller's own: a city sees its own in full."""
    if caller.role is not Role.CITY:
        return of_lists(caller, preset, recipient)
    chosen = preset_named(preset or _INTERNAL)
    return Audience(replace(chosen, omitted=chosen.omitted | {"权利人联系部门"}), recipient)


def _own(caller: Caller) -> str:
    return _VERSIONS.get(caller.role, _OPEN)


def _without_contacts(preset: Preset, caller: Caller) -> Preset:
    if extent(caller, Operation.READ_CONTACTS) == "all":
        return preset
    # A holder's own version speaks of its own patents only, whose contacts are its own.
    if caller.role is Role.HOLDER and preset.name == _VERSIONS[Role.HOLDER]:
        return preset
    return replace(preset, omitted=preset.omitted | _CONTACTS)
