"""Opens models as the settings name them; errors of the lower layers become the product's here, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from indexes.contract import IndexUnusable
from indexes.engines import EngineGone
from indexes.manifest import IndexBusy, IndexMissing, IndexStale, IndexUnwritten
from matcher.errors import IndexDamaged, ModelError, NotReady, SettingsError
from matcher.outgoing import OutgoingEmbedder
from matcher.reranking import Reranking
from matcher.settings import Settings
from models.catalogue import SERVED, load_model
from models.contract import Embedder, Loading, LongTexts, ModelUnusable, Precision, Service

INDEX_BUSY = "index_busy"
"""Code of the error that says that another process builds the index: its turn comes."""


@contextmanager
def lower_errors() -> Iterator[None]:
    """Errors of models and indexes as errors of the product, with the sentence that they came with."""
    try:
        yield
    except EngineGone as error:
        raise NotReady(str(error), code="engine_unavailable") from error
    except IndexBusy as error:
        raise NotReady(str(error), code=INDEX_BUSY) from error
    except (IndexMissing, IndexStale, IndexUnwritten) as error:
        raise NotReady(str(error)) from error
    except IndexUnusable as error:
        raise IndexDamaged(str(error)) from error
    except ModelUnusable as error:
        raise ModelError(str(error)) from error


def open_model(settings: Settings) -> Embedder:
    """The model that the settings name; raises ModelError, or SettingsError where texts may not leave for it."""
    with lower_errors():
        if settings.model.startswith(SERVED):
            require_allowed(settings, settings.embedding.service.address)
        embedder = load_model(settings.model, loading(settings))
        return OutgoingEmbedder(embedder) if embedder.spec.external else embedder


def open_reranking(settings: Settings) -> Reranking | None:
    """The reranker that the settings name, if any; raises as `open_model` does."""
    chosen = settings.reranking
    if not chosen.model:
        return None
    from models.rerankers import load_reranker

    with lower_errors():
        if chosen.model.startswith(SERVED):
            require_allowed(settings, chosen.service.address)
        # A late answer is of no use, and neither is a second attempt.
        hasty = {"seconds": min(chosen.service.seconds, chosen.seconds), "attempts": 1}
        service = Service(**{**chosen.service.model_dump(), **hasty}) if chosen.service.address else None
        return Reranking(load_reranker(chosen.model, replace(loading(settings), service=service)), chosen)


def external_services(settings: Settings) -> list[str]:
    """Addresses off this machine that the settings have a model at; raises ModelError for one that is none."""
    from models.endpoint import is_external

    named = (
        (settings.model, settings.embedding.service.address),
        (settings.reranking.model, settings.reranking.service.address),
    )
    with lower_errors():
        used = [address for model, address in named if model.startswith(SERVED) and address]
        return [address for address in dict.fromkeys(used) if is_external(address)]


def require_allowed(settings: Settings, address: str) -> None:
    """Raises SettingsError for a service off this machine that the settings do not allow, before anything is sent."""
    from models.endpoint import is_external

    if address and not settings.allow_external_text and is_external(address):
        raise SettingsError(
            f"服务地址 {address} 不在本机，默认不把文本发往外部。确需使用时，请由负责人在 matcher.toml 中设置 "
            "allow_external_text = true；届时只发送专利文本和“公开”的需求，保密需求和联系方式不会发送。",
            code="external_text_not_allowed",
        )


def loading(settings: Settings) -> Loading:
    """How the settings want a model brought up; downloads are kept in the workspace."""
    chosen = settings.embedding
    service = Service(**chosen.service.model_dump()) if chosen.service.address else None
    return Loading(
        device=settings.device,
        precision=Precision(chosen.precision),
        runtime=chosen.runtime,
        dimension=chosen.dimension,
        long_texts=LongTexts(chosen.long_texts),
        hub=chosen.hub,
        downloads=settings.home / "models",
        service=service,
    )
