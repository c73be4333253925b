"""The operations, one file for each group of addresses."""

from api.handing_in import LARGEST
from api.http.routes import (
    assessments,
    description,
    enterprises,
    evaluations,
    events,
    feed,
    imports,
    interests,
    jobs,
    list_versions,
    lists,
    matches,
    needs,
    outcomes,
    patents,
    reports,
    status,
)

# Addresses that end in a word come before those that end in an id of any form.
ROUTERS = tuple(
    module.router
    for module in (
        matches,
        assessments,
        lists,
        outcomes,
        events,
        list_versions,
        needs,
        patents,
        enterprises,
        imports,
        interests,
        jobs,
        reports,
        evaluations,
        feed,
        status,
        description,
    )
)
UPLOADS = {
    imports.ADDRESS: imports.LARGEST,
    reports.EXPORTS: reports.LARGEST_TEMPLATE,
    evaluations.JUDGEMENTS: LARGEST,
}
"""Addresses that take files, and the bytes they take."""
