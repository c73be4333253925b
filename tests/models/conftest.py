"""Tiny models of the real classes, made on the spot with random weights; one thread, so that bits repeat."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.service import ModelServer

CHARACTERS = (
    "一种磁悬浮轴承装置电池材料制备方法问题为这个句子生成表示以用于检索相关文章：。高温合金叶片abcdef "
)


@pytest.fixture(scope="session")
def seeded() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra 'transformers'")
    pytest.importorskip("sentence_transformers", reason="needs the extra 'transformers'")
    torch.set_num_threads(1)


def character_tokenizer(folder: Path, pad: str, begin: str, end: str, side: str = "right") -> int:
    """A fast tokeniser with one token a character, saved as hubs publish it; the size of its vocabulary."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = [pad, "[UNK]", begin, end]
    words = {word: place for place, word in enumerate(dict.fromkeys([*special, *CHARACTERS]))}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    template = f"{begin} $A {end}" if begin != end else f"$A {end}"
    pair = f"{begin} $A {end} $B {end}" if begin != end else f"$A $B {end}"
    marks = [(mark, words[mark]) for mark in dict.fromkeys([begin, end])]
    tokenizer.post_processor = processors.TemplateProcessing(single=template, pair=pair, special_tokens=marks)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=pad, unk_token="[UNK]", cls_token=begin, sep_token=end,
        padding_side=side, model_max_length=64,
    )  # fmt: skip
    fast.save_pretrained(folder)
    return len(words)


def save_checkpoint(network: object, raw: Path, pooling: str, folder: Path, prompts: dict[str, str]) -> Path:
    """A bare checkpoint as a sentence-transformers folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    network.save_pretrained(raw)  # type: ignore[attr-defined]
    transformer = Transformer(str(raw))
    transformer.max_seq_length = 64
    modules = [transformer, Pooling(16, pooling), Normalize()]
    SentenceTransformer(modules=modules, prompts=prompts).save(str(folder))
    return folder


@pytest.fixture(scope="session")
def raw_bert(seeded: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT without any sentence-transformers file, as some mirrors give it."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    raw = tmp_path_factory.mktemp("raw-bert")
    size = character_tokenizer(raw, "[PAD]", "[CLS]", "[SEP]")
    BertModel(BertConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64, initializer_range=0.5, attn_implementation="eager",
    )).save_pretrained(raw)  # fmt: skip
    return raw


@pytest.fixture(scope="session")
def tiny_bert(raw_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shape of bge-small-zh: BERT, [CLS]."""
    from transformers import BertModel

    folder = tmp_path_factory.mktemp("bert") / "tiny"
    return save_checkpoint(BertModel.from_pretrained(raw_bert), raw_bert, "cls", folder, {})


@pytest.fixture(scope="session")
def tiny_xlmr(seeded: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shape of bge-m3: XLM-RoBERTa, first token."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaModel

    torch.manual_seed(1)
    raw = tmp_path_factory.mktemp("raw-xlmr")
    size = character_tokenizer(raw, "<pad>", "<s>", "</s>")
    config = XLMRobertaConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=66, type_vocab_size=1, pad_token_id=0, bos_token_id=2, eos_token_id=3,
        initializer_range=0.5,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("xlmr") / "tiny"
    return save_checkpoint(XLMRobertaModel(config), raw, "cls", folder, {})


@pytest.fixture(scope="session")
def tiny_qwen(seeded: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shape of Qwen3-Embedding: a decoder, padded on the left, last token, its own query prompt."""
    import torch
    from transformers import Qwen3Config, Qwen3Model

    torch.manual_seed(2)
    raw = tmp_path_factory.mktemp("raw-qwen")
    size = character_tokenizer(raw, "<|end|>", "<|end|>", "<|end|>", side="left")
    config = Qwen3Config(
        vocab_size=size, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
        head_dim=8, intermediate_size=32, max_position_embeddings=128, initializer_range=0.5,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("qwen") / "tiny"
    prompts = {"query": "问题：", "document": ""}
    return save_checkpoint(Qwen3Model(config), raw, "lasttoken", folder, prompts)


@pytest.fixture(scope="session")
def tiny_gte(seeded: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shape of gte-multilingual-base, with the class that transformers brings."""
    import torch
    from transformers import GteConfig, GteModel

    torch.manual_seed(3)
    raw = tmp_path_factory.mktemp("raw-gte")
    size = character_tokenizer(raw, "<pad>", "<s>", "</s>")
    config = GteConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64, pad_token_id=0, initializer_range=0.5,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("gte") / "tiny"
    return save_checkpoint(GteModel(config), raw, "cls", folder, {})


@pytest.fixture
def rewritten() -> object:
    """Changes keys of a JSON file in place."""

    def rewrite(file: Path, **keys: object) -> None:
        content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        file.write_text(json.dumps(content | keys, ensure_ascii=False), encoding="utf-8")

    return rewrite


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model service on this machine."""
    running = ModelServer()
    yield running
    running.close()
