"""The words of documents: cut once, taken again as if they had just been cut."""

from __future__ import annotations

import numpy as np
import pytest

from indexes.contract import IndexUnusable
from indexes.postings import Document
from indexes.words import HAN, NUMBER, TERM, Meanings, Words

DOCUMENTS = [
    Document("离心水泵的叶轮", "采用PLC控制，60毫米".lower()),
    Document("锂电池正极材料"),
    Document(""),
    Document("水泵叶轮", "水泵，q235 钢板0.5 𠀀𠀁"),
]


def encode(words):
    """Any direction for each word, the same in every call."""
    found = np.array([np.sin(np.arange(8) * (1 + sum(map(ord, word)) % 97)) for word in words])
    vectors = found.reshape(-1, 8).astype(np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


MEANINGS = Meanings(lambda words: np.array([len(word) > 1 for word in words], np.bool_), encode, 8)


def listed(words):
    """What is known of the words of every document, in order."""
    return [
        [
            None
            if number < 0
            else (
                words.word(number),
                int(words.kinds[number]),
                bool(words.telling[number]),
                words.vectors[number].tolist(),
                float(words.scales[number]),
            )
            for number in words.ids[start:end].tolist()
        ]
        for start, end in zip(words.starts, words.starts[1:], strict=False)
    ]


def test_every_run_is_cut_and_ended():
    words = Words.build(DOCUMENTS)
    found = [[None if one is None else one[:2] for one in document] for document in listed(words)]
    assert found[1] == [("锂电池", HAN), ("正极", HAN), ("材料", HAN), None]
    assert found[2] == []
    assert found[3][:4] == [("水泵", HAN), ("叶轮", HAN), None, ("水泵", HAN)]
    assert [one for one in found[3] if one is not None and one[1] != HAN] == [("q235", TERM), ("0.5", NUMBER)]
    assert words.vectors.shape == (len(words.kinds), 0)
    assert not words.telling.any()


def test_texts_are_the_runs_of_each_document():
    words = Words.build(DOCUMENTS)
    assert words.texts() == [
        "离心水泵的叶轮\n采用\nplc\n控制\n60\n毫米\n",
        "锂电池正极材料\n",
        "",
        "水泵叶轮\n水泵\nq235\n钢板\n0.5\n𠀀𠀁\n",
    ]
    assert words.take(np.array([2, 1])).texts() == ["", "锂电池正极材料\n"]
    assert Words.build([Document("")]).texts() == [""]


def test_documents_taken_are_as_if_cut_alone():
    words = Words.build(DOCUMENTS, MEANINGS)
    for rows in ([0, 1, 2, 3], [3, 1], [2], [], [1, 1]):
        alone = Words.build([DOCUMENTS[row] for row in rows], MEANINGS)
        taken = words.take(np.array(rows, np.int64))
        assert listed(taken) == listed(alone)
        assert len(taken.kinds) == len(alone.kinds)
    one, other = (Words.build(part, MEANINGS) for part in (DOCUMENTS[:2], DOCUMENTS[2:]))
    assert listed(one.followed_by(other)) == listed(words)
    assert listed(one.followed_by(other).take(np.array([3, 0]))) == listed(words.take(np.array([3, 0])))


def test_what_is_stored_is_not_worked_out_again():
    stored = Words.build(DOCUMENTS, MEANINGS).findable()
    asked = []

    def counting(words):
        asked.extend(words)
        return encode(words)

    texts = [Document("水泵叶轮", "正极的锂电池，全新名词"), Document("PLC".lower())]
    counted = Meanings(MEANINGS.telling, counting, 8)
    assert listed(Words.build(texts, counted, stored)) == listed(Words.build(texts, MEANINGS))
    assert asked == ["全新", "名词"]
    assert listed(Words.build([], counted, stored)) == []
    nothing = Words.build([], MEANINGS).findable()
    assert listed(Words.build(texts, MEANINGS, nothing)) == listed(Words.build(texts, MEANINGS))


def test_vectors_keep_their_direction():
    words = Words.build(DOCUMENTS, MEANINGS)
    told = np.flatnonzero(words.telling)
    exact = encode([words.word(number) for number in told.tolist()])
    near = words.vectors[told] * words.scales[told][:, None]
    assert np.abs(near - exact).max() <= np.abs(exact).max() / 254 + 1e-6
    assert not words.vectors[~words.telling].any()


def test_saved_and_loaded_they_are_the_same(tmp_path):
    words = Words.build(DOCUMENTS, MEANINGS).findable()
    assert Words.load(tmp_path) is None
    words.save(tmp_path)
    loaded = Words.load(tmp_path)
    assert loaded is not None
    assert listed(loaded) == listed(words)
    assert loaded.keys.tolist() == words.keys.tolist() == sorted(words.keys.tolist())
    assert loaded.numbers.tolist() == words.numbers.tolist()
    (tmp_path / "words.ids.npy").write_bytes((tmp_path / "words.ids.npy").read_bytes()[:-4])
    with pytest.raises(IndexUnusable, match="重新建立索引"):
        Words.load(tmp_path)
    np.save(tmp_path / "words.ids.npy", words.ids[:-1])
    with pytest.raises(IndexUnusable, match="各部分不一致"):
        Words.load(tmp_path)
