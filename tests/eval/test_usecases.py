from __future__ import annotations

import os
from pathlib import Path

import pytest

from eval import usecases
from eval.beir import read_collection
from eval.judgements import Run
from eval.report import Stamp
from eval.scoring import Mode, Scheme
from matcher.errors import InputError
from matcher.settings import RankingSettings, Settings
from models.catalogue import load_model

QRELS = "n1 0 a 4\nn1 0 b 1\nn2 0 b 4\nn2 0 a 1\n"
NEEDS = '{"need_id": "n1", "title": "轴承"}\n{"need_id": "n2", "title": "除磷"}\n'
ACHIEVEMENTS = "".join(
    f'{{"achievement_id": "{i}", "title_words": "{t}"}}\n' for i, t in (("a", "钢"), ("b", "剂"), ("c", "钢"))
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "needs.jsonl").write_text(NEEDS, encoding="utf-8")
    (tmp_path / "achievements.jsonl").write_text(ACHIEVEMENTS, encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(
        "need_id\tachievement_id\tlevel\nn1\ta\t4\nn1\tb\t1\nn2\tb\t4\nn2\ta\t1\n", encoding="utf-8"
    )
    return tmp_path


def test_one_run_is_measured_with_intervals(tmp_path: Path) -> None:
    (tmp_path / "qrels").write_text(QRELS, encoding="utf-8")
    found = usecases.evaluate(
        Run.in_order("r", {"n1": ["a", "b"], "n2": ["a", "b"]}), usecases.question(tmp_path / "qrels")
    )
    assert found.scores.values["mrr"].tolist() == [1.0, 0.5]
    assert (found.intervals["mrr"].low, found.intervals["mrr"].mean, found.intervals["mrr"].high) == (
        0.5,
        0.75,
        1.0,
    )


def test_full_mode_folds_equal_titles_of_a_collection(folder: Path) -> None:
    asked = usecases.question(folder, Scheme(Mode.FULL, ("mrr",)))
    scores = usecases.measure(Run.in_order("r", {"n1": ["c", "a", "b"], "n2": ["c", "a", "b"]}), asked)
    assert scores.values["mrr"].tolist() == [1.0, 0.5]
    assert scores.mean("unjudged@10") == 0.0


def test_runs_are_compared_with_the_first(folder: Path) -> None:
    asked = usecases.question(folder)
    good = Run.in_order("good", {"n1": ["a", "b"], "n2": ["b", "a"]})
    bad = Run.in_order("bad", {"n1": ["b", "a"], "n2": ["a", "b"]})
    (found,) = usecases.compare([bad, good], asked, "mrr")
    assert (found.baseline, found.run, found.difference.mean) == ("bad", "good", 0.5)
    with pytest.raises(InputError, match="方案中没有指标 mrr@3"):
        usecases.compare([bad, good], asked, "mrr@3")


def test_ids_outside_the_collection_are_refused(folder: Path) -> None:
    asked = usecases.question(folder)
    with pytest.raises(InputError, match="有 1 个专利编号在数据中找不到（例如 z）"):
        usecases.measure(Run.in_order("r", {"n1": ["a", "z"]}), asked)
    with pytest.raises(InputError, match="有 1 个需求编号在数据中找不到（例如 n9）"):
        usecases.measure(Run.in_order("r", {"n9": ["a"]}), asked)


def test_runs_with_equal_tags_are_named_by_their_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.trec").write_text("n Q0 a 1 1 tag\n", encoding="utf-8")
    found = usecases.read_runs([tmp_path / "one.trec", tmp_path / "two.trec"])
    assert [run.name for run in found] == ["one", "two"]


@pytest.mark.skipif(
    "MATCHER_DATA" not in os.environ, reason="MATCHER_DATA does not name the folder of real data"
)
def test_random_order_on_the_expert_judgements() -> None:
    asked = usecases.question(Path(os.environ["MATCHER_DATA"]) / "techneed_dev")
    assert asked.known_patents is not None
    run = Run.in_order("id order", {need: sorted(asked.known_patents) for need in asked.judgements.levels})
    scores = usecases.measure(run, asked)
    assert len(scores.need_ids) == 116
    assert scores.mean("ndcg@10") == pytest.approx(0.3338, abs=1e-4)


def test_baselines_by_name(folder: Path) -> None:
    runs = usecases.baselines(read_collection(folder), ["random", "bm25-chars"])
    assert [run.name for run in runs] == ["random", "bm25-chars"]
    assert set(runs[0].rankings["n1"].ids) == {"a", "b", "c"}
    with pytest.raises(
        InputError,
        match="没有名为 bm26 的基准方法。可用：bm25-words、random、popularity、ipc、bm25-chars、bm25-tuned",
    ):
        usecases.baselines(read_collection(folder), ["bm26"])


def test_ablation_compares_the_full_ranking_with_itself_less_one_signal(folder: Path) -> None:
    collection = read_collection(folder)
    asked = usecases.of_collection(collection, Scheme(Mode.JUDGED, ("mrr",)))
    off = dict.fromkeys(("ipc", "maturity", "modes", "fee", "region", "right", "assessments"), 0.0)
    settings = Settings(ranking=RankingSettings(weights=off))
    stamp = Stamp("d", "s", 0, "matcher eval ablate", as_of="2020-01-01")
    found = usecases.ablate(collection, asked, load_model(settings.model), settings, stamp)
    assert [one.scores.run for one in found.evaluations] == ["full", "without semantic", "without lexical"]
    assert [one.run for one in found.comparisons] == ["without semantic", "without lexical"]
