"""The operations, one file for each group of addresses."""

from api.http.routes import (
    description,
    enterprises,
    events,
    imports,
    jobs,
    lists,
    matches,
    needs,
    patents,
    status,
)

# Addresses that end in a word come before those that end in an id of any form.
ROUTERS = tuple(
    module.router
    for module in (matches, lists, events, needs, patents, enterprises, imports, jobs, status, description)
)
