"""Known answers of every signal, and what all of them have in common."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain import (
    Assessment,
    Enterprise,
    FeeKind,
    FeeTerms,
    LegalStatus,
    LicensingMode,
    Maturity,
    MaturityScale,
    MaturitySource,
    Need,
    Patent,
    PatentType,
    Prospect,
)
from matcher.errors import SettingsError
from matcher.related import RelatedTerms
from matcher.signals.contract import Candidate, Context, Evidence
from matcher.signals.ipc import parts
from matcher.signals.region import Place, place
from matcher.signals.table import SIGNALS, weighted

TODAY = date(2024, 6, 1)
BY_NAME = {signal.name: signal for signal in SIGNALS}
M = LicensingMode


def read(name, need=None, patent=None, context=None, **values):
    candidate = Candidate(Patent("p", "磁悬浮轴承", **(patent or {})), **values)
    return BY_NAME[name].read(Need("n", "轴承", **(need or {})), candidate, context or Context(TODAY))


def said(reading):
    return (round(reading.value, 12), reading.reason)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_nothing_known_reads_nothing(signal):
    assert signal.read(Need("n", "轴承"), Candidate(Patent("p", "轴承")), Context(TODAY)) is None


SAYS = {
    "ipc": {"ipc": ("F16C",)},
    "maturity": {"min_maturity": Maturity(4, "4级", MaturityScale.TRL9)},
    "modes": {"modes": (M.ASSIGNMENT,)},
    "region": {"region": "山东省泰安市"},
    "fee": {},
    "right": {},
}
"""What a need has to say for a signal to concern it."""
FULL = Patent(
    "p",
    "磁悬浮轴承",
    type=PatentType.INVENTION,
    status=LegalStatus.GRANTED,
    filed=date(2020, 1, 1),
    ipc=("F16C 32/04",),
    maturity=Maturity(5, "5级", MaturityScale.TRL9),
    modes=(M.ASSIGNMENT,),
    region="山东省济南市",
    fee=FeeTerms(FeeKind.FREE),
)


@pytest.mark.parametrize("name", SAYS)
def test_a_signal_concerns_just_the_needs_that_it_can_read(name):
    signal, candidate, context = BY_NAME[name], Candidate(FULL), Context(TODAY)
    silent, said = Need("n", "轴承"), Need("n", "轴承", **SAYS[name])
    assert signal.concerns(said, context)
    assert signal.read(said, candidate, context) is not None
    assert signal.concerns(silent, context) == (signal.read(silent, candidate, context) is not None)


def test_what_its_enterprise_says_concerns_a_need():
    context = Context(TODAY, {"e": Enterprise("e", "厂", region="山东省", modes=(M.ASSIGNMENT,))})
    need = Need("n", "轴承", enterprise_id="e")
    for name in ("region", "modes"):
        assert BY_NAME[name].concerns(need, context)
        assert BY_NAME[name].read(need, Candidate(FULL), context) is not None
    assessed = Context(TODAY, assessments={"p": (Assessment("a", "p", "e", prospect=Prospect.GOOD),)})
    assert BY_NAME["assessments"].concerns(need, assessed)
    assert not BY_NAME["assessments"].concerns(need, context)
    assert all(BY_NAME[name].concerns(need, context) for name in ("semantic", "lexical", "rerank"))


def test_the_table():
    assert [signal.name for signal in SIGNALS] == [
        "semantic", "lexical", "rerank", "ipc", "maturity", "modes", "fee", "region", "right", "assessments",
    ]  # fmt: skip
    assert sum(signal.default_weight for signal in SIGNALS) == pytest.approx(1)
    assert sum(signal.default_weight for signal in SIGNALS if signal.textual) == pytest.approx(0.7)


def test_weights_from_settings():
    counting = weighted({"lexical": 0, "fee": 0.5})
    assert "lexical" not in [item.signal.name for item in counting]
    assert {item.signal.name: item.weight for item in counting}["fee"] == 0.5


@pytest.mark.parametrize(
    "weights", [{"semantics": 1}, {"fee": -0.1}, {"fee": float("nan")}, {"semantic": 0, "lexical": 0}]
)
def test_impossible_weights_are_refused(weights):
    with pytest.raises(SettingsError, match=r"ranking\.weights"):
        weighted(weights)


class TestText:
    CONTEXT = Context(
        TODAY,
        evidence=lambda need, patent: Evidence(("磁悬浮", "轴承"), "转子由磁悬浮轴承支承。", "摘要第2句"),
    )

    def test_values_are_those_of_retrieval(self):
        assert read("semantic", semantic=0.37).value == 0.37
        assert read("lexical", lexical=0.0).value == 0.0

    def test_the_lexical_reason_quotes_terms_and_sentence(self):
        assert (
            read("lexical", lexical=0.8, context=self.CONTEXT).reason
            == "需求与专利共有术语：磁悬浮、轴承；摘要第2句：“转子由磁悬浮轴承支承。”"
        )
        assert read("lexical", lexical=0.0).reason == "需求与专利没有共有术语"

    def test_the_semantic_reason_quotes_the_sentence_only_where_words_do_not(self):
        alone = Context(TODAY, evidence=lambda need, patent: Evidence((), "转子悬空。", "摘要第1句"))
        assert (
            read("semantic", semantic=0.8, context=alone).reason
            == "需求与专利含义相近；摘要第1句：“转子悬空。”"
        )
        assert read("semantic", semantic=0.8, context=self.CONTEXT).reason == "需求与专利“磁悬浮轴承”含义相近"
        assert read("semantic", semantic=0.4).reason == "需求与专利“磁悬浮轴承”含义有一定关联"

    def test_the_semantic_reason_names_the_words_that_it_takes_for_the_same(self):
        related = (RelatedTerms("变速箱", "齿轮箱"), RelatedTerms("废渣", "炉渣"))
        alone = Context(TODAY, evidence=lambda need, patent: Evidence((), related=related))
        assert (
            read("semantic", semantic=0.8, context=alone).reason
            == "需求与专利含义相近，如“变速箱”与“齿轮箱”、“废渣”与“炉渣”"
        )


class TestIpc:
    @pytest.mark.parametrize(
        ("symbol", "expected"),
        [
            ("G06F 16/68", ("G", "06", "F", "16", "68")),
            ("g06f0016/68", ("G", "06", "F", "16", "68")),
            ("G06F", ("G", "06", "F")),
            ("F16C 32/04(2006.01)", ("F", "16", "C", "32", "04")),
            ("轴承", ()),
        ],
    )
    def test_symbols(self, symbol, expected):
        assert parts(symbol) == expected

    @pytest.mark.parametrize(
        ("mine", "theirs", "expected"),
        [
            (("F16C 32/04",), ("F16C 32/04",), (1.0, "IPC 分类同属 F16C 32/04（小组）")),
            (("F16C 32/04",), ("F16C 32/06",), (0.85, "IPC 分类同属 F16C 32（大组）")),
            (("F16C",), ("F16C 17/00",), (0.65, "IPC 分类同属 F16C（小类）")),
            (("F16C 32/04",), ("F16D 1/00",), (0.35, "IPC 分类同属 F16（大类）")),
            (("F16C 32/04",), ("F01D 1/00",), (0.15, "IPC 分类同属 F（部）")),
            (("F16C 32/04",), ("A61K 8/00",), (0.0, "IPC 分类不同部：需求 F16C 32/04，专利 A61K 8/00")),
            (
                ("A61K 8/00", "F16C 32/04"),
                ("H02K 7/09", "F16C 32/06"),
                (0.85, "IPC 分类同属 F16C 32（大组）"),
            ),
        ],
    )
    def test_the_best_pair_counts(self, mine, theirs, expected):
        assert said(read("ipc", {"ipc": mine}, {"ipc": theirs})) == expected


class TestMaturity:
    @pytest.mark.parametrize(
        ("has", "asked", "cooperation", "expected"),
        [
            (5, 4, (), (1.0, "技术成熟度 TRL 5（自评，中试），需求可接受 TRL 4 以上")),
            (5, 7, (), (0.5, "技术成熟度 TRL 5（自评，中试），需求可接受 TRL 7 以上")),
            (5, 7, ("联合开发",), (0.8, "技术成熟度 TRL 5（自评，中试），需求可接受 TRL 7 以上，并接受联合开发")),
            (2, 9, (), (0.0, "技术成熟度 TRL 2（自评，中试），需求可接受 TRL 9 以上")),
        ],
    )  # fmt: skip
    def test_fit_against_what_the_need_accepts(self, has, asked, cooperation, expected):
        need = {"min_maturity": Maturity(asked, "", MaturityScale.TRL9), "cooperation": cooperation}
        assert (
            said(read("maturity", need, {"maturity": Maturity(has, "中试", MaturityScale.STAGE)})) == expected
        )

    def test_a_level_inferred_from_text_counts_less(self):
        need = {"min_maturity": Maturity(6, "", MaturityScale.TRL9)}
        inferred = Maturity(8, "", MaturityScale.FREE, MaturitySource.TEXT)
        assert said(read("maturity", need, {"maturity": inferred})) == (
            0.8,
            "技术成熟度 TRL 8（文本推断），需求可接受 TRL 6 以上",
        )


class TestModes:
    FREE = {"status": LegalStatus.GRANTED, "type": PatentType.INVENTION}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("accepted", "patent", "expected"),
        [
            ((M.ASSIGNMENT,), {"modes": (M.ASSIGNMENT,)}, (1.0, "双方均接受转让")),
            (
                (M.ASSIGNMENT,),
                {"modes": (M.ASSIGNMENT,), "status": LegalStatus.PLEDGED},
                (0.7, "双方均接受转让，需征得质权人同意"),
            ),
            (
                (M.EXCLUSIVE_LICENCE,),
                {"modes": (M.ASSIGNMENT,)},
                (0.3, "企业可接受独占许可，权利人仅表示可转让"),
            ),
            (
                (M.EXCLUSIVE_LICENCE,),
                {"status": LegalStatus.OPEN_LICENCE},
                (0.0, "企业可接受独占许可，该专利目前均不可行"),
            ),
            (
                (M.ORDINARY_LICENCE, M.ASSIGNMENT),
                {"status": LegalStatus.OPEN_LICENCE},
                (1.0, "双方均接受普通许可"),
            ),
        ],
    )
    def test_law_and_will(self, accepted, patent, expected):
        assert said(read("modes", {"modes": accepted}, self.FREE | patent)) == expected

    def test_silence_is_unknown(self):
        assert read("modes", {"modes": (M.ASSIGNMENT,)}, self.FREE) is None
        assert read("modes", {}, self.FREE | {"modes": (M.ASSIGNMENT,)}) is None
        assert read("modes", {"modes": (M.ASSIGNMENT,)}, {"modes": (M.ASSIGNMENT,)}) is None


class TestFee:
    @pytest.mark.parametrize(
        ("fee", "budget", "expected"),
        [
            (FeeTerms(FeeKind.LUMP_SUM, 20.0), 30.0, (1.0, "费用 20 万元（一次总付），在需求预算 30 万元以内")),
            (FeeTerms(FeeKind.LUMP_SUM, 45.0), 30.0, (0.5, "费用 45 万元（一次总付），超出需求预算 30 万元")),
            (FeeTerms(None, 90.0), 30.0, (0.0, "费用 90 万元，超出需求预算 30 万元")),
            (FeeTerms(FeeKind.ENTRY_PLUS_ROYALTY, 5.0), 30.0, (0.8, "费用 5 万元（入门费加提成），在需求预算 30 万元以内")),
            (FeeTerms(FeeKind.FREE), None, (1.0, "权利人免费许可")),
        ],
    )  # fmt: skip
    def test_price_against_budget(self, fee, budget, expected):
        assert said(read("fee", {"budget": budget}, {"fee": fee})) == expected

    def test_one_amount_is_not_enough(self):
        assert read("fee", {"budget": 30.0}, {"fee": FeeTerms(FeeKind.NEGOTIABLE)}) is None
        assert read("fee", {}, {"fee": FeeTerms(FeeKind.LUMP_SUM, 20.0)}) is None


class TestRegion:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("山东省泰安市泰山区", Place("山东", "泰安市")),
            ("山东泰安市", Place("山东", "泰安市")),
            ("泰安市", Place("", "泰安市")),
            ("山东省", Place("山东", "")),
            ("上海市浦东新区", Place("上海", "上海市")),
            ("内蒙古自治区呼和浩特市", Place("内蒙古", "呼和浩特市")),
            ("广西壮族自治区 南宁市", Place("广西", "南宁市")),
            ("吉林省延边朝鲜族自治州", Place("吉林", "延边朝鲜族自治州")),
            ("吉林省吉林市", Place("吉林", "吉林市")),
            ("云岭省青屿市", Place("云岭", "青屿市")),
            ("海外", Place("", "")),
        ],
    )
    def test_places(self, text, expected):
        assert place(text) == expected

    @pytest.mark.parametrize(
        ("mine", "theirs", "expected"),
        [
            ("山东省泰安市", "泰安市泰山区", (1.0, "专利权人与企业同在泰安市")),
            ("山东省泰安市", "山东济南市", (0.75, "专利权人与企业同在山东")),
            ("山东省", "广东省深圳市", (0.0, "专利权人在广东，企业在山东")),
        ],
    )
    def test_city_province_elsewhere(self, mine, theirs, expected):
        assert said(read("region", {"region": mine}, {"region": theirs})) == expected

    def test_names_that_cannot_be_compared_are_unknown(self):
        assert read("region", {"region": "泰安市"}, {"region": "深圳市"}) is None

    def test_the_enterprise_stands_in_for_the_need(self):
        context = Context(TODAY, enterprises={"e": Enterprise("e", "甲公司", region="泰安市")})
        reading = read("region", {"enterprise_id": "e"}, {"region": "山东省泰安市"}, context)
        assert reading.value == 1.0


def test_right_is_half_type_and_half_remaining_term():
    invention = {"type": PatentType.INVENTION, "filed": date(2018, 6, 1)}
    assert said(read("right", {}, invention)) == (
        1.0,
        "发明专利，剩余保护期约 14.0 年（预计 2038-06-01 届满）",
    )
    model = {"type": PatentType.UTILITY_MODEL, "filed": date(2014, 6, 1)}
    assert said(read("right", {}, model)) == (0.3, "实用新型，剩余保护期约 0.0 年（预计 2024-06-01 届满）")


def said_of(patent, who, prospect):
    return Assessment(f"{patent}{who}", patent, who, prospect=prospect, on=TODAY)


def by_patent(items):
    return {id_: tuple(one for one in items if one.patent_id == id_) for id_ in "pq"}


class TestAssessments:
    @staticmethod
    def context(*items):
        return Context(TODAY, assessments={"p": items})

    def test_one_fresh_stranger(self):
        context = self.context(Assessment("a", "p", "f", prospect=Prospect.GOOD, on=TODAY))
        # (¼ + 0.7) / (½ + 0.7)
        assert said(read("assessments", {}, {}, context)) == (
            round(0.95 / 1.2, 12),
            "其他企业评价产业化前景“好”1 次（最近 2024-06-01；每 730 天减半，并按评价方与他人评价的一致程度，折算 0.7 次）",
        )

    def test_own_word_counts_three_times_and_old_words_half(self):
        context = self.context(
            Assessment("a", "p", "f", prospect=Prospect.POOR, on=TODAY),
            Assessment("b", "p", "e", prospect=Prospect.FAIR, on=date(2022, 6, 2)),  # 730 days ago
        )
        # for: ¼ + 3 · ½ · 0.7 · 0.5; against: ¼ + 0.7
        assert said(read("assessments", {"enterprise_id": "e"}, {}, context)) == (
            round(0.775 / 1.725, 12),
            "本企业曾评价产业化前景“较好”（2022-06-02）；"
            "其他企业评价产业化前景“差”1 次（最近 2024-06-01；每 730 天减半，并按评价方与他人评价的一致程度，折算 0.7 次）",
        )

    def test_the_half_life_is_a_setting(self):
        old = Assessment("a", "p", "f", prospect=Prospect.GOOD, on=date(2023, 6, 2))  # 365 days ago
        context = Context(TODAY, assessments={"p": (old,)}, half_life=365)
        assert read("assessments", {}, {}, context).value == pytest.approx((0.25 + 0.35) / (0.5 + 0.35))

    def test_who_agrees_with_others_elsewhere_counts_more(self):
        """f said of q and r what others said; g said the opposite of them."""
        others = {
            "q": (said_of("q", "f", Prospect.GOOD), said_of("q", "h", Prospect.GOOD)),
            "r": (said_of("r", "g", Prospect.POOR), said_of("r", "h", Prospect.GOOD)),
        }
        values = {}
        for who in ("f", "g"):
            context = Context(TODAY, assessments={"p": (said_of("p", who, Prospect.GOOD),), **others})
            values[who] = read("assessments", {}, {}, context).value
        # (2 · 0.7 + 1) / 3 = 0.8 and (2 · 0.7 + 0) / 3
        assert values == {
            "f": pytest.approx(1.05 / 1.3),
            "g": pytest.approx((0.25 + 1.4 / 3) / (0.5 + 1.4 / 3)),
        }

    def test_what_is_said_later_makes_nobody_reliable(self):
        later = Assessment("z", "q", "h", prospect=Prospect.GOOD, on=date(2024, 6, 2))
        known = {"p": (said_of("p", "f", Prospect.GOOD),), "q": (said_of("q", "f", Prospect.GOOD), later)}
        context = Context(TODAY, assessments=known)
        assert context.reliability().weight("f", "p") == pytest.approx(0.7)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from("pq"), st.sampled_from("efg"), st.sampled_from(Prospect), st.integers(0, 3000)
            ),
            min_size=1,
            max_size=8,
        ),
        st.data(),
    )
    def test_deleting_a_good_word_never_raises_the_value(self, words, data):
        """Whoever said it, whenever, and whatever the others have said of this patent and another one."""
        items = [
            Assessment(str(n), patent, who, prospect=prospect, on=TODAY - timedelta(days=days))
            for n, (patent, who, prospect, days) in enumerate(words)
        ]
        good = [
            one for one in items if one.patent_id == "p" and one.prospect in (Prospect.GOOD, Prospect.FAIR)
        ]
        if not good:
            return
        gone = data.draw(st.sampled_from(good))
        before, after = (
            read("assessments", {"enterprise_id": "e"}, {}, Context(TODAY, assessments=by_patent(kept)))
            for kept in (items, [one for one in items if one is not gone])
        )
        assert (0.5 if after is None else after.value) <= before.value + 1e-12

    def test_what_is_said_later_or_says_nothing_is_not_read(self):
        later = Assessment("a", "p", "f", prospect=Prospect.GOOD, on=date(2024, 6, 2))
        silent = Assessment("b", "p", "f", on=TODAY)
        assert read("assessments", {}, {}, self.context(later, silent)) is None
