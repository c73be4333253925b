from __future__ import annotations

from pathlib import Path

import pytest

from eval.beir import TestCollection, read_collection, write_beir
from eval.judgements import Judgement, judgements
from matcher.domain import Need, Patent
from matcher.errors import InputError

NEEDS = '{"need_id": "n2", "title": "废水除磷", "description": "规模 100 吨"}\n{"need_id": "n1", "title": "轴承"}\n'
ACHIEVEMENTS = '{"achievement_id": "p2", "title_words": "轴承钢", "ipc": "C22C38/18"}\n\n{"achievement_id": "p1", "title_words": "除磷剂"}\n'
QRELS = "need_id\tachievement_id\tlevel\nn2\tp1\t4\nn1\tp2\t3\n"


def _folder(path: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (path / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return path


def test_a_folder_of_needs_and_achievements(tmp_path: Path) -> None:
    found = read_collection(
        _folder(tmp_path, needs_jsonl=NEEDS, achievements_jsonl=ACHIEVEMENTS, qrels_tsv=QRELS)
    )
    assert found.needs == (Need("n1", "轴承"), Need("n2", "废水除磷", "规模 100 吨"))
    assert found.patents == (Patent("p1", "除磷剂"), Patent("p2", "轴承钢", ipc=("C22C38/18",)))
    assert {need: dict(judged) for need, judged in found.judgements.levels.items()} == {
        "n1": {"p2": 3},
        "n2": {"p1": 4},
    }


def test_a_beir_folder_survives_writing_and_reading(tmp_path: Path) -> None:
    collection = TestCollection(
        tmp_path.name,
        (Need("n1", "轴承", "寿命"), Need("n2", "除磷")),
        (Patent("p1", "除磷剂", abstract="一种"), Patent("p2", "轴承钢")),
        judgements([Judgement("n1", "p2", 4), Judgement("n1", "p1", 1), Judgement("n2", "p1", 3)]),
    )
    write_beir(collection, tmp_path)
    assert (tmp_path / "qrels" / "test.tsv").read_text(encoding="utf-8") == (
        "query-id\tcorpus-id\tscore\nn1\tp1\t0\nn1\tp2\t3\nn2\tp1\t2\n"
    )
    assert read_collection(tmp_path) == collection


@pytest.mark.parametrize(
    ("needs", "qrels", "message"),
    [
        (NEEDS, QRELS + "n9\tp1\t2\n", "有 1 个需求编号在数据中找不到（例如 n9）"),
        (NEEDS, QRELS + "n1\tp8\t2\nn1\tp9\t2\n", "有 2 个专利编号在数据中找不到（例如 p8、p9）"),
        (NEEDS + NEEDS, QRELS, "有 2 个编号重复（例如 n2、n1）"),
        ("not json\n", QRELS, "needs.jsonl 第 1 行不是 JSON"),
        ("[1]\n", QRELS, "needs.jsonl 第 1 行不是 JSON 对象"),
        ('{"title": "轴承"}\n', QRELS, "没有编号"),
    ],
)
def test_bad_collections_are_refused(tmp_path: Path, needs: str, qrels: str, message: str) -> None:
    folder = _folder(tmp_path, needs_jsonl=needs, achievements_jsonl=ACHIEVEMENTS, qrels_tsv=qrels)
    with pytest.raises(InputError) as error:
        read_collection(folder)
    assert message in str(error.value)


def test_a_folder_without_data_names_both_layouts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"既没有 corpus.jsonl（BEIR），也没有 needs.jsonl"):
        read_collection(tmp_path)
