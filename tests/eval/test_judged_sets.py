"""The judgement sets of a workspace: its records' words, its files, its collections."""

from __future__ import annotations

from datetime import date

import pytest

from eval import judged_sets
from eval.evidence import Witnesses
from eval.replay import Past
from matcher.domain import Assessment, Enterprise, Need, Patent, Prospect
from matcher.errors import InputError

ON = date(2026, 6, 30)
PATENTS = [Patent("P1", "膜", scenario="海水"), Patent("P2", "泵")]
ENTERPRISES = [Enterprise("E1", "甲公司", focus_areas=("海水淡化",))]
NEEDS = [Need("N1", "反渗透膜", enterprise_id="E1", received=date(2026, 1, 1)), Need("N2", "泵")]
SAID = [
    Assessment("A1", "P1", "E1", on=date(2026, 2, 1), prospect=Prospect.GOOD),
    Assessment("A2", "P2", "E1", on=date(2026, 2, 1), prospect=Prospect.POOR),
]
FOUND = Witnesses(Past(PATENTS, ENTERPRISES, NEEDS, []), SAID)


def test_what_enterprises_assessed_is_asked_as_they_had_spoken(tmp_path) -> None:
    found = judged_sets.collection_of(FOUND, tmp_path, "企业评价", ON)
    assert dict(found.judgements.levels) == {"E1": {"P1": 4, "P2": 1}}
    [query] = found.needs
    assert (query.id, query.title, query.field) == ("E1", "反渗透膜", "海水淡化")
    assert [patent.scenario for patent in found.patents] == ["", ""]  # what may follow from an assessment
    assert judged_sets.groups_of(found) == {"E1": "E1"}


def test_files_of_blind_judging_and_whole_collections(tmp_path) -> None:
    folder = tmp_path / judged_sets.FOLDER
    (folder / "集").mkdir(parents=True)
    (folder / "专家.tsv").write_text("need_id\tachievement_id\tlevel\nN1\tP1\t3\nN2\tP1\t1\n", "utf-8")
    (folder / "集" / "needs.jsonl").write_text('{"need_id": "X", "title": "膜"}\n', "utf-8")
    (folder / "集" / "achievements.jsonl").write_text('{"achievement_id": "Y", "title": "膜"}\n', "utf-8")
    (folder / "集" / "qrels.tsv").write_text("need_id\tachievement_id\tlevel\nX\tY\t4\n", "utf-8")
    (folder / "外.tsv").symlink_to("/etc/hostname")
    assert judged_sets.names(tmp_path) == ("企业评价", "对接结果", "专家.tsv", "集")
    found = judged_sets.collection_of(FOUND, tmp_path, "专家.tsv", ON)
    assert [need.id for need in found.needs] == ["N1", "N2"]
    assert [patent.scenario for patent in found.patents] == ["海水", ""]
    assert judged_sets.groups_of(found) == {"N1": "E1", "N2": "N2"}
    whole = judged_sets.collection_of(FOUND, tmp_path, "集", ON)
    assert ([need.id for need in whole.needs], [patent.id for patent in whole.patents]) == (["X"], ["Y"])


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("../企业评价", "", "没有名为“../企业评价”的标注集。现有：企业评价、对接结果"),
        ("对接结果", "", "没有可用的标注"),
        ("甲.tsv", "need_id\tachievement_id\tlevel\nN1\tP9\t3\n", "1 个专利编号在数据中找不到（例如 P9）"),
        ("甲.tsv", "need_id\tachievement_id\tlevel\nN1\tP1\t2\n", "没有一条需求有“较相关”以上的专利"),
    ],
)
def test_sets_that_prove_nothing_are_refused(tmp_path, name: str, text: str, sentence: str) -> None:
    if text:
        (tmp_path / judged_sets.FOLDER).mkdir()
        (tmp_path / judged_sets.FOLDER / name).write_text(text, "utf-8")
    with pytest.raises(InputError, match=sentence):
        judged_sets.collection_of(FOUND, tmp_path, name, ON)
