"""The inventory's states, history and tasks survive the store exactly."""

from datetime import date, datetime

import pytest

from matcher.domain import FeeKind, FeeTerms, LicensingMode, Maturity, MaturityScale, Prospect
from matcher.errors import Conflict, InputError
from matcher.inventory import (
    NEXT,
    Act,
    Appraisal,
    Division,
    Item,
    Justification,
    Printed,
    Stage,
    Task,
    changed,
    move,
)

FIRST = Act("王某", datetime(2026, 3, 1, 9), "盘点.xlsx")
LATER = Act("李某", datetime(2026, 4, 2, 9))
SAID = Appraisal(
    "张三",
    date(2026, 3, 1),
    Prospect.FAIR,
    Maturity(5, "中试", MaturityScale.STAGE),
    modes=(LicensingMode.ASSIGNMENT,),
    fee=FeeTerms(FeeKind.LUMP_SUM, 12.0, "12"),
)


def test_moves_are_written_with_their_history_and_read_as_of_a_day(store):
    begun = move(Item("CN1"), Stage.AWAITING, FIRST)
    store.inventory.write([begun])
    item = store.inventory.many(["CN1", "CN2"])
    assert item == {"CN1": begun.after, "CN2": Item("CN2")}
    done = move(begun.after, Stage.SELF_ASSESSED, LATER)
    store.inventory.write([done])
    assert [(step.before, step.after, step.by) for step in store.inventory.history(["CN1"])] == [
        (Stage.NOT_STARTED, Stage.AWAITING, "王某"),
        (Stage.AWAITING, Stage.SELF_ASSESSED, "李某"),
    ]
    assert store.inventory.stages_at(date(2026, 2, 28)) == {}
    assert store.inventory.stages_at(date(2026, 4, 1)) == {"CN1": Stage.AWAITING}
    assert store.inventory.stages_at(date(2026, 4, 2)) == {"CN1": Stage.SELF_ASSESSED}
    assert store.inventory.revision() == 2


def test_an_item_keeps_both_appraisals_and_the_justification(store):
    item = Item(
        "CN1",
        self_assessment=SAID,
        central=SAID,
        justification=Justification("涉密", "省局", date(2026, 1, 2)),
    )
    written = changed(Item("CN1"), item, FIRST).after
    store.inventory.write([changed(Item("CN1"), item, FIRST)])
    assert store.inventory.all() == {"CN1": written}


def test_two_editors_of_one_state_do_not_both_write(store):
    store.inventory.write([move(Item("CN1"), Stage.AWAITING, FIRST)])
    with pytest.raises(Conflict, match="CN1"):
        store.inventory.write([move(Item("CN1"), Stage.AWAITING, LATER)])
    assert store.inventory.revision() == 1, "nothing of a refused write remains"


def test_tasks_are_replaced_by_id(store):
    rows = (Printed("CN1", ("ZL1", "一种阀门")),)
    task = Task(
        "PD20260301-001",
        "PD20260301",
        "甲大学",
        "机械学院",
        Division.COLLEGE,
        date(2026, 3, 1),
        "a.xlsx",
        rows,
    )
    store.inventory.save([task])
    store.inventory.save([task])
    assert store.inventory.tasks("PD20260301") == [task]
    assert store.inventory.tasks("PD20260302") == []


@pytest.mark.parametrize("before", list(Stage))
@pytest.mark.parametrize("after", list(Stage))
def test_transitions(before, after):
    """Nobody is back at 未盘点, nothing follows itself, and 资源库 needs a self-assessment before it."""
    item = Item("CN1", before, 1)
    forbidden = (
        after is Stage.NOT_STARTED
        or after is before
        or (after is Stage.SCREENED and before in (Stage.NOT_STARTED, Stage.AWAITING, Stage.DEAD))
        or (before is Stage.DEAD and after is not Stage.AWAITING)
    )
    if forbidden:
        with pytest.raises(InputError, match="可改为"):
            move(item, after, FIRST, "原因")
    elif after in NEXT[before]:
        found = move(item, after, FIRST, "原因").after
        assert (found.stage, found.version, found.changed_on) == (after, 2, date(2026, 3, 1))


def test_held_needs_its_reason():
    with pytest.raises(InputError, match="CN1 改为“暂不入库”须填写原因"):
        move(Item("CN1", Stage.CENTRAL, 3), Stage.HELD, FIRST)
