"""Embeddings from a service: every way in which one may answer wrongly, over real HTTP on this machine."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.catalogue import find_spec, load_model
from models.contract import Loading, LongTexts, ModelUnusable, Role, Service
from models.endpoint import Endpoint, is_external
from models.served import ServedEmbedder
from tests.models.service import DIMENSION, Answer, ModelServer, embeddings, vector

SPEC = find_spec("served:m")


def service(server: ModelServer, **changes: Any) -> Service:
    return replace(Service(server.address, seconds=5, attempts=3, batch=4), **changes)


def load(server: ModelServer, **changes: Any) -> ServedEmbedder:
    return ServedEmbedder.load(SPEC, Loading(service=service(server, **changes)))


def unit(text: str, model: str = "m") -> np.ndarray:
    drawn = np.array(vector(text, model))
    return drawn / np.linalg.norm(drawn)


def test_vectors_are_the_service_s_normalised_in_the_order_of_the_texts(server: ModelServer) -> None:
    embedder = load(server)
    server.asked.clear()
    texts = ["轴承", "", "电池", " ", "叶片", "合金", "装置", "方法"]
    found = embedder.encode(texts, Role.PASSAGE)
    expected = [unit(text) if text.strip() else np.zeros(DIMENSION) for text in texts]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [request["input"] for request in server.asked] == [
        ["轴承", "电池", "叶片", "合金"],
        ["装置", "方法"],
    ]
    assert server.asked[0]["model"] == "m"
    assert set(server.paths) == {"/v1/embeddings"}
    assert embedder.spec.dimension == DIMENSION


def test_queries_go_one_by_one_with_their_prefix(server: ModelServer) -> None:
    spec = replace(SPEC, query_prefix="问：")
    embedder = ServedEmbedder.load(spec, Loading(service=service(server)))
    server.asked.clear()
    np.testing.assert_allclose(
        embedder.encode(["轴承", "电池"], Role.QUERY), [unit("问：轴承"), unit("问：电池")], atol=1e-6
    )
    assert [request["input"] for request in server.asked] == [["问：轴承"], ["问：电池"]]


def test_a_long_text_goes_by_windows(server: ModelServer) -> None:
    long = "甲" * 500 + "。" + "乙" * 200
    loading = Loading(service=service(server), long_texts=LongTexts.MEAN)
    found = load_model("served:m", loading).encode([long], Role.PASSAGE)[0]
    mean = (unit("甲" * 500 + "。") + unit("乙" * 200)) / 2
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-6)


def test_leading_dimensions_are_kept(server: ModelServer) -> None:
    embedder = ServedEmbedder.load(SPEC, Loading(service=service(server), dimension=3))
    leading = unit("轴承")[:3]
    np.testing.assert_allclose(
        embedder.encode(["轴承"], Role.PASSAGE)[0], leading / np.linalg.norm(leading), atol=1e-6
    )


def test_the_fingerprint_is_address_name_and_what_the_probes_look_like(server: ModelServer) -> None:
    first = load(server).fingerprint
    assert load(server).fingerprint == first

    def noisy(request: dict[str, Any]) -> Answer:
        answer = embeddings(request)
        for row in answer.document["data"]:
            row["embedding"] = [value * 3 + 1e-7 for value in row["embedding"]]
        return answer

    server.usual = noisy
    assert load(server).fingerprint == first
    server.usual = lambda request: embeddings(request | {"model": "another behind the same name"})
    assert load(server).fingerprint != first
    server.usual = embeddings
    other = ServedEmbedder.load(replace(SPEC, query_prefix="问："), Loading(service=service(server)))
    assert other.fingerprint != first
    second = ModelServer()
    assert load(second).fingerprint != first
    second.close()


def test_the_key_comes_from_the_environment_only(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(server, key_variable="TEXT_SERVICE_KEY")
    assert set(server.keys) == {None}
    server.keys.clear()
    monkeypatch.setenv("TEXT_SERVICE_KEY", "secret")
    load(server, key_variable="TEXT_SERVICE_KEY")
    assert set(server.keys) == {"Bearer secret"}


def refusal(server: ModelServer, *plan: Any, **changes: Any) -> str:
    """What is said where the service, once loaded, answers by the plan; three attempts at most."""
    embedder = load(server, **changes)
    server.plan = list(plan)
    with pytest.raises(ModelUnusable) as refused:
        embedder.encode(["轴承", "电池"], Role.PASSAGE)
    return str(refused.value)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits between attempts, noted instead of slept."""
    waited: list[float] = []
    real = Endpoint.__init__

    def create(self: Endpoint, given: Service) -> None:
        real(self, given, sleep=waited.append)

    monkeypatch.setattr(Endpoint, "__init__", create)
    return waited


def rows(*vectors: list[Any], start: int = 0) -> Answer:
    return Answer({"data": [{"index": start + place, "embedding": row} for place, row in enumerate(vectors)]})


GOOD = [0.5] * DIMENSION


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (rows(GOOD), "的答复不是 2 条长度一致的向量（OpenAI /v1/embeddings 格式）；请核对服务地址和模型名称。"),
        (rows(GOOD, GOOD, GOOD), "的答复不是 2 条长度一致的向量"),
        (rows(GOOD, GOOD, start=1), "的答复不是 2 条长度一致的向量"),
        (rows(GOOD, GOOD[:-1]), "的答复不是 2 条长度一致的向量"),
        (rows(GOOD, ["x"] * DIMENSION), "的答复不是 2 条长度一致的向量"),
        (rows(GOOD, [None] * DIMENSION), "的答复不是 2 条长度一致的向量"),
        (Answer({"data": "none"}), "的答复不是 2 条长度一致的向量"),
        (Answer(["a list"]), "的答复不是 2 条长度一致的向量"),
        (rows(GOOD[:5], GOOD[:5]), "返回的向量形状为 (2, 5)，应为 2 行 8 维；请核对模型名称和版本。"),
        (rows([], []), "返回的向量形状为 (2, 0)，应为 2 行 8 维"),
        (rows(GOOD, [math.nan] * DIMENSION), "给出了无效数值（NaN 或无穷）"),
        (rows(GOOD, [math.inf] * DIMENSION), "给出了无效数值（NaN 或无穷）"),
        (rows(GOOD, [1e300] * DIMENSION), "给出了无效数值（NaN 或无穷）"),
        (Answer(b"<html>portal</html>"), "返回的不是 JSON；请核对服务地址（应以 /v1 结尾）。"),
        (Answer({"error": "no such model"}, 404), '返回状态 404（{"error": "no such model"}）；请核对地址和模型名称。'),
        (Answer({}, 401), "拒绝访问（401）；请检查环境变量 TEXT_SERVICE_KEY 中的密钥。"),
        (Answer({}, 302, {"Location": "http://example.invalid/"}), "要求跳转到别处（302），不予跟随"),
    ],
    ids=["too few", "too many", "foreign indices", "ragged", "words", "nulls", "no list", "no document",
         "dimension", "empty", "nan", "infinity", "overflow", "no json", "unknown", "no key", "redirect"],
)  # fmt: skip
def test_a_wrong_answer_is_refused_at_once(server: ModelServer, answer: Answer, said: str) -> None:
    found = refusal(server, answer, key_variable="TEXT_SERVICE_KEY")
    assert said in found
    assert found.startswith((f"模型服务 {server.address} ", f"模型服务 {server.address}", "模型“m”"))
    assert server.plan == []


def test_a_dimension_unlike_the_catalogue_s_is_refused_on_loading(server: ModelServer) -> None:
    with pytest.raises(ModelUnusable, match=r"形状为 \(1, 8\)，应为 1 行 1024 维"):
        ServedEmbedder.load(find_spec("served:bge-m3"), Loading(service=service(server)))


def test_a_busy_service_is_asked_again_after_what_it_says(
    server: ModelServer, no_waiting: list[float]
) -> None:
    embedder = load(server, attempts=5)
    server.plan = [
        Answer({}, 429, {"Retry-After": "7"}),
        Answer({}, 503),
        Answer({}, 503, {"Date": "Tue, 24 Nov 2026 10:00:00 GMT", "Retry-After": "Tue, 24 Nov 2026 10:00:20 GMT"}),
        Answer({}, 500, {"Retry-After": "86400"}),
    ]  # fmt: skip
    np.testing.assert_allclose(embedder.encode(["轴承"], Role.PASSAGE)[0], unit("轴承"), atol=1e-6)
    assert no_waiting[0] == 7
    assert no_waiting[1] == 1
    assert no_waiting[3] == 60
    assert len(no_waiting) == 4


def test_a_service_that_stays_busy_is_given_up(server: ModelServer, no_waiting: list[float]) -> None:
    said = refusal(server, *[Answer({}, 503)] * 3)
    assert said == (
        f"模型服务 {server.address} 返回状态 503（共尝试 3 次）；请检查服务是否正常运行，或稍后再试。"
    )
    assert no_waiting == [0.5, 1]


@pytest.mark.parametrize("answer", [Answer(hang=True), replace(rows(GOOD, GOOD), slowly=True)])
def test_a_service_that_hangs_or_drips_is_given_up(server: ModelServer, answer: Answer) -> None:
    said = refusal(server, answer, answer, seconds=0.3, attempts=2)
    assert said == (
        f"模型服务 {server.address} 在 0.3 秒内没有答完（共尝试 2 次）；请检查服务是否正常运行，或稍后再试。"
    )


def test_a_service_that_is_not_there_is_given_up(server: ModelServer) -> None:
    gone = service(server)
    server.close()
    with pytest.raises(ModelUnusable, match=r"无法连接或中断（ConnectError）（共尝试 3 次）"):
        ServedEmbedder.load(SPEC, Loading(service=gone))


def test_no_address_is_refused() -> None:
    with pytest.raises(ModelUnusable) as refused:
        load_model("served:m")
    assert str(refused.value) == (
        "模型“m”由服务提供，但没有设置服务地址；请在 matcher.toml 的 [embedding.service] 中写 address，"
        "如 http://127.0.0.1:8000/v1。"
    )


@pytest.mark.parametrize(
    ("address", "external"),
    [
        ("http://127.0.0.1:8000/v1", False),
        ("http://127.8.9.1/v1", False),
        ("http://localhost:1/v1", False),
        ("http://[::1]:1/v1", False),
        ("http://192.168.1.5/v1", True),
        ("http://0.0.0.0/v1", True),
        ("https://api.example.com/v1", True),
        ("http://localhost.example.com/v1", True),
        ("http://127.0.0.1.example.com/v1", True),
    ],
)
def test_only_this_machine_is_not_external(address: str, external: bool) -> None:
    assert is_external(address) is external


@pytest.mark.parametrize("address", ["", "127.0.0.1:8000", "ftp://127.0.0.1/v1", "http://key@127.0.0.1/v1"])
def test_what_is_no_plain_address_is_refused_without_repeating_a_key(address: str) -> None:
    with pytest.raises(ModelUnusable, match="服务地址") as refused:
        is_external(address)
    assert "key@" not in str(refused.value)
