"""A bureau's own model from its own files and workspace, and what refuses to be trained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from matcher.corpus import training_documents
from matcher.domain import Need, Patent
from matcher.errors import InputError
from matcher.opening import open_model
from matcher.settings import Settings
from matcher.training import Material, train_contextual, train_embedding
from matcher.workspace import Workspace
from models.contract import Role
from models.training.encoder import LOG, EncoderSettings
from models.training.recipe import Stage, TrainingSettings
from models.training.sources import Document, document_pairs, document_texts

HOW = TrainingSettings(dimension=4, least_count=1, subsample=1.0, batch=2, steps=10)
TITLES = ["电池散热装置", "电池冷却方法", "小麦播种机械", "玉米播种方法"]


def silent(stage: Stage, done: int, total: int) -> None: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "工作区")


@pytest.fixture
def patents(tmp_path: Path) -> Path:
    rows = [
        {
            "id": f"P{i}",
            "title": title,
            "abstract": f"本发明公开一种{title}，用于解决现有{title}不足的问题。" * 2,
        }
        for i, title in enumerate(TITLES)
    ]
    file = tmp_path / "专利.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


def test_records_become_documents_texts_and_pairs() -> None:
    patent = Patent(
        id="1", title="水泵叶轮", abstract="摘" * 40, keywords=("叶轮",), ipc=("F04D29/22", "B23P15/00")
    )
    need = Need(id="2", title="节能水泵", description="希望降低能耗", problem="效率低")
    documents = list(training_documents([patent], [need]))
    assert documents == [
        Document("水泵叶轮", "摘" * 40 + "。叶轮", "叶轮", "F04D29/22"),
        Document("节能水泵", "希望降低能耗。效率低"),
    ]
    assert list(document_texts(documents))[1] == "节能水泵\n希望降低能耗。效率低\n"
    sibling = Document("水泵", ipc="F04D29/18")
    pairs = {(pair.left, pair.right, pair.kind) for pair in document_pairs([*documents, sibling], {})}
    assert ("水泵叶轮", "水泵", "same-group") in pairs


def test_files_and_workspace_become_a_model_that_the_product_loads(
    tmp_path: Path, settings: Settings, patents: Path
) -> None:
    with Workspace.open(settings) as opened:
        opened.store.merge([Need(id="N1", title="粉碎机轴承润滑", description="轴承温升高" * 10)])
    out = tmp_path / "新" / "模型"
    trained = train_embedding(Material(patents=(patents,), workspace=True), out, settings, HOW, silent)
    assert (trained.folder, trained.texts) == (out, 5)
    embedder = open_model(settings.model_copy(update={"model": str(out)}))
    vectors = embedder.encode(["电池散热", "轴承"], Role.QUERY)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert [path.name for path in out.parent.iterdir()] == ["模型"]


def test_nothing_given_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(InputError, match="没有指定训练材料。请用 --public"):
        train_embedding(Material(), tmp_path / "模型", settings, HOW, silent)


def test_an_existing_model_is_not_overwritten(tmp_path: Path, settings: Settings, patents: Path) -> None:
    out = tmp_path / "模型"
    out.mkdir()
    (out / "modules.json").write_text("[]")
    with pytest.raises(InputError, match="已存在且不为空。请换一个文件夹名"):
        train_embedding(Material(patents=(patents,)), out, settings, HOW, silent)
    assert [path.read_text() for path in out.iterdir()] == ["[]"]


def test_an_incomplete_public_folder_is_refused(tmp_path: Path, settings: Settings) -> None:
    public = tmp_path / "公开"
    public.mkdir()
    with pytest.raises(InputError, match=r"公开语料文件夹“.*公开”中缺少 .*taian_1985_2015\.xlsx。请补齐"):
        train_embedding(Material(public), tmp_path / "模型", settings, HOW, silent)
    assert not (tmp_path / "模型").exists()


def test_too_little_text_is_refused_and_leaves_nothing(
    tmp_path: Path, settings: Settings, patents: Path
) -> None:
    with pytest.raises(InputError, match="不足以训练 512 维的模型；请提供更多文本，或减小维数"):
        train_embedding(Material(patents=(patents,)), tmp_path / "模型", settings, TrainingSettings(), silent)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["专利.jsonl"]


TINY = EncoderSettings(
    width=32,
    layers=1,
    heads=2,
    masked_steps=30,
    masked_batch=16,
    masked_rate=5e-3,
    steps=60,
    batch=4,
    rate=5e-3,
)


def test_an_encoder_learns_which_abstract_belongs_to_which_title(
    tmp_path: Path, settings: Settings, patents: Path
) -> None:
    rows = [json.loads(line) for line in patents.read_text("utf-8").splitlines()]
    out = tmp_path / "编码模型"
    trained = train_contextual(Material(patents=(patents,)), out, settings, TINY, silent)
    assert (len(trained.masked_losses), len(trained.losses)) == (30, 60)
    assert trained.masked_losses[-1] < trained.masked_losses[0] - 3
    log = [json.loads(line) for line in (out / LOG).read_text("utf-8").splitlines()]
    assert [(line["stage"], line["step"]) for line in log] == [
        ("masked", 0), ("masked", 25), ("contrast", 0), ("contrast", 25), ("contrast", 50)
    ]  # fmt: skip
    embedder = open_model(settings.model_copy(update={"model": str(out)}))
    titles = embedder.encode([row["title"] for row in rows], Role.QUERY)
    abstracts = embedder.encode([row["abstract"] for row in rows], Role.PASSAGE)
    np.testing.assert_allclose(np.linalg.norm(titles, axis=1), 1, atol=1e-5)
    assert (titles @ abstracts.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_an_encoder_starts_from_a_static_model_only(
    tmp_path: Path, settings: Settings, patents: Path
) -> None:
    wanted = settings.model_copy(update={"model": "bge-small-zh-v1.5"})
    with pytest.raises(
        InputError, match=r"“bge-small-zh-v1\.5”不是静态模型，不能作为训练的起点。请用 --model"
    ):
        train_contextual(Material(patents=(patents,)), tmp_path / "模型", wanted, TINY, silent)
    assert not (tmp_path / "模型").exists()
