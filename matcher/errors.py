"""The errors that reach a person, each with a stable English code and a Chinese sentence.

MatcherError                what happened and what to do, in Chinese
├── InputError              a file, a row or a value that the user can mend
├── NotFound                a record that is not in the workspace
├── Conflict                somebody else has changed it meanwhile
├── NotReady                an index or artefact that has to be built first
├── PermissionDenied        an operation this person or key may not do
├── SettingsError           matcher.toml, environment or option is wrong
├── ModelError              a model that cannot be loaded or answers wrongly
└── IndexDamaged            a stale, truncated or foreign index
"""

from __future__ import annotations


class MatcherError(Exception):
    """Base of all errors shown to people; `code` is stable and English, `str(error)` is Chinese."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class InputError(MatcherError):
    """A file, row or value that the user can mend."""

    code = "invalid_input"


class NotFound(MatcherError):
    """No such record in the workspace."""

    code = "not_found"


class Conflict(MatcherError):
    """The record was changed after it was read: read it again, then decide."""

    code = "conflict"


class NotReady(MatcherError):
    """Something has to be built or imported first."""

    code = "not_ready"


class PermissionDenied(MatcherError):
    """The caller may not do this."""

    code = "permission_denied"


class SettingsError(MatcherError):
    """A setting is unknown or has an impossible value."""

    code = "invalid_settings"


class ModelError(MatcherError):
    """A model cannot be loaded, or its answers are unusable."""

    code = "model_unusable"


class IndexDamaged(MatcherError):
    """An index on disk is stale, truncated or was made by something else."""

    code = "index_damaged"
