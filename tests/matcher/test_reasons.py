"""Reasons rest on the words that the index has stored; they are those of the texts, cut anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from sqlalchemy import delete

from matcher import usecases
from matcher.domain import Need, Patent
from matcher.errors import IndexDamaged, NotReady
from matcher.ranking import ListRules
from matcher.settings import Settings
from matcher.store import tables
from matcher.store.engine import writing
from matcher.workspace import Workspace

AT = datetime(2026, 11, 1, 9, 0)
DAY = date(2026, 11, 1)
FILLERS = ("的", "，", "一种", "装置", "plc", "60", "。", "与", "及其", "采用")
TERMS = (
    *(
        "阀门",
        "轴承",
        "电池",
        "叶片",
        "涂层",
        "传感器",
        "催化剂",
        "污泥",
        "玉米",
        "激光",
        "变速箱",
        "齿轮箱",
        "汽车",
    ),
    *(
        "焊接",
        "织物",
        "钢板",
        "芯片",
        "图像",
        "齿轮",
        "电机",
        "水泥",
        "燃料",
        "橡胶",
        "轿车",
        "减速机",
        "锂电池",
    ),
    *(
        "蓄电池",
        "光伏",
        "太阳能",
        "粘合剂",
        "胶粘剂",
        "马达",
        "发动机",
        "陶瓷",
        "玻璃",
        "塑料",
        "纤维",
        "药物",
    ),
    *(
        "蛋白",
        "抗体",
        "茶叶",
        "大豆",
        "小麦",
        "果汁",
        "酒精",
        "乙醇",
        "机床",
        "刀具",
        "模具",
        "铸造",
        "合金",
        "钛合金",
    ),
    *(
        "卫星",
        "雷达",
        "天线",
        "基站",
        "水泵",
        "管道",
        "锅炉",
        "煤炭",
        "尾矿",
        "稀土",
        "桥梁",
        "隧道",
        "混凝土",
    ),
)
NEEDS = [
    Need("n1", "变速箱的马达与轴承", "太阳能光伏电池，轿车发动机胶粘剂。plc"),
    Need("n2", "锂电池涂层", "一种传感器芯片与激光焊接钢板"),
    Need("n3", "玉米污泥燃料"),
]


def patent(random, number):
    def text(count):
        told = random.random(count) < 0.08  # terms stand in a twentieth of the patents at most
        return "".join(np.where(told, random.choice(TERMS, count), random.choice(FILLERS, count)))

    return Patent(f"p{number:04d}", text(5), text(25))


@pytest.fixture
def workspace(tmp_path):
    random = np.random.default_rng(0)
    with Workspace.open(Settings(home=tmp_path / "工作区")) as opened:
        opened.store.merge([patent(random, number) for number in range(0, 300, 2)], DAY)
        assert usecases.build_index(opened, AT)
        yield opened


def evidence(matching):
    """Of every need with every patent, by ids."""
    patents = matching.source.many(matching.collection.ids)
    ordered = [patents[id_] for id_ in matching.collection.ids]
    return {
        (need.id, one.id): found
        for need in NEEDS
        for one, found in zip(ordered, matching.evidence(need, ordered), strict=True)
    }


def freshly(matching):
    """The same matching without stored words."""
    return replace(matching, collection=replace(matching.collection, cut=None))


def test_stored_words_give_the_reasons_of_words_cut_anew(workspace):
    matching = workspace.matching()
    assert matching.collection.cut is not None
    found = evidence(matching)
    assert found == evidence(freshly(matching))
    assert sum(bool(one.related) for one in found.values()) > 20
    assert sum(bool(one.terms) for one in found.values()) > 50
    patents = matching.source.many(matching.collection.ids)
    alone = {
        (need.id, id_): matching.evidence(need, [one])[0] for need in NEEDS for id_, one in patents.items()
    }
    assert alone == found
    assert matching.evidence(NEEDS[0], [Patent("anders", "变速箱")]) == [type(found["n1", "p0000"])()]


def test_what_came_later_has_reasons_like_what_stood(workspace):
    before = evidence(workspace.matching())
    random = np.random.default_rng(1)
    workspace.store.merge([patent(random, number) for number in (1, 151, 301)], DAY)
    with writing(workspace.store._engine) as connection:
        connection.execute(delete(tables.patents).where(tables.patents.c.id.in_(["p0000", "p0100"])))
    assert usecases.build_index(workspace, AT)
    matching = workspace.matching()
    version = workspace.settings.home / "indexes" / "patents" / matching.index[:6]
    assert (version / "base" / "words.ids.npy").is_file()
    found = evidence(matching)
    assert len(found) == 3 * (150 + 3 - 2)
    assert found == evidence(freshly(matching))
    kept = [pair for pair in before if pair[1] not in ("p0000", "p0100")]
    assert [found[pair] for pair in kept] == [before[pair] for pair in kept]
    needs = matching.match(NEEDS, workspace.context(DAY), ListRules(list_k=50))
    assert [one.matches for one in needs] == [
        matching.match([need], workspace.context(DAY), ListRules(list_k=50))[0].matches for need in NEEDS
    ]


@pytest.mark.parametrize("name", ["ids", "codes", "vectors"])
def test_a_damaged_file_of_words_is_refused_and_the_one_that_is_open_serves_on(workspace, name):
    before = evidence(workspace.matching())
    version = workspace.settings.home / "indexes" / "patents" / workspace.matching().index[:6]
    file = version / f"words.{name}.npy"
    whole = file.read_bytes()
    spoilt = bytearray(whole)
    spoilt[-1] ^= 1
    file.unlink()
    file.write_bytes(spoilt)
    assert evidence(workspace.matching()) == before
    with Workspace.open(workspace.settings) as other:
        with pytest.raises(IndexDamaged, match=rf"words\.{name}\.npy 不完整或已损坏。请运行 matcher index"):
            other.matching()
        assert usecases.build_index(other, AT)
        assert evidence(other.matching()) == before


def test_an_index_of_another_format_says_what_to_run(workspace, monkeypatch):
    monkeypatch.setattr("indexes.manifest.FORMAT", 99)
    with (
        Workspace.open(workspace.settings) as other,
        pytest.raises((IndexDamaged, NotReady), match="格式不同。请运行 matcher index"),
    ):
        other.matching()
