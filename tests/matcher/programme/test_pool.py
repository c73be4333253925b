"""Lists are made from the screened library once there is one."""

from matcher.inventory import Act, Item, Stage, move
from matcher.programme.pool import pooled
from matcher.store.filters import PatentFilter
from tests.matcher.programme.inventory_examples import PATENTS, TODAY

FIRST, SECOND = (one.id for one in PATENTS[:2])


def test_the_screened_library_is_the_pool_once_anything_is_screened(store):
    act, holder = Act("甲", TODAY), PatentFilter(holders=("泰山学院",))
    assert pooled(store, holder) == holder
    assert pooled(store, None) == PatentFilter()
    begun = move(Item(FIRST), Stage.SELF_ASSESSED, act)
    store.inventory.write([begun, move(Item(SECOND), Stage.SELF_ASSESSED, act)])
    assert pooled(store, holder) == holder, "a self-assessment does not screen"
    store.inventory.write([move(begun.after, Stage.SCREENED, act)])
    chosen = pooled(store, holder)
    assert chosen == PatentFilter(holders=("泰山学院",), screened=True)
    assert store.patents.ids(chosen) == [FIRST]
    assert store.patents.ids(pooled(store, PatentFilter(holders=("岱岳研究院",)))) == []
    assert pooled(store, holder, base=True) == holder
