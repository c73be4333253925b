"""The feed of transferable patents over a province: what it costs to bring it up to date, and to page through it.

python -m benchmarks.feeding [--patents 20000]
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Lock

from api.offers import Offers
from api.store.database import open_service
from api.store.feed import Feed
from benchmarks.measuring import Cost, clocked
from benchmarks.province import AS_OF, NOW, filled, opened
from benchmarks.sizes import sizes

_CHANGED = 1_000
_PAGE = 200


def line(cost: Cost) -> str:
    """Wall and processor time."""
    return f"{cost.seconds:9.3f} s wall{cost.processor:9.3f} s processor"


def main() -> None:
    """Print all."""
    asked = sizes(__doc__)
    with opened(filled(asked)) as workspace:
        store = workspace.store
        offers = Offers(store, Feed(open_service(workspace.settings)), Lock())
        print(f"The feed over {store.patents.count():,} patents")
        later = NOW + timedelta(days=1)
        rows = [
            ("first time, or nothing changed since the last run", lambda: offers.refresh(NOW)),
            ("nothing changed", lambda: offers.refresh(NOW)),
            ("a new day", lambda: offers.refresh(later)),
        ]
        for name, work in rows:
            print(f"{name:52s}{line(clocked(work))}", flush=True)
        page = store.patents.page("", _CHANGED)
        changed = [replace(one, scenario=f"{one.scenario}改") for one in page]
        store.merge(changed, AS_OF, prefer_new=True)
        name = f"{_CHANGED:,} patents changed"
        print(f"{name:52s}{line(clocked(lambda: offers.refresh(later)))}", flush=True)
        name = f"a page of {_PAGE} changes, read and worded"
        ids = [change.patent_id for change in offers.feed.page(0, None, _PAGE)]
        print(f"{name:52s}{line(clocked(lambda: offers.offers(ids, later)))}")


if __name__ == "__main__":
    main()
