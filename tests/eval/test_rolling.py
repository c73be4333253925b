from __future__ import annotations

from datetime import date

import pytest

from eval import usecases
from eval.html import as_html
from eval.replay import Past
from eval.report import Stamp
from eval.rolling import baseline_answer, days, roll, verdict
from eval.scoring import Mode, Scheme
from eval.splits import Cut, rolling
from matcher.domain import Enterprise, Patent, PatentType, Transaction, TransactionKind
from matcher.errors import InputError

CUTS = rolling(date(2019, 1, 1), date(2022, 1, 1), 12)
SCHEME = Scheme(Mode.FULL, ("hit@1", "hit@10"))
STAMP = Stamp("样例", "默认", 0, "matcher eval history")


def _patent(number: int, title: str) -> Patent:
    return Patent(
        f"p{number}",
        title,
        type=PatentType.INVENTION,
        filed=date(2015, 1, 1),
        granted=date(2017, 1, 1),
        holders=("临江大学",),
    )


def _past() -> Past:
    """Two enterprises that each buy what they said they need, in the first and in the third year."""
    return Past(
        [_patent(i, title) for i, title in enumerate(("滚动轴承润滑", "废水除磷剂", "齿轮箱", "涂层喷枪"))],
        [
            Enterprise("e1", "宏远", focus_areas=("轴承润滑",)),
            Enterprise("e2", "清源", focus_areas=("废水除磷",)),
        ],
        [],
        [
            Transaction(
                "t1", "p0", TransactionKind.ORDINARY_LICENCE, date(2019, 6, 1), "临江大学", "宏远", "e1"
            ),
            Transaction("t2", "p1", TransactionKind.ASSIGNMENT, date(2021, 6, 1), "临江大学", "清源", "e2"),
            Transaction("t3", "p0", TransactionKind.PLEDGE, date(2020, 6, 1), "临江大学", "银行"),
        ],
    )


def test_all_cuts_are_measured_together_and_empty_ones_are_said() -> None:
    found = roll(days(_past(), CUTS), baseline_answer("bm25-chars"), SCHEME)
    assert found.scores.need_ids == ("e1@2019-01-01", "e2@2021-01-01")
    assert found.scores.values["hit@1"].tolist() == [1.0, 1.0]
    assert found.groups == {"e1@2019-01-01": "e1", "e2@2021-01-01": "e2"}
    assert found.notes == (
        "2020-01-01 之后到 2021-01-01 没有可评测的交易：0 笔交易的买方或专利在时点上都不在候选中。",
    )
    with pytest.raises(InputError, match="1 个时间段里都没有可评测的交易"):
        days(_past(), CUTS[1:2])


def test_of_a_province_the_buyers_and_a_drawn_part_of_the_others_are_asked() -> None:
    past = _past()
    more = [Enterprise(f"x{i}", f"外{i}", focus_areas=("齿轮",)) for i in range(9)]
    crowded = Past(past.patents, [*past.enterprises, *more], past.needs, past.transactions)
    found = days(crowded, CUTS, seed=1, others=3)
    for at in found.replays:
        assert (len(at.asked), len(at.silent), len(at.needs)) == (4, 7, 11)
        assert set(at.judgements.levels) <= {need.id for need in at.asked}
    assert found == days(crowded, CUTS, seed=1, others=3)
    assert found != days(crowded, CUTS, seed=2, others=3)
    assert found.notes[0] == (
        "2019-01-01：11 家企业中，除 1 家后来的买方外，抽取 3 家出清单，覆盖与集中程度按这些清单计算。"
    )
    assert len(days(crowded, CUTS).replays[0].asked) == 11
    assert days(crowded, CUTS, others=0).notes == days(_past(), CUTS).notes


def test_the_verdict_counts_enterprises_deals_and_what_is_set_apart() -> None:
    own, chance = (
        roll(days(_past(), CUTS), baseline_answer(name), SCHEME) for name in ("bm25-chars", "random")
    )
    said = verdict(own, chance, own, k=1)
    assert (said.period, said.needs, said.deals, said.patents) == ("2019-01-01 至 2022-01-01", 2, 2, 4)
    assert said.hit.mean == said.keywords.mean == 1.0
    assert (said.days, said.times, said.advantage.mean) == (2, 2, 0.0)
    assert said.coverage == 0.5
    assert said.set_apart == 1


def _history(cuts: tuple[Cut, ...] = CUTS) -> usecases.History:
    names = ("bm25-words", "random", "popularity", "bm25-chars")
    answers = {name: baseline_answer(name) for name in names}
    return usecases.replayed(_past(), cuts, answers, STAMP, scheme=SCHEME)


def test_the_report_compares_systems_and_shows_groups_exposure_and_propensity() -> None:
    found = _history().report
    assert [one.scores.run for one in found.evaluations] == [
        "bm25-words",
        "random",
        "popularity",
        "bm25-chars",
    ]
    comparison = found.comparisons[1]
    # popularity knows no deal before 2019 and lists p0 first by its id; by 2021 p0's licence keeps it there
    assert (comparison.run, comparison.baseline_mean, comparison.mean) == ("popularity", 1.0, 0.5)
    assert [(one.name, one.needs) for one in found.strata] == [
        ("无历史交易的企业", 2),
        ("只有关注领域", 2),
        ("地区未知", 2),
        ("发明专利", 2),
        ("长尾专利", 2),
    ]
    assert [run for run, _ in found.exposure] == ["bm25-words", "random", "popularity", "bm25-chars"]
    assert [(one.run, one.measure) for one in found.propensity[-2:]] == [
        ("bm25-chars", "recall@10"),
        ("bm25-chars", "ndcg@10"),
    ]
    assert found.notes == (
        "2020-01-01 之后到 2021-01-01 没有可评测的交易：0 笔交易的买方或专利在时点上都不在候选中。",
        "1 条记录未计入：名称、地址变更或质押，不是交易（例如 t3）。",
        "2 次清单中有 2 次只依据企业的关注领域；关注领域没有日期，按当时已有计算，若是成交之后才填写的，命中率会偏高。",
    )
    page = as_html(found)
    for heading in ("清单覆盖与集中程度", "按热度逆倾向加权前后", "分组：BM25（字）"):
        assert heading in page


def test_the_weights_are_those_of_each_cut() -> None:
    past = _past()
    again = Transaction(
        "t4", "p0", TransactionKind.ORDINARY_LICENCE, date(2021, 7, 1), "临江大学", "清源", "e2"
    )
    found = usecases.replayed(
        Past(past.patents, past.enterprises, past.needs, [*past.transactions, again]),
        CUTS,
        {name: baseline_answer(name) for name in ("bm25-words", "random", "popularity")},
        STAMP,
        scheme=SCHEME,
    ).report
    # by 2021 p0 had been licensed once: it is popular for e2@2021, and was not for e1@2019
    assert [(one.name, one.needs) for one in found.strata if "专利" in one.name] == [
        ("发明专利", 2),
        ("热门专利", 1),
        ("长尾专利", 2),
    ]


def test_the_one_page_is_made_of_the_replay() -> None:
    names = ("bm25-words", "random", "bm25-chars")
    answers = {name: baseline_answer(name) for name in names}
    page = usecases.replayed(_past(), CUTS, answers, STAMP, scheme=SCHEME).page
    assert "有 2 家企业买入或获许可了候选库中的专利（共 2 项）" in page
    assert "100%（100%–100%）" in page
    assert "只有 2 家企业可供检验" in page
    assert "2 次清单中有 2 次只依据企业的关注领域" in page
