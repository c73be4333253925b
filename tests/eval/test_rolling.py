from __future__ import annotations

from datetime import date

import pytest

from eval import usecases
from eval.replay import Past
from eval.report import Stamp, as_html
from eval.rolling import baseline_answer, guarded, roll, verdict
from eval.scoring import Mode, Scheme
from eval.splits import rolling
from matcher.domain import Enterprise, Patent, PatentType, Transaction, TransactionKind
from matcher.errors import InputError
from matcher.ranker import Made, RankerArtefact

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
    found = roll(_past(), CUTS, baseline_answer("bm25-chars"), SCHEME)
    assert found.scores.need_ids == ("e1@2019-01-01", "e2@2021-01-01")
    assert found.scores.values["hit@1"].tolist() == [1.0, 1.0]
    assert found.groups == {"e1@2019-01-01": "e1", "e2@2021-01-01": "e2"}
    assert found.empty == (
        "2020-01-01 之后到 2021-01-01 没有可评测的交易：0 笔交易的买方或专利在时点上都不在候选中。",
    )
    with pytest.raises(InputError, match="1 个时间段里都没有可评测的交易"):
        roll(_past(), CUTS[1:2], baseline_answer("random"), SCHEME)


def test_weights_that_may_have_seen_the_answers_are_refused() -> None:
    made = Made(date(2020, 1, 1), "d", "标题", "m", "s", 50, 2000, 0, "matcher train ranker")
    answer = guarded(baseline_answer("random"), RankerArtefact({}, {}, "", made))
    with pytest.raises(InputError, match="不能用于评测更早的时点 2019-01-01") as error:
        roll(_past(), CUTS, answer, SCHEME)
    assert error.value.code == "leak"
    assert roll(_past(), CUTS[2:], answer, SCHEME).scores.need_ids == ("e2@2021-01-01",)


def test_the_verdict_counts_enterprises_deals_and_what_is_set_apart() -> None:
    own, chance = (roll(_past(), CUTS, baseline_answer(name), SCHEME) for name in ("bm25-chars", "random"))
    said = verdict(own, chance, own, k=1)
    assert (said.period, said.needs, said.deals, said.patents) == ("2019-01-01 至 2022-01-01", 2, 2, 4)
    assert said.hit.mean == said.keywords.mean == 1.0
    assert said.coverage == 0.5
    assert said.set_apart == 1


def test_the_report_compares_systems_and_shows_groups_exposure_and_propensity() -> None:
    systems = {name: baseline_answer(name) for name in ("popularity", "bm25-chars")}
    found = usecases.roll(_past(), CUTS, systems, STAMP, SCHEME)
    assert [one.scores.run for one in found.evaluations] == ["popularity", "bm25-chars"]
    (comparison,) = found.comparisons
    # popularity knows no deal before 2019 and lists p0 first by its id; by 2021 p0's licence keeps it there
    assert (comparison.baseline_mean, comparison.mean) == (0.5, 1.0)
    assert [(one.name, one.needs) for one in found.strata] == [
        ("无历史交易的企业", 2),
        ("地区未知", 2),
        ("发明专利", 2),
        ("长尾", 2),
    ]
    assert [run for run, _ in found.exposure] == ["popularity", "bm25-chars"]
    assert found.notes == (
        "2020-01-01 之后到 2021-01-01 没有可评测的交易：0 笔交易的买方或专利在时点上都不在候选中。",
        "1 条记录未计入：名称、地址变更或质押，不是交易（例如 t3）。",
        "bm25-chars：召回率@10 为 1.000；按热度做逆倾向加权后为 1.000（成交偏向热门专利，两者相差大时以后者为准）。",
    )
    assert "清单覆盖与集中程度" in as_html(found)


def test_the_one_page_is_made_of_the_replay() -> None:
    page = usecases.one_page(_past(), CUTS, baseline_answer("bm25-chars"), STAMP, k=1)
    assert "有 2 家企业买入或获许可了候选库中的专利（共 2 项）" in page
    assert "100%（100%–100%）" in page
    assert "只有 2 家企业可供检验" in page
