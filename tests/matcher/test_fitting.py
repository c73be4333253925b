from dataclasses import replace
from datetime import date

import pytest

from matcher.domain import Need, Patent
from matcher.fitting import (
    BODIES,
    MIXED,
    SHIPPED,
    TITLES,
    corpus_kind,
    fit_report,
    fitted,
    misfit,
    prior_weights,
    probe,
    under,
)
from matcher.matches import Grade
from matcher.quick import TwoFiles, matching_of
from matcher.ranker import Calibration, Kind, Made, RankerArtefact, in_collection, read_artefact
from matcher.ranking import ListRules, text_value
from matcher.settings import RankingSettings, Settings
from matcher.signals.contract import Context
from models.catalogue import load_model

SETTINGS = Settings()
NEEDS = (Need("n1", "滚动轴承润滑", ipc=("F16C 33/66",)),)
PATENTS = {
    "p1": Patent("p1", "滚动轴承的润滑结构", ipc=("F16C 33/66",)),
    "p2": Patent("p2", "一种污水除磷剂"),
    "p3": Patent("p3", "滚动轴承润滑"),
}
CONTEXT = Context(date(2020, 1, 1))
EVERYTHING = ListRules(floor=Grade.NOT_RECOMMENDED)


@pytest.fixture(scope="module")
def embedder():
    return load_model(SETTINGS.model)


@pytest.fixture(scope="module")
def artefact(embedder):
    made = Made(date(2019, 1, 1), "d", TITLES, embedder.spec.name, "s", 100, 5000, 0, "matcher train ranker")
    prior = prior_weights(SETTINGS)
    return RankerArtefact(
        prior,
        prior,
        "沿用默认权重。",
        made,
        Calibration(Kind.PLATT, (0.0, 1.0), (0.0, 0.5)),
        {Grade.STRONG: 0.8},
        probe=probe(embedder),
    )


def matching(embedder, patents=PATENTS, settings=SETTINGS):
    return matching_of(TwoFiles(NEEDS, patents, ()), embedder, settings)


def test_a_ranker_that_fits_puts_a_probability_behind_every_grade(embedder, artefact):
    plain = matching(embedder)
    [before] = plain.match(NEEDS, CONTEXT, EVERYTHING)
    assert [match.probability for match in before.matches] == [None, None, None]
    [after] = fitted(plain, [artefact]).match(NEEDS, CONTEXT, EVERYTHING)
    assert [match.patent.id for match in after.matches] == [match.patent.id for match in before.matches]
    assert [match.score for match in after.matches] == [match.score for match in before.matches]
    for match in after.matches:
        assert match.probability == pytest.approx(text_value(match) / 2)
    # p1 has a fact besides its texts: its probability is that of the texts alone
    [p1] = [match for match in after.matches if match.patent.id == "p1"]
    assert p1.probability != pytest.approx(p1.score / 2)


def test_thresholds_come_with_the_ranker(embedder, artefact):
    ranking = fitted(matching(embedder), [artefact]).settings.ranking
    assert ranking.text_strong == 0.8
    assert ranking.text_recommended == RankingSettings().text_recommended


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"prior": {"semantic": 1.0}}, "信号权重的设置与训练时不同"),
        ({"probe": (0.5,) * 36}, "文本模型或索引的算法与训练时（patent-need-static-zh）不同"),
        ({"probe": ()}, "文本模型或索引的算法与训练时（patent-need-static-zh）不同"),
    ],
)
def test_a_ranker_of_other_settings_or_models_is_not_used(embedder, artefact, change, sentence):
    other = replace(artefact, **change)
    plain = matching(embedder)
    assert misfit(other, plain) == sentence
    assert fitted(plain, [other]) is plain
    assert fitted(plain, [other, artefact]).calibration == artefact.calibration


def test_a_ranker_of_titles_is_not_used_on_abstracts(embedder, artefact):
    long = {id_: replace(patent, abstract="一种装置。") for id_, patent in PATENTS.items()}
    assert misfit(artefact, matching(embedder, long)) == "专利文本类型为“专利标题与摘要”，训练时为“专利标题”"


def test_judgements_of_a_small_collection_calibrate_no_large_one(embedder, artefact):
    made = replace(artefact.made, patents=1)
    plain = matching(embedder)
    assert misfit(replace(artefact, made=made), plain) == "本库有专利 3 件，训练所用的评价只从 1 件中选取"
    assert misfit(replace(artefact, made=replace(made, patents=2)), plain) is None


def test_grades_of_a_large_collection_ask_for_more(embedder):
    many = PATENTS | {
        f"q{number:04}": Patent(f"q{number:04}", f"第{number}号阀门") for number in range(1_200)
    }
    ranking = fitted(matching(embedder, many), []).settings.ranking
    assert ranking == in_collection(RankingSettings(), 1_203, 0.7)
    assert ranking.text_possible > RankingSettings().text_possible


def test_changed_weights_make_a_ranker_unfit(embedder, artefact):
    settings = SETTINGS.model_copy(update={"ranking": RankingSettings(weights={"lexical": 0.1})})
    assert misfit(artefact, matching(embedder, settings=settings)) == "信号权重的设置与训练时不同"


def test_learned_weights_rank(embedder, artefact):
    names = list(artefact.prior)
    learned = replace(artefact, weights={name: float(name == "lexical") for name in names})
    found = under(matching(embedder), learned)
    assert found.channel_weights() == {"lexical": 1.0}
    [listed] = found.match(NEEDS, CONTEXT, EVERYTHING)
    assert {part.signal for match in listed.matches for part in match.contributions} == {"lexical"}


def test_the_kind_of_texts_is_told_by_the_share_with_a_body():
    bare, full = Patent("a", "轴承"), Patent("b", "轴承", abstract="润滑。")
    assert corpus_kind([bare] * 100) == TITLES
    assert corpus_kind([bare] * 3 + [full] * 97) == BODIES
    assert corpus_kind([bare, full]) == MIXED
    assert corpus_kind([bare] * 98 + [full] * 2) == TITLES


def test_the_probe_is_the_same_every_time_and_tells_pairs_apart(embedder):
    values = probe(embedder)
    assert values == probe(embedder)
    # three queries × two channels × six documents; blades are found by the first query in both channels
    assert len(values) == 36
    assert max(range(6), key=values[:6].__getitem__) == max(range(6), key=values[6:12].__getitem__) == 1


def test_the_shipped_ranker_fits_what_is_shipped_and_says_where_it_comes_from(embedder):
    shipped = read_artefact(SHIPPED)
    assert misfit(shipped, matching(embedder)) is None, "run python -m benchmarks.eval_shipped_ranker"
    assert not shipped.learned
    assert shipped.calibration is not None
    assert shipped.calibration.kind is Kind.PLATT
    assert shipped.made.data.startswith("techneed_dev（")
    assert (shipped.made.fitted_before, shipped.made.corpus) == (date(2020, 1, 1), TITLES)
    assert (shipped.made.needs, shipped.made.judgements, shipped.made.patents) == (143, 7493, 7493)
    assert shipped.made.command == "python -m benchmarks.eval_shipped_ranker"


def test_which_ranker_is_in_force_is_said(embedder, artefact):
    plain = matching(embedder)
    other = replace(artefact, prior={"semantic": 1.0})
    assert fit_report(plain, {"甲": other, "乙": artefact}) == (
        "乙（d，2019-01-01 之前）：默认权重，等级已按专家评价校准"
    )
    assert fit_report(plain, {"甲": other}) == "等级未校准。甲未采用：信号权重的设置与训练时不同"
    assert fit_report(plain, {}) == "等级未校准。没有排序模型"


def test_a_ranker_that_changes_nothing_leaves_the_place_to_the_next(embedder, artefact):
    plain = matching(embedder)
    idle = replace(artefact, calibration=None, thresholds=None)
    assert fitted(plain, [idle]) is plain
    assert fitted(plain, [idle, artefact]).calibration == artefact.calibration
    assert fit_report(plain, {"甲": idle}) == "等级未校准。甲未采用：沿用默认权重，也没有校准"
