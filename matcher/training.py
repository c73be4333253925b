"""A static model of one's own: public texts, files and the workspace become the material that it is trained on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from matcher.corpus import training_documents
from matcher.domain import Need, Patent
from matcher.errors import InputError
from matcher.importing.reading import read_records
from matcher.importing.synonyms import RecordKind
from matcher.settings import Settings
from matcher.workspace import Workspace
from models.catalogue import find_spec
from models.static import StaticEmbedder
from models.training import sources
from models.training.encoder import EncoderSettings, EncoderTrained, train_encoder
from models.training.recipe import Pair, StageProgress, TooLittleText, TrainingSettings
from models.training.static import Trained, train_static


@dataclass(frozen=True, slots=True)
class Material:
    """Where texts and pairs come from; all that is given is used together."""

    public: Path | None = None
    """Folder of public sources, as `models.training.sources` reads it."""
    patents: tuple[Path, ...] = ()
    needs: tuple[Path, ...] = ()
    workspace: bool = False


def train_embedding(
    material: Material, out: Path, settings: Settings, how: TrainingSettings, progress: StageProgress
) -> Trained:
    """Train a static model on the material and write its folder `out`; raises InputError where it is missing or too little."""
    with _folder(material, out) as aside:
        texts, pairs = _texts_and_pairs(material, settings)
        trained = train_static(texts, pairs, aside, how, progress)
    return replace(trained, folder=out)


def train_contextual(
    material: Material, out: Path, settings: Settings, how: EncoderSettings, progress: StageProgress
) -> EncoderTrained:
    """Train a small encoder on the material, from the words of the static model that the settings name, into `out`.

    Raises InputError as `train_embedding` does, and where the settings' model is not a static one.
    """
    spec = find_spec(settings.model)
    if spec.kind != "static":
        raise InputError(
            f"“{settings.model}”不是静态模型，不能作为训练的起点。请用 --model 指定一个静态模型，或不指定。"
        )
    start = StaticEmbedder.load(Path(spec.source))
    with _folder(material, out) as aside:
        texts, pairs = _texts_and_pairs(material, settings)
        trained = train_encoder(texts, pairs, start, aside, how, progress)
    return replace(trained, folder=out)


@contextmanager
def _folder(material: Material, out: Path) -> Iterator[Path]:
    """A place aside that becomes `out` on leaving, or is gone; raises InputError with what is wrong."""
    if material == Material():
        raise InputError(
            "没有指定训练材料。请用 --public 指定公开语料文件夹，用 --patents、--needs 指定文件，或用 --workspace 使用工作区数据。"
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"“{out}”已存在且不为空。请换一个文件夹名，以免覆盖已有的模型。")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=out.parent) as place:
            yield Path(place) / out.name
            (Path(place) / out.name).replace(out)
    except TooLittleText as error:
        raise InputError(str(error)) from error
    except FileNotFoundError as error:
        raise InputError(
            f"公开语料文件夹“{material.public}”中缺少 {error.filename}。请补齐该文件，或检查 --public 的路径。"
        ) from error


def _texts_and_pairs(material: Material, settings: Settings) -> tuple[Iterator[str], Iterator[Pair]]:
    own = list(training_documents(*_records(material, settings)))
    texts: Iterator[str] = sources.document_texts(own)
    pairs: Iterator[Pair] = sources.document_pairs(own, {})
    if material.public is not None:
        texts = chain(sources.training_texts(material.public), texts)
        pairs = chain(sources.training_pairs(material.public), pairs)
    return texts, pairs


def _records(material: Material, settings: Settings) -> tuple[list[Patent], list[Need]]:
    patents: list[Patent] = []
    needs: list[Need] = []
    for path in material.patents:
        patents += [one.record for one in read_records(path, RecordKind.PATENTS, limits=settings.limits)]
    for path in material.needs:
        needs += [one.record for one in read_records(path, RecordKind.NEEDS, limits=settings.limits)]
    if material.workspace:
        with Workspace.open(settings) as opened:
            patents += opened.store.patents.all()
            needs += opened.store.needs.all()
    return patents, needs
