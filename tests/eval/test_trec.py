from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judgements import Judgement, Judgements, Ranking, Run, judgements
from eval.trec import read_judgements, read_run, write_judgements, write_judgements_tsv, write_run
from matcher.errors import InputError

IDS = st.text(string.ascii_letters + string.digits + "-_.专利", min_size=1, max_size=8)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_run_is_ordered_by_score_not_by_the_rank_column(tmp_path: Path) -> None:
    run = read_run(
        _write(
            tmp_path / "r", "n2 Q0 b 1 0.5 bm25\nn2 Q0 a 2 0.5 bm25\nn1 Q0 c 9 -1e3 bm25\nn2 Q0 d 3 7 bm25\n"
        )
    )
    assert run.name == "bm25"
    assert list(run.rankings) == ["n1", "n2"]
    assert run.rankings["n2"].ids == ("d", "a", "b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r 是空文件，没有任何检索结果。"),
        (
            "n Q0 a 1 nan t\nn Q0 b 2 inf t\n",
            "r 有 2 个分数不是有限数值（例如 第 1 行 a：nan、第 2 行 b：inf）。请检查产生该文件的系统。",
        ),
        (
            "n a 1\n",
            "r 有 1 行不是 TREC run 格式（例如 第 1 行）。每行应为：需求编号 Q0 专利编号 名次 分数 名称。",
        ),
        ("n Q0 a 1 2 t\nn Q0 a 2 1 t\n", "r 有 1 条结果在同一需求下重复（例如 n × a）。请去重后重试。"),
    ],
)
def test_bad_runs_are_refused_with_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        read_run(_write(tmp_path / "r", text))
    assert str(error.value) == message


def test_a_missing_or_foreign_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到或无法读取文件"):
        read_run(tmp_path / "none")
    (tmp_path / "gbk").write_bytes("需求".encode("gb18030"))
    with pytest.raises(InputError, match="gbk 不是 UTF-8 文本"):
        read_judgements(tmp_path / "gbk")


def test_written_scores_fall_strictly_even_where_ours_tie(tmp_path: Path) -> None:
    write_run(Run("a b", {"n": Ranking.of(["b", "a", "c"], [1.0, 1.0, 1.0])}), tmp_path / "r")
    lines = [line.split() for line in (tmp_path / "r").read_text(encoding="utf-8").splitlines()]
    assert [line[2] for line in lines] == ["a", "b", "c"]
    assert [line[3] for line in lines] == ["1", "2", "3"]
    assert {line[5] for line in lines} == {"a_b"}
    scores = [float(line[4]) for line in lines]
    assert scores[0] == 1.0
    assert scores[0] > scores[1] > scores[2] > 1 - 1e-6


def test_an_id_with_white_space_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="编号“a b”为空或含有空格，无法写入 TREC"):
        write_run(Run("r", {"n": Ranking.of(["a b"], [1.0])}), tmp_path / "r")


@given(
    st.dictionaries(
        IDS,
        st.dictionaries(IDS, st.floats(-(2.0**100), 2.0**100, width=32), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_a_run_survives_the_file(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, dict[str, float]]
) -> None:
    run = Run("r", {need: Ranking.of(list(row), list(row.values())) for need, row in sorted(rows.items())})
    path = tmp_path_factory.mktemp("trec") / "run"
    write_run(run, path)
    again = read_run(path)
    assert {need: ranking.ids for need, ranking in again.rankings.items()} == {
        need: ranking.ids for need, ranking in run.rankings.items()
    }


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("n 0 a 4\nn 0 b 1\n", {"a": 4, "b": 1}),
        ("n 0 a 3\nn 0 b 0\n", {"a": 4, "b": 1}),
        ("n 0 a 1\nn 0 b 0\n", {"a": 4, "b": 1}),
        ("need_id\tachievement_id\tlevel\nn\ta\t1\n", {"a": 1}),
        ("query-id\tcorpus-id\tscore\nn\ta\t2\nn\tb\t1\n", {"a": 3, "b": 2}),
        ("query-id\tcorpus-id\tscore\nn\ta\t1\n", {"a": 4}),
    ],
)
def test_levels_are_brought_to_our_scale(tmp_path: Path, text: str, levels: dict[str, int]) -> None:
    assert dict(read_judgements(_write(tmp_path / "q", text)).levels["n"]) == levels


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("need_id\tachievement_id\tlevel\n", "标注为空"),
        ("n 0 a\nn 0 b strong\n", r"q 有 2 行无法识别（例如 第 1 行“等级”“a”、第 2 行“等级”“strong”）"),
        ("n 0 a 4\nn 0 a 2\n", r"n × a：4 与 2"),
        ("n 0 a -1\nn 0 b 2\n", r"等级不是 1–4（例如 n × a：-1）"),
    ],
)
def test_bad_judgements_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_judgements(_write(tmp_path / "q", text))


LEVELS = st.dictionaries(
    IDS, st.dictionaries(IDS, st.integers(2, 4), min_size=1, max_size=4), min_size=1, max_size=4
)


@given(LEVELS)
def test_judgements_survive_both_files(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, dict[str, int]]
) -> None:
    known = judgements(Judgement(n, c, level) for n, row in rows.items() for c, level in row.items())
    path = tmp_path_factory.mktemp("qrels") / "q"
    for write in (write_judgements, write_judgements_tsv):
        write(known, path)
        again: Judgements = read_judgements(path)
        assert again == known
