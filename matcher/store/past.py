"""What was known of a patent on a past day: replaying must not see what came later."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

from matcher.domain import LegalStatus, Patent
from matcher.identifiers import PublicationStage
from matcher.store.identity import publication_stage
from matcher.store.kinds import DECLARATIONS

_DEFAULTS = {field.name: field.default for field in fields(Patent) if field.name in DECLARATIONS}


def as_known(patent: Patent, known: date | None, as_of: date) -> Patent:
    """The patent without what happened or was stated after `as_of`.

    A later grant is unmade (申请中); a status of a later day, and declarations that became `known` later, are
    unknown again; encumbrances that began later are gone. `known` None: undated facts are taken as old.
    """
    changes: dict[str, object] = {}
    later = known is not None and known > as_of
    if later:
        changes.update(_DEFAULTS)
    ungranted = patent.granted is not None and patent.granted > as_of
    if ungranted:
        changes["granted"] = None
        if publication_stage(patent.publication_number) is PublicationStage.GRANT:
            changes["publication_number"] = ""
    if ungranted or (patent.status_date > as_of if patent.status_date else later):
        changes["status"] = LegalStatus.PENDING if ungranted else None
        changes["status_date"] = None
    if patent.encumbrances:
        begun = (item for item in patent.encumbrances if (item.since <= as_of if item.since else not later))
        changes["encumbrances"] = tuple(begun)
    return replace(patent, **changes) if changes else patent  # type: ignore[arg-type]
