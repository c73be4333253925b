"""The programme over real patents and the expert-judged needs: no row fails, and the numbers add up."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from eval.beir import read_collection
from matcher.groups import OF_NEEDS, Dimension
from matcher.importing import RecordKind, read_records
from matcher.inventory import Division, Item
from matcher.programme.diagnosis import diagnose
from matcher.programme.indicators import indicators, rate
from matcher.programme.industries import patent_tags, read_industries
from matcher.programme.membership import Registry
from matcher.programme.patent_facts import Known, facts
from matcher.programme.priorities import fee_advice
from matcher.programme.services import Asking, offers, read_services
from matcher.programme.splitting import Batch, shares, tasks, to_inventory
from matcher.programme.standing import Day, standings
from matcher.programme.tiers import decide, read_rules
from matcher.programme.transfer_list import transfer_list
from matcher.sample.province import province
from matcher.store.database import Store

DATA = os.environ.get("MATCHER_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="MATCHER_DATA is not set: the real files are not here")
DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def patents():
    path = Path(DATA or "") / "patents" / "taian_1985_2015.xlsx"
    return list({item.record.id: item.record for item in read_records(path, RecordKind.PATENTS)}.values())


def test_every_patent_is_handed_out_once(patents):
    open_ones = [one for one in patents if to_inventory(one, Item(one.id), DAY)]
    made = tasks(shares(open_ones, Division.INVENTOR), Batch("PD", Division.INVENTOR, DAY))
    counts = Counter(row.patent_id for task in made for row in task.rows)
    assert counts == Counter(one.id for one in open_ones)
    assert len(counts) > 1000, "most of them have run out by that day"


def test_every_patent_is_decided_listed_counted_and_advised(patents, tmp_path):
    table, rules = read_industries(tmp_path), read_rules(tmp_path)
    known = Known({}, {}, None, table, DAY)
    assert all(decide(facts(one, known), rules) for one in patents)
    assert sum(bool(patent_tags(one, table)) for one in patents) > 0.3 * len(patents)
    lines = transfer_list(patents, {}, {}, DAY)
    assert {line.listing.value for line in lines} == {"待核实"}, (
        "the file says nothing of funding: nothing is listed"
    )
    found = standings(patents, {}, Day(DAY, {}, {}, frozenset()))
    assert all(rate(one, found).numerator <= rate(one, found).denominator for one in indicators())
    assert len(fee_advice(patents, {}, {}, DAY)) == sum(
        one.status is None or one.status.value != "申请中" for one in patents
    )


def test_every_patent_has_its_groups_and_an_answer_to_every_service(patents, tmp_path):
    registry = Registry.of(Store.open(tmp_path / "matcher.db"), tmp_path)
    dimensions = set(Dimension) - OF_NEEDS
    found = {one.id: registry.of_patent(one) for one in patents}
    assert all({group.dimension for group in groups} == dimensions for groups in found.values())
    table, wanted = read_services(tmp_path), dict.fromkeys(read_services(tmp_path), "层级")
    asked = [Asking(one.id, wanted, registry.industries_of(one), (), one.region) for one in patents]
    made = offers(asked, province().services, table)
    assert {one.patent_id for one in made} == {one.id for one in patents}
    assert all(one.reason for one in made)


def test_every_need_is_diagnosed():
    needs = read_collection(Path(DATA or "") / "techneed_dev").needs
    found = [diagnose(need) for need in needs]
    assert len(found) == 143
    assert all(0 <= one.completeness <= 1 and 0 <= one.specificity <= 1 for one in found)
    assert all(len(one.missing) == len(one.questions) for one in found)
