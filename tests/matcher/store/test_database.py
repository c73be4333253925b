"""The store as its users meet it: landing, linking, re-import, versions, reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from matcher.bands import FeeBand, MaturityBand
from matcher.domain import (
    Assessment,
    Encumbrance,
    EncumbranceKind,
    Enterprise,
    FeeTerms,
    Holder,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    Need,
    Patent,
    PatentType,
    Transaction,
    TransactionKind,
)
from matcher.errors import MatcherError, NotReady
from matcher.store.database import Store
from matcher.store.filters import NeedFilter, PatentFilter
from matcher.store.imports import Import
from matcher.store.intake import Landing, Outcome
from matcher.store.merging import Conflict
from matcher.store.sightings import Origin, Sighting, origin_of

PATENT = Patent(
    id="CN201610123456",
    title="一种石墨烯散热膜",
    application_number="CN201610123456.7",
    publication_number="CN105123456A",
    type=PatentType.INVENTION,
    holders=("东海大学",),
    ipc=("H05K 7/20", "C01B 32/184"),
    region="浙江省杭州市",
    filed=date(2016, 3, 1),
    published=date(2016, 9, 1),
)


def test_landing_then_again_changes_nothing(store: Store) -> None:
    empty = store.data_version()
    assert store.merge([PATENT]) == [Outcome("CN201610123456", Landing.LANDED)]
    version = store.data_version()
    assert version != empty
    assert store.merge([PATENT, PATENT]) == [Outcome("CN201610123456", Landing.MERGED)] * 2
    assert store.data_version() == version
    assert list(store.patents.all()) == [PATENT]


def test_a_conflict_is_reported_and_the_stored_value_stays(store: Store) -> None:
    store.merge([PATENT])
    version = store.data_version()
    (outcome,) = store.merge([replace(PATENT, filed=date(2016, 3, 2), abstract="薄膜。")])
    assert outcome.changed == ("abstract",)
    assert outcome.conflicts == (Conflict("filed", "2016-03-01", "2016-03-02"),)
    assert store.data_version() != version
    (patent,) = store.patents.all()
    assert (patent.filed, patent.abstract) == (date(2016, 3, 1), "薄膜。")
    (outcome,) = store.merge([replace(PATENT, filed=date(2016, 3, 2))], prefer_new=True)
    assert outcome.conflicts == (Conflict("filed", "2016-03-01", "2016-03-02"),)
    assert [patent.filed for patent in store.patents.all()] == [date(2016, 3, 2)]


def test_a_record_with_both_numbers_links_one_stored_under_its_publication(store: Store) -> None:
    early = replace(PATENT, id="PNCN105123456", application_number="", abstract="薄膜。")
    store.merge([early, Assessment("E1", early.id, "甲厂")])
    (outcome,) = store.merge([PATENT])
    assert outcome == Outcome(
        "CN201610123456", Landing.MERGED, ("application_number",), (), ("PNCN105123456",)
    )
    assert list(store.patents.all()) == [replace(PATENT, abstract="薄膜。")]
    assert store.patents.find("PNCN105123456") == replace(PATENT, abstract="薄膜。")
    # What refers to the old id is found under the new one, and so is the old record when it comes again.
    assert store.assessments.by_patent(["CN201610123456"]) == {
        "CN201610123456": [Assessment("E1", "CN201610123456", "甲厂")]
    }
    assert store.merge([early]) == [Outcome("CN201610123456", Landing.MERGED)]


def test_a_record_with_both_numbers_folds_two_stored_ones(store: Store) -> None:
    by_application = replace(PATENT, publication_number="", published=None, ipc=())
    by_publication = replace(PATENT, id="PNCN105123456", application_number="", region="")
    store.merge([by_application, by_publication])
    assert store.patents.count() == 2
    (outcome,) = store.merge([replace(PATENT, abstract="薄膜。")])
    assert outcome.id == "CN201610123456"
    assert outcome.linked == ("PNCN105123456",)
    assert outcome.changed == ("publication_number", "published", "ipc", "abstract")
    assert list(store.patents.all()) == [replace(PATENT, abstract="薄膜。")]
    assert store.patents.ids(PatentFilter(ipc=("C01B",))) == ["CN201610123456"]


def test_linking_within_one_batch(store: Store) -> None:
    early = replace(PATENT, id="PNCN105123456", application_number="")
    outcomes = store.merge([early, PATENT, early])
    assert [(outcome.landing, outcome.linked) for outcome in outcomes] == [
        (Landing.LANDED, ()),
        (Landing.MERGED, ("PNCN105123456",)),
        (Landing.MERGED, ()),
    ]
    assert store.patents.ids() == ["CN201610123456"]
    assert store.patents.find("PNCN105123456") == PATENT


def test_two_applications_never_fold_by_a_publication_number_they_both_claim(store: Store) -> None:
    other = replace(PATENT, id="CN201610999999", application_number="CN201610999999.1")
    outcomes = store.merge([PATENT, other])
    assert outcomes[1] == Outcome(
        "CN201610999999",
        Landing.LANDED,
        conflicts=(Conflict("publication_number", "CN201610123456", "CN201610999999"),),
    )
    assert store.patents.ids() == ["CN201610123456", "CN201610999999"]


def test_publications_of_application_and_grant_fold(store: Store) -> None:
    grant = replace(
        PATENT,
        id="PNCN105123456",
        application_number="",
        publication_number="CN105123456B",
        published=date(2018, 5, 1),
        granted=date(2018, 5, 1),
        title="石墨烯散热膜及其制法",
    )
    store.merge([PATENT])
    (outcome,) = store.merge([grant])
    assert outcome.conflicts == ()
    assert outcome.changed == ("title", "publication_number", "granted")
    folded = replace(PATENT, title=grant.title, publication_number="CN105123456B", granted=date(2018, 5, 1))
    assert list(store.patents.all()) == [folded]
    version = store.data_version()
    assert [outcome.conflicts for outcome in store.merge([PATENT, grant])] == [(), ()]
    assert store.data_version() == version
    assert store.patents.find("CN105123456A") == store.patents.find("CN 105123456 B") == folded


@pytest.mark.parametrize(
    "number",
    [
        "CN201610123456",
        "CN201610123456.7",
        "ZL 2016 1 0123456.7",
        "2016101234567",
        "201610123456",
        "ＣＮ２０１６１０１２３４５６．７",
        "CN105123456A",
        "CN105123456",
        "105123456",
        "cn105123456b",
    ],
)
def test_a_patent_is_found_by_any_form_of_its_numbers(store: Store, number: str) -> None:
    store.merge([PATENT])
    assert store.patents.find(number) == PATENT


def test_an_unknown_number_finds_nothing(store: Store) -> None:
    store.merge([PATENT])
    assert store.patents.find("CN201610123457") is None
    assert store.patents.find("") is None


def test_the_data_version_depends_on_the_data_alone(store: Store, tmp_path: Path) -> None:
    other = replace(PATENT, id="CN201710000001", application_number="CN201710000001.1", publication_number="")
    with Store.open(tmp_path / "another.db") as b:
        a = store
        a.merge([PATENT, other], known=date(2024, 1, 1))
        b.merge([replace(other, title="甲")])
        b.merge([PATENT])
        assert a.data_version() != b.data_version()
        b.merge([other], prefer_new=True)
        assert a.data_version() == b.data_version()
        a.merge([Enterprise("E", "甲厂")])
        assert a.data_version("patents") == b.data_version("patents")
        assert a.data_version() != b.data_version()


def test_patents_are_filtered_before_anything_else(store: Store) -> None:
    second = replace(
        PATENT,
        id="CN201710000001",
        application_number="",
        publication_number="",
        type=PatentType.DESIGN,
        status=LegalStatus.GRANTED,
        holders=("西山大学", "甲厂（集团）", "ABC研究院"),
        ipc=("H05K 70/1", "G06F 16/68"),
        maturity=Maturity(5, "小试", MaturityScale.STAGE),
        fee=FeeTerms(amount=20.0),
        modes=(LicensingMode.OPEN_LICENCE, LicensingMode.ASSIGNMENT),
        region="山东省泰安市",
    )
    store.merge([PATENT, second])
    both, first, last = ["CN201610123456", "CN201710000001"], ["CN201610123456"], ["CN201710000001"]
    expected = {
        PatentFilter(): both,
        PatentFilter(ids=("CN201710000001", "x")): last,
        PatentFilter(regions=("泰安",)): last,
        PatentFilter(regions=("%",)): [],
        PatentFilter(regions=("泰安", "浙江")): both,
        PatentFilter(types=(PatentType.DESIGN,)): last,
        PatentFilter(statuses=(LegalStatus.GRANTED,)): last,
        PatentFilter(holders=("甲厂(集团)",)): last,
        PatentFilter(holders=("甲厂",)): [],
        PatentFilter(holders=("abc研究院",)): last,
        PatentFilter(types=(None,)): [],
        PatentFilter(statuses=(None,)): first,
        PatentFilter(modes=(None,)): first,
        PatentFilter(regions=("",)): [],
        PatentFilter(maturities=(MaturityBand.TRIAL,)): last,
        PatentFilter(maturities=(None,)): first,
        PatentFilter(fees=(FeeBand.TO_50, FeeBand.FREE)): last,
        PatentFilter(fees=(None, FeeBand.TO_50)): both,
        PatentFilter(modes=(LicensingMode.OPEN_LICENCE,)): last,
        PatentFilter(ipc=("H05K",)): both,
        PatentFilter(ipc=("H05K 7",)): first,
        PatentFilter(ipc=("h05k7/20",)): first,
        PatentFilter(ipc=("G06F", "C01B")): both,
        PatentFilter(ipc=("H05K",), regions=("山东",)): last,
    }
    assert {wanted: store.patents.ids(wanted) for wanted in expected} == expected
    assert [patent.id for patent in store.patents.all(PatentFilter(ipc=("C01B",)))] == first


def test_the_past_shows_only_what_was_known(store: Store) -> None:
    pledged = Encumbrance(EncumbranceKind.PLEDGE, "丙银行", since=date(2019, 1, 1))
    patent = replace(
        PATENT,
        publication_number="CN105123456B",
        granted=date(2018, 5, 1),
        status=LegalStatus.PLEDGED,
        status_date=date(2020, 1, 1),
        encumbrances=(pledged,),
        modes=(LicensingMode.ASSIGNMENT,),
    )
    store.merge([patent], known=date(2021, 1, 1))

    def seen(day: date) -> list[Patent]:
        return list(store.patents.all(as_of=day))

    assert seen(date(2016, 8, 31)) == []
    assert store.patents.ids(as_of=date(2016, 8, 31)) == []
    bare = replace(patent, modes=(), encumbrances=(), status=None, status_date=None)
    pending = replace(bare, publication_number="", granted=None, status=LegalStatus.PENDING)
    assert seen(date(2016, 9, 1)) == [pending]
    assert seen(date(2018, 5, 1)) == [bare]
    assert seen(date(2019, 1, 1)) == [replace(bare, encumbrances=(pledged,))]
    assert seen(date(2020, 1, 1)) == [replace(patent, modes=())]
    assert seen(date(2021, 1, 1)) == [patent]


def test_enterprises_are_found_by_name_and_code_and_linked(store: Store) -> None:
    named = Enterprise("甲", "甲厂（集团）有限公司", focus_areas=("散热",))
    coded = Enterprise("91330100X", "甲厂(集团)有限公司", credit_code="91330100X", focus_areas=("石墨烯",))
    need = Need("N1", "散热膜", enterprise_id="甲", enterprise="甲厂", received=date(2024, 1, 1))
    store.merge([named])
    store.merge([need, Need("N2", "涂料", enterprise="乙厂", region="泰安市")])
    (outcome,) = store.merge([coded])
    assert outcome.linked == ("甲",)
    linked = replace(coded, name="甲厂（集团）有限公司", focus_areas=("散热", "石墨烯"))
    for text in ("甲", "91330100x", "甲厂(集团)有限公司", "甲厂（集团） 有限公司"):
        assert store.enterprises.find(text) == linked
    assert store.enterprises.find("乙厂") is None

    resolved = replace(need, enterprise_id="91330100X")
    assert list(store.needs.all(NeedFilter(enterprises=("甲厂（集团）有限公司",)))) == [resolved]
    assert store.needs.get("N1") == resolved
    assert [found.id for found in store.needs.all(NeedFilter(enterprises=("乙厂",)))] == ["N2"]
    assert [found.id for found in store.needs.all(NeedFilter(regions=("泰安",)))] == ["N2"]
    assert [found.id for found in store.needs.all(NeedFilter(ids=("N2", "N9")))] == ["N2"]
    assert [found.id for found in store.needs.all(NeedFilter(received_from=date(2024, 1, 1)))] == ["N1"]
    assert [found.id for found in store.needs.all(NeedFilter(received_to=date(2023, 12, 31)))] == []
    assert [found.id for found in store.needs.all(as_of=date(2023, 12, 31))] == ["N2"]


def test_transactions_are_read_under_the_stored_ids(store: Store) -> None:
    store.merge([PATENT])
    store.merge([Enterprise("91330100X", "甲厂", credit_code="91330100X")])
    sale = Transaction(
        "T1", "PNCN105123456", TransactionKind.ASSIGNMENT, date(2019, 1, 1), buyer_id="91330100X"
    )
    stray = Transaction("T2", "CN999", TransactionKind.PLEDGE, None)
    store.merge([stray, sale])
    assert list(store.transactions.all()) == [replace(sale, patent_id=PATENT.id), stray]
    assert list(store.transactions.all(as_of=date(2018, 1, 1))) == [stray]
    assert store.transactions.by_patent([PATENT.id, "CN999"]) == {
        PATENT.id: [replace(sale, patent_id=PATENT.id)],
        "CN999": [stray],
    }
    assert store.transactions.by_patent([PATENT.id], as_of=date(2018, 1, 1)) == {}


def test_records_are_read_by_id(store: Store) -> None:
    store.merge([Holder("H2", "西山大学"), Holder("H1", "东海大学", kind="高校")])
    assert store.holders.get("H1") == Holder("H1", "东海大学", kind="高校")
    assert store.holders.get("H3") is None
    assert store.holders.many(["H2", "H3"]) == {"H2": Holder("H2", "西山大学")}
    assert store.holders.count() == 2


def test_imports_are_recorded_and_are_no_data(store: Store) -> None:
    version = store.data_version()
    entry = Import(datetime(2024, 5, 1, 9, 30), "patents", "存量.xlsx", "ab" * 32, 10, 7, 2, 1)
    number = store.imports.add(entry)
    assert store.imports.all() == [entry]
    assert store.data_version() == version
    # A record that was folded into another brings its rows along.
    store.merge([replace(PATENT, id="CN105123456", application_number=""), PATENT])
    store.sightings.add(number, "patents", [Sighting("CN105123456", "专利", 2)])
    later = store.imports.add(replace(entry, file="补充.csv", at=datetime(2024, 6, 1)))
    store.sightings.add(later, "patents", [Sighting("CN201610123456", "", 9, ("status",))] * 2)
    origins = store.sightings.of("patents", "CN201610123456")
    assert origins == [
        Origin("存量.xlsx", "专利", 2, datetime(2024, 5, 1, 9, 30)),
        Origin("补充.csv", "", 9, datetime(2024, 6, 1), ("status",)),
    ]
    assert [origin_of(field, origins) for field in ("title", "status")] == origins


def test_corrected_columns_are_kept_by_kind_and_source(store: Store) -> None:
    store.columns.keep("patents", "某校", {"成果名": "title"})
    store.columns.keep("patents", "某校", {"成果名称": "title", "杂项": ""})
    assert store.columns.of("patents", "某校") == {"成果名称": "title", "杂项": ""}
    assert (store.columns.of("needs", "某校"), store.columns.of("patents", "")) == ({}, {})
    store.columns.keep("patents", "某校", {})
    assert store.columns.of("patents", "某校") == {}


def test_a_reader_sees_one_state_while_a_writer_writes(store: Store) -> None:
    many = [
        replace(PATENT, id=f"P{n:05d}", application_number="", publication_number="") for n in range(3000)
    ]
    store.merge(many)
    reader = store.patents.all()
    assert next(reader).id == "P00000"
    store.merge([replace(many[2999], title="新", own_id="x")], prefer_new=True)
    *_, last = reader
    assert last == many[2999]
    assert store.patents.get("P02999") == replace(many[2999], title="新", own_id="x")


def test_a_failed_batch_leaves_nothing(store: Store) -> None:
    version = store.data_version()
    with pytest.raises(TypeError):
        store.merge(
            [PATENT, replace(PATENT, id="P2", application_number="", publication_number="", title=object())]
        )  # type: ignore[arg-type]
    assert store.data_version() == version
    assert store.patents.count() == 0


def test_a_file_that_is_no_database_is_one_chinese_sentence(tmp_path: Path) -> None:
    (tmp_path / "matcher.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(MatcherError, match="不是数据库文件或已损坏"):
        Store.open(tmp_path / "matcher.db")


def test_a_folder_in_place_of_the_database_is_one_chinese_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="数据库无法使用"):
        Store.open(tmp_path)
