"""What a bureau's past teaches a model: divided by day and enterprise, refused where there is too little."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from api.cli import main
from eval.adaptation import Least, gather, statements
from eval.adapting import adapt_model
from eval.evidence import Witnesses
from eval.replay import Past
from matcher.domain import (
    Assessment,
    Enterprise,
    Need,
    Patent,
    PatentType,
    Prospect,
    Transaction,
    TransactionKind,
)
from matcher.errors import InputError, ModelError
from matcher.settings import Settings
from matcher.workspace import Workspace
from models.training.adapt import AdaptSettings

TOPICS = list(zip("磁悬浮轴承装", "电池材料制备", strict=True))
"""What needs of a topic are written with, and what its patents are: they share no word."""
NOISE = "abcdef"
START = date(2020, 1, 1)
ALL = date(2030, 1, 1)
SMALL = Least(pairs=10, needs=4)


def topic(number: int) -> int:
    return number % len(TOPICS)


def patents() -> list[Patent]:
    return [
        Patent(
            f"p{place}{n}", f"{word}{NOISE[n]}", abstract=f"{word}{NOISE[n - 1]}{NOISE[n]}", type=PatentType.INVENTION,
            filed=date(2015, 1, 1), published=date(2016, 1, 1), granted=date(2017, 1, 1), holders=("临江大学",),
        )
        for place, (_, word) in enumerate(TOPICS)
        for n in range(6)
    ]  # fmt: skip


def world(enterprises: int) -> Witnesses:
    """Enterprise number e has one need of its topic and buys, 10 e days after the start, a patent of that topic."""
    needs = [
        Need(f"n{e}", f"{TOPICS[topic(e)][0]}{NOISE[e // 6 % 6]}{NOISE[e // 36]}", enterprise_id=f"e{e:02}", received=date(2018, 1, 1))
        for e in range(enterprises)
    ]  # fmt: skip
    deals = [
        Transaction(
            f"t{e:02}", f"p{topic(e)}{e // 6 % 6}", TransactionKind.ORDINARY_LICENCE, START + timedelta(10 * e),
            "临江大学", f"企业{e:02}", f"e{e:02}",
        )
        for e in range(enterprises)
    ]  # fmt: skip
    firms = [Enterprise(f"e{e:02}", f"企业{e:02}") for e in range(enterprises)]
    return Witnesses(Past(patents(), firms, needs, deals))


def test_the_later_part_and_its_enterprises_are_held_out() -> None:
    found = gather(world(40), ALL, SMALL)
    assert found.cut == START + timedelta(10 * 29)
    held = {*found.stop.judgements.levels, *found.proof.judgements.levels}
    assert held == {f"e{e:02}" for e in range(30, 40)}
    assert len(found.stop.needs) == len(found.proof.needs) == 5
    assert not set(found.stop.judgements.levels) & set(found.proof.judgements.levels)
    assert dict(found.counts) == {"交易": 30, "题名—摘要": 36}
    assert len(found.stop.patents) == 36
    queries = {one.query for one in found.triples} & {need.title for need in world(40).past.needs}
    texts = {need.title for need in (*found.stop.needs, *found.proof.needs)}
    assert len(queries) == 30
    assert not queries & texts
    assert found.sentence() == (
        "训练（2020-10-17 及以前）：交易 30 对、题名—摘要 36 对；留出（之后，企业不重复）：5 家用于早停，"
        "5 家用于验证，每家在 36 件专利中排序。"
    )


def test_an_enterprise_of_both_parts_teaches_nothing() -> None:
    known = world(40)
    late = known.past.transactions[-1]
    moved = replace(late, id="t99", buyer="企业00", buyer_id="e00", patent_id="p05")
    found = gather(
        replace(known, past=replace(known.past, transactions=[*known.past.transactions, moved])), ALL, SMALL
    )
    assert found.counts["交易"] == 29
    assert "e00" in {**found.stop.judgements.levels, **found.proof.judgements.levels}


def test_what_an_enterprise_turned_down_is_its_hard_negative() -> None:
    known = world(40)
    said = [
        Assessment("a1", "p10", "e00", prospect=Prospect.POOR, on=START + timedelta(5)),
        Assessment("a2", "p11", "e01", prospect=Prospect.GOOD, on=START + timedelta(50)),
        Assessment("a3", "p12", "e01", prospect=Prospect.GOOD),
    ]
    found = gather(replace(known, assessments=said), ALL, SMALL)
    own = [one for one in found.triples if one.query == known.past.needs[0].title]
    assert own[0].negative == "池a。池fa"
    assert own[0].passage == "电a。电fa"
    assert found.counts["企业评价"] == 1
    assert [one.source for one in statements(replace(known, assessments=said), ALL)].count("企业评价") == 2


def test_hard_negatives_share_words_and_are_no_answers() -> None:
    """Patents written with the need's own word, bought by nobody, are what the lexical channel takes for answers."""
    known = world(40)
    decoys = [replace(patents()[0], id=f"d{n}", title=f"磁{n}号", abstract="") for n in range(8)]
    past = replace(known.past, patents=[*known.past.patents, *decoys])
    found = gather(replace(known, past=past), ALL, SMALL)
    own = [one for one in found.triples if one.query == known.past.needs[0].title]
    assert len(own) == 2
    assert all(one.negative.startswith("磁") for one in own)
    assert all(one.passage == "电a。电fa" for one in own)


def test_nothing_after_the_cut_is_learned_from() -> None:
    known = world(40)
    first = gather(known, ALL, SMALL)
    later = [
        replace(one, patent_id="p00") if one.on is not None and one.on > first.cut else one
        for one in known.past.transactions
    ]
    assert (
        gather(replace(known, past=replace(known.past, transactions=later)), ALL, SMALL).triples
        == first.triples
    )
    before = gather(known, START + timedelta(200), SMALL)
    assert before.cut < START + timedelta(200)
    assert before.counts["交易"] + len(before.stop.needs) + len(before.proof.needs) == 20


def test_too_little_is_refused_with_the_counts() -> None:
    with pytest.raises(InputError) as refused:
        gather(world(12), ALL)
    assert str(refused.value) == (
        "可用于微调的数据太少：2020-03-21 及以前的需求—专利 9 对（至少 50 对），之后可供验证的企业 3 家（至少 20 家）。"
        "请导入更多历史交易和企业评价后再试；目前建议沿用原模型。"
    )
    assert refused.value.code == "too_little"
    with pytest.raises(InputError, match="没有带日期的交易、企业评价或对接结果，无法微调模型"):
        gather(world(12), START)


@pytest.fixture(scope="module")
def base(seeded: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import BertConfig, BertModel

    from tests.models.conftest import character_tokenizer

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("base")
    size = character_tokenizer(folder, "[PAD]", "[CLS]", "[SEP]")
    BertModel(BertConfig(
        vocab_size=size, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64,
    )).save_pretrained(folder)  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def seeded() -> None:
    pytest.importorskip("sentence_transformers", reason="needs the extra 'transformers'")
    pytest.importorskip("torch").set_num_threads(1)


def test_a_model_learns_what_words_do_not_say_and_proves_it(base: Path, tmp_path: Path) -> None:
    how = AdaptSettings(epochs=6, rate=1e-2, batch=6)
    found = adapt_model(
        world(72), ALL, tmp_path / "微调", Settings(model=str(base)), how=how, least=Least(20, 10)
    )
    mrr = found.proof[0]
    assert (mrr.measure, mrr.needs) == ("mrr", len(found.material.proof.needs))
    assert mrr.mean > mrr.baseline_mean + 0.1
    assert found.better
    assert 0 < mrr.difference.low < mrr.difference.mean < mrr.difference.high
    said = found.sentences()
    assert said[0] == found.material.sentence()
    assert any(line.startswith(f"  mrr：{mrr.baseline_mean:.3f} → {mrr.mean:.3f}，差 +") for line in said)
    assert said[-1] == f"验证企业上的提高超出偶然波动。启用：matcher index --model {tmp_path / '微调'}"
    assert json.loads(json.dumps(found.document()))["proof"][0]["measure"] == "mrr"


def test_nothing_better_means_nothing_written(base: Path, tmp_path: Path) -> None:
    how = AdaptSettings(epochs=2, rate=0.0)
    found = adapt_model(
        world(72), ALL, tmp_path / "m", Settings(model=str(base)), how=how, least=Least(20, 10)
    )
    assert found.proof == ()
    assert not found.better
    assert found.sentences()[-1] == "各轮均未超过原模型，没有写出新模型；请沿用原模型。"
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_model_is_not_fine_tuned(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="静态模型请用 matcher train embedding"):
        adapt_model(world(72), ALL, tmp_path / "m", Settings())


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """`matcher WORDS`; its exit code."""
    monkeypatch.setattr(sys, "argv", ["matcher", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def fill(home: Path, known: Witnesses) -> None:
    with Workspace.open(Settings(home=home)) as workspace:
        past = known.past
        workspace.store.merge([*past.patents, *past.enterprises, *past.needs, *past.transactions])


def test_the_command_trains_on_a_workspace_and_its_model_is_used_by_name(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "home", world(80))
    where = ("--home", tmp_path / "home", "--model")
    out = tmp_path / "微调"
    assert (
        run(
            monkeypatch,
            "train",
            "adapt",
            out,
            *where,
            base,
            "--rate",
            0.01,
            "--batch",
            6,
            "--epochs",
            6,
            "--json",
        )
        == 0
    )
    document = json.loads(capfd.readouterr().out)
    assert document["pairs"] == {"交易": 60, "题名—摘要": 36}
    assert document["held"] == {"stop": 10, "proof": 10}
    assert document["better"] is True
    assert document["proof"][0]["difference"]["low"] > 0
    assert run(monkeypatch, "index", *where, out) == 0
    manifest = next((tmp_path / "home/indexes/patents").glob("*/manifest.json"))
    assert json.loads(manifest.read_text(encoding="utf-8"))["model"] == "微调"


def test_the_command_refuses_too_little_and_leaves_the_folder_alone(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "home", world(12))
    out = tmp_path / "m"
    out.mkdir()
    (out / "mine.txt").write_text("stays")
    assert run(monkeypatch, "train", "adapt", out, "--model", base, "--home", tmp_path / "home") == 3
    assert capfd.readouterr().err == (
        "错误（too_little）：可用于微调的数据太少：2020-03-21 及以前的需求—专利 9 对（至少 50 对），"
        "之后可供验证的企业 3 家（至少 20 家）。请导入更多历史交易和企业评价后再试；目前建议沿用原模型。\n"
    )
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    assert run(monkeypatch, "train", "adapt", out, "--home", tmp_path / "home") == 6
    assert "静态模型请用 matcher train embedding" in capfd.readouterr().err
