"""TREC runs whose order no reader can doubt."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InputError
from matcher.matchlists.exports import export
from matcher.matchlists.exports.trec import RunEntry, write_run


def lines(path):
    return [line.split(" ") for line in path.read_text(encoding="utf-8").splitlines()]


def float32(text):
    return struct.unpack("<f", struct.pack("<f", float(text)))[0]


def test_lines(tmp_path):
    entries = [RunEntry("n1", "p2", 0.75), RunEntry("n1", "p1", 0.5), RunEntry("n2", "p1", 0.875)]
    assert write_run(iter(entries), tmp_path / "a.run", "my run") == 3
    assert (tmp_path / "a.run").read_text(encoding="utf-8") == (
        "n1 Q0 p2 1 0.75 my_run\nn1 Q0 p1 2 0.5 my_run\nn2 Q0 p1 1 0.875 my_run\n"
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_scores_fall_strictly_even_as_floats_of_32_bits(tmp_path_factory, scores):
    path = tmp_path_factory.mktemp("run") / "a.run"
    ordered = sorted(scores, reverse=True)
    write_run((RunEntry("n", f"p{i}", score) for i, score in enumerate(ordered)), path)
    written = [float32(line[4]) for line in lines(path)]
    assert all(a > b for a, b in itertools.pairwise(written))
    assert [line[2] for line in lines(path)] == [f"p{i}" for i in range(len(scores))]
    assert [int(line[3]) for line in lines(path)] == list(range(1, len(scores) + 1))
    assert float(lines(path)[0][4]) == ordered[0]


@pytest.mark.parametrize("scores", [(0.1, 0.2), (float("nan"),), (float("inf"),)])
def test_scores_that_are_no_descending_numbers_are_a_fault(tmp_path, scores):
    with pytest.raises(ValueError, match="not in descending order"):
        write_run((RunEntry("n", f"p{s}", s) for s in scores), tmp_path / "a.run")


@pytest.mark.parametrize("identity", ["", "a b", " a", "a\t"])
def test_ids_with_spaces_are_refused(tmp_path, identity):
    with pytest.raises(InputError, match="含有空格"):
        write_run([RunEntry("n", identity, 1.0)], tmp_path / "a.run")


def test_a_run_of_a_list(match_list, tmp_path):
    export(match_list, tmp_path / "a.run")
    assert [(line[0], line[2], line[3]) for line in lines(tmp_path / "a.run")] == [
        ("n-connect", "p-assembly", "1"),
        ("n-connect", "p-valve", "2"),
        ("n-valves", "p-valve", "1"),
        ("n-valves", "p-assembly", "2"),
        ("n-quiet", "p-coating", "1"),
    ]


def test_a_run_holds_scores_and_is_internal(match_list, tmp_path):
    with pytest.raises(InputError, match="请改用内部版"):
        export(match_list, tmp_path / "a.run", preset="对外版")
    assert list(tmp_path.iterdir()) == []
