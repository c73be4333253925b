"""Compressed indexes at a size where they approximate: recall under every filter, never a short list, one order."""

from __future__ import annotations

import numpy as np
import pytest

from indexes import backends, coded
from indexes.backends import RECALL_FLOOR, Choice, automatic, build_index, measured_recall
from indexes.coded import FastScanIndex, PartitionedIndex, Shape
from indexes.contract import IndexUnusable
from indexes.exact import ExactIndex
from indexes.planning import Way
from tests.servers.disk import no_file_above

ROWS, DIMENSION, FIELDS, K = 24_000, 64, 40, 50


class FewCells(PartitionedIndex):
    """As for millions, with as many cells as these rows can fill."""

    shape = Shape(cells=64, probed=24)


def units(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def fields():
    return np.random.default_rng(0).integers(0, FIELDS, ROWS)


@pytest.fixture(scope="module")
def vectors(fields):
    """Technical fields as clusters, some rows twice."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((FIELDS, DIMENSION))
    rows = units(centres[fields] + random.standard_normal((ROWS, DIMENSION)))
    rows[-500:] = rows[:500]
    return rows


@pytest.fixture(scope="module", params=[FastScanIndex, FewCells])
def index(request, vectors):
    return request.param.build(vectors)


@pytest.fixture(scope="module")
def queries(vectors):
    """In distribution: near rows. Out of it: needs that want three things of different fields."""
    random = np.random.default_rng(2)
    near = vectors[random.integers(0, ROWS, 20)] + 0.1 * random.standard_normal((20, DIMENSION))
    mixed = vectors[random.integers(0, ROWS, (20, 3))].sum(axis=1)
    return {"in": units(near), "out": units(mixed)}


def masks(fields):
    random = np.random.default_rng(3)
    by_field = np.argsort(fields, kind="stable")
    for share in (0.001, 0.01, 0.1, 0.5):
        count = int(share * ROWS)
        scattered, aligned = np.zeros(ROWS, dtype=bool), np.zeros(ROWS, dtype=bool)
        scattered[random.choice(ROWS, count, replace=False)] = True
        aligned[by_field[:count]] = True
        yield f"{share} random", scattered
        yield f"{share} aligned", aligned


@pytest.mark.parametrize("sort", ["in", "out"])
def test_recall_holds_and_no_list_is_short_under_any_filter(index, vectors, fields, queries, sort):
    truth = ExactIndex.build(vectors)
    for name, mask in [("none", None), *masks(fields)]:
        eligible = ROWS if mask is None else int(mask.sum())
        shares = []
        pairs = zip(index.search(queries[sort], K, mask), truth.search(queries[sort], K, mask), strict=True)
        for found, true in pairs:
            assert len(found.rows) == min(K, eligible), name
            assert mask is None or mask[found.rows].all()
            shares.append(np.isin(found.rows, true.rows).mean())
        assert np.mean(shares) >= RECALL_FLOOR, (name, np.mean(shares))


def test_single_and_batch_agree_to_the_last_digit_and_scores_are_exact(index, vectors, fields, queries):
    for mask in (None, fields < FIELDS // 2):
        for number, hits in enumerate(index.search(queries["out"], K, mask)):
            (alone,) = index.search(queries["out"][number : number + 1], K, mask)
            assert alone.rows.tolist() == hits.rows.tolist()
            assert alone.scores.tolist() == hits.scores.tolist()
            assert index.scores(queries["out"][number], hits.rows).tolist() == hits.scores.tolist()
            assert hits.rows.tolist() == hits.rows[np.lexsort((hits.rows, -hits.scores))].tolist()


def test_equal_rows_stand_in_row_order(index, vectors):
    for row, hits in enumerate(index.search(vectors[:5], 2)):
        assert hits.rows.tolist() == [row, ROWS - 500 + row]
        assert hits.scores[0] == hits.scores[1]


def test_the_plan_follows_the_counts(index, fields):
    few, many = np.zeros(ROWS, dtype=bool), fields < FIELDS // 2
    few[:300] = True
    assert index.plan(K, few).way is Way.GATHERED
    assert index.plan(K, few).explain() == (
        "共 24000 件，符合条件 300 件；只对符合条件的专利逐件精确计算（精确计算 300 件）"
    )
    assert index.plan(K, many).way is Way.SCANNED
    assert index.plan(K).way is (Way.PROBED if isinstance(index, FewCells) else Way.SCANNED)
    assert index.plan(K).fetched == 1_000
    assert index.plan(ROWS).exact


def test_a_query_without_a_vector_finds_nothing(index):
    (hits,) = index.search(np.zeros((1, DIMENSION), np.float32), K)
    assert hits.rows.tolist() == []


def test_cells_too_small_for_the_list_are_made_up_for(vectors):
    class OneProbed(PartitionedIndex):
        shape = Shape(cells=64, probed=1)

    narrow = OneProbed.build(vectors)
    assert narrow.plan(500).way is Way.PROBED
    (hits,) = narrow.search(vectors[:1], 500)
    (true,) = ExactIndex.build(vectors).search(vectors[:1], 500)
    assert hits.rows.tolist() == true.rows.tolist()


def test_saved_and_loaded_it_scans_the_same(index, queries, tmp_path):
    index.save(tmp_path)
    loaded = type(index).load(tmp_path)
    for before, after in zip(index.search(queries["in"], K), loaded.search(queries["in"], K), strict=True):
        assert before.rows.tolist() == after.rows.tolist()
    other = FewCells if type(index) is FastScanIndex else FastScanIndex
    with pytest.raises(IndexUnusable, match="请运行 matcher index 重建"):
        other.load(tmp_path)
    (tmp_path / "codes.faiss").write_bytes(b"nothing")
    with pytest.raises(IndexUnusable, match="不完整或已损坏"):
        type(index).load(tmp_path)


def test_a_disk_that_takes_no_codes_is_an_error_of_the_system(index, tmp_path, monkeypatch):
    """As for every other file: whoever publishes says that the old index stays."""
    monkeypatch.setattr(type(index.exact), "save", lambda *_: None)
    with no_file_above(100_000), pytest.raises(OSError, match=r"codes\.faiss"):
        index.save(tmp_path)
    index.save(tmp_path)


def test_the_kind_follows_the_size():
    sizes = (0, 99_999, 100_000, 999_999, 1_000_000, 5_000_000)
    kinds = ["exact", "exact", "fast-scan", "fast-scan", "partitioned", "partitioned"]
    assert list(map(automatic, sizes)) == kinds


def test_recall_is_measured_and_a_build_below_the_floor_is_refused(vectors, monkeypatch):
    built = build_index(vectors, Choice("fast-scan"))
    assert (built.kind, 0.98 <= built.recall <= 1.0) == ("fast-scan", True)
    assert build_index(vectors[:2_000]).recall == 1.0

    class Blind(FastScanIndex):
        def _scan(self, query, plan, bits):
            return super()._scan(query, plan, bits)[20:]

    assert measured_recall(Blind.build(vectors), vectors) < 0.7
    monkeypatch.setattr(backends, "BACKENDS", {"fast-scan": Blind})
    with pytest.raises(IndexUnusable, match=r"低于下限 0\.98，未启用，原索引不变"):
        build_index(vectors, Choice("fast-scan"))
    monkeypatch.setattr(backends, "AUTOMATIC", {"fast-scan": 0})
    by_size = build_index(vectors)
    assert (by_size.kind, by_size.recall, type(by_size.index)) == ("exact", 1.0, ExactIndex)


def test_an_odd_dimension_and_few_rows_are_no_special_case():
    random = np.random.default_rng(4)
    few = units(random.standard_normal((coded._LEAST - 1, 7)))
    assert FastScanIndex.build(few).plan(3).way is Way.ALL
    many = units(random.standard_normal((12_000, 7)))
    index = FastScanIndex.build(many)
    assert index.plan(3).way is Way.SCANNED
    assert index.search(many[:1], 3)[0].rows[0] == 0
