"""Another model never meets the old one's vectors: caches and indexes are kept apart, and swapped whole."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import Unigram

from matcher.domain import Confidentiality, Need, Patent
from matcher.errors import ModelError, NotReady
from matcher.settings import EmbeddingSettings, ServiceSettings, Settings
from matcher.workspace import Workspace
from models.contract import ModelUnusable, Progress, Role, Vectors
from models.static import StaticEmbedder
from models.training.export import save_static
from tests.models.service import Answer, ModelServer, embeddings

AT = datetime(2026, 6, 30)
CHARACTERS = "电池轴承冷却装置"
PATENTS = [Patent("p1", "电池冷却装置"), Patent("p2", "轴承"), Patent("p3", "轴承冷却", "装置")]
NEED = Need("n1", "电池冷却", confidentiality=Confidentiality.PUBLIC)


def make(folder: Path, dimension: int, seed: int) -> Path:
    """A static model of its own weights."""
    words = Tokenizer(Unigram([("[UNK]", 0.0), *((character, -1.0) for character in CHARACTERS)], unk_id=0))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    table = np.random.default_rng(seed).standard_normal((len(CHARACTERS) + 1, dimension)).astype(np.float32)
    save_static(table, words, folder)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace whose index is of model `a`."""
    with open_under(tmp_path / "home", make(tmp_path / "a", 4, seed=1)) as workspace:
        workspace.store.merge([*PATENTS, NEED], date(2026, 1, 1))
        workspace.build(AT)
    return tmp_path / "home"


def open_under(home: Path, model: Path) -> Workspace:
    return Workspace.open(Settings(home=home, model=str(model)))


def indexed_vectors(workspace: Workspace) -> Vectors:
    """What the index in use holds, by scoring the axes."""
    collection = workspace.matching().collection
    rows = np.arange(len(collection.ids))
    axes = np.eye(workspace.embedder.spec.dimension, dtype=np.float32)
    return np.stack([collection.vectors.scores(axis, rows) for axis in axes], axis=1)


@pytest.mark.parametrize(("dimension", "seed"), [(6, 1), (4, 2)], ids=["dimension", "weights"])
def test_an_index_of_another_model_is_refused_until_it_is_built_again(
    home: Path, tmp_path: Path, dimension: int, seed: int
) -> None:
    other = make(tmp_path / "b", dimension, seed)
    with open_under(home, other) as workspace:
        assert workspace.stale()
        with pytest.raises(NotReady) as refused:
            workspace.matching()
        assert str(refused.value) == "索引由模型 a 建立，与现用模型 b 不符。请运行 matcher index 重建索引。"
        with pytest.raises(NotReady, match="请运行 matcher index"):
            workspace.demand_collection()
        workspace.build(AT)
        embedder = StaticEmbedder.load(other)
        titles = embedder.encode([patent.title for patent in PATENTS], Role.PASSAGE)
        bodies = embedder.encode([patent.abstract for patent in PATENTS], Role.PASSAGE)
        joined = titles + 0.5 * bodies
        expected = joined / np.linalg.norm(joined, axis=1, keepdims=True)
        np.testing.assert_allclose(indexed_vectors(workspace), expected, atol=1e-5)
        for kind in ("patents", "demand"):
            version = json.loads((home / "indexes" / kind / "CURRENT").read_text())["version"]
            manifest = json.loads((home / "indexes" / kind / version / "manifest.json").read_text())
            assert (manifest["model"], manifest["dimension"]) == ("b", dimension)
            assert manifest["weights"] == embedder.fingerprint


def test_the_same_folder_with_other_weights_is_another_model(home: Path, tmp_path: Path) -> None:
    make(tmp_path / "a", 4, seed=2)
    with open_under(home, tmp_path / "a") as workspace, pytest.raises(NotReady, match="与现用模型 a 不符"):
        workspace.matching()


def test_a_change_embeds_every_text_with_progress_and_going_back_embeds_none(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    words = {"电池"}  # what reasons may quote: few beside the texts, embedded with every full build
    real = StaticEmbedder.encode

    def counting(
        self: StaticEmbedder, texts: Sequence[str], role: Role, progress: Progress | None = None
    ) -> Vectors:
        embedded.extend(texts)
        return real(self, texts, role, progress)

    monkeypatch.setattr(StaticEmbedder, "encode", counting)
    shown: list[tuple[int, int]] = []
    with open_under(home, make(tmp_path / "b", 4, seed=2)) as workspace:
        workspace.build(AT, lambda done, total: shown.append((done, total)))
    texts = {patent.title for patent in PATENTS} | {"装置", "", NEED.title}
    assert set(embedded) == texts | words
    assert len(embedded) == len(texts) + len(words) + 1  # the empty text once in either role
    done = [done for done, total in shown if total == len(PATENTS)]
    assert done[-1] == len(PATENTS)
    assert all(0 <= done <= total for done, total in shown)
    embedded.clear()
    with open_under(home, tmp_path / "a") as workspace:
        workspace.build(AT)
        assert set(embedded) == words
        assert not workspace.stale()
    assert len(list((home / "vectors").iterdir())) == 4  # two models in two roles


def test_a_change_that_fails_leaves_the_old_index_in_use(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_under(home, tmp_path / "a") as workspace:
        before, vectors = workspace.index_version(), indexed_vectors(workspace)
    other = make(tmp_path / "b", 4, seed=2)

    def failing(self: StaticEmbedder, texts: Sequence[str], role: Role, progress: object = None) -> Vectors:
        raise ModelUnusable("模型停了。")

    with monkeypatch.context() as patch, open_under(home, other) as workspace:
        patch.setattr(StaticEmbedder, "encode", failing)
        with pytest.raises(ModelError, match="模型停了"):
            workspace.build(AT)
    with open_under(home, tmp_path / "a") as workspace:
        assert workspace.index_version() == before
        np.testing.assert_array_equal(indexed_vectors(workspace), vectors)


def test_a_served_model_that_was_exchanged_behind_its_name_is_noticed(tmp_path: Path) -> None:
    server = ModelServer()
    service = ServiceSettings(address=server.address, attempts=1)
    settings = Settings(home=tmp_path, model="served:m", embedding=EmbeddingSettings(service=service))
    with Workspace.open(settings) as workspace:
        workspace.store.merge([*PATENTS, NEED], date(2026, 1, 1))
        workspace.build(AT)
        assert not workspace.stale()

    def exchanged(request: dict[str, object]) -> Answer:
        return embeddings(request | {"model": "another"})

    server.usual = exchanged
    with Workspace.open(settings) as workspace, pytest.raises(NotReady, match="请运行 matcher index"):
        workspace.matching()
    server.close()


def test_progress_is_shown_while_a_block_is_under_way(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One block holds thousands of texts; an encoder that reads ten a second says so as it goes."""
    real = StaticEmbedder.encode

    def one_by_one(
        self: StaticEmbedder, texts: Sequence[str], role: Role, progress: Progress | None = None
    ) -> Vectors:
        parts = []
        for text in texts:
            parts.append(real(self, [text], role))
            if progress is not None:
                progress(1)
        return np.concatenate(parts)

    monkeypatch.setattr(StaticEmbedder, "encode", one_by_one)
    shown: list[tuple[int, int]] = []
    with open_under(home, make(tmp_path / "b", 4, seed=2)) as workspace:
        workspace.build(AT, lambda done, total: shown.append((done, total)))
    assert shown[:5] == [(0, 3), (1, 3), (2, 3), (3, 3), (3, 3)]  # three titles, then their block
    assert shown[5:9] == [(1, 3), (2, 3), (3, 3), (3, 3)]  # bodies: one stands twice and is read once
