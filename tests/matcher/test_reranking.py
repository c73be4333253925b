"""A cross-encoder over the best candidates: one signal more for all of them, or none, and the list says which."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from matcher.domain import Confidentiality, Enterprise, Need, Patent
from matcher.errors import SettingsError
from matcher.matches import Grade, NeedMatches
from matcher.matching import Matching
from matcher.methods import Methods
from matcher.opening import open_reranking
from matcher.quick import TwoFiles, matching_of
from matcher.ranking import ListRules
from matcher.reranking import DONE, FAILED, LATE, WITHHELD, Reranking, with_rerank
from matcher.reverse import needs_of
from matcher.settings import RankingSettings, RerankingSettings, ServiceSettings, Settings, load_settings
from matcher.signals.contract import Context
from matcher.signals.table import weighted
from matcher.store.filters import NeedFilter
from matcher.workspace import Workspace
from models.catalogue import load_model
from models.contract import Embedder, ModelSpec, ModelUnusable
from models.rerankers import Expired, OutOfTime, Relevances
from tests.models.service import Answer, ModelServer

NEEDS = (
    Need("n1", "滚动轴承润滑", confidentiality=Confidentiality.PUBLIC),
    Need("n2", "电池组的冷却"),
)
PATENTS = {
    "p1": Patent("p1", "滚动轴承的润滑结构"),
    "p2": Patent("p2", "滚动轴承润滑脂的制备"),
    "p3": Patent("p3", "一种电池组冷却装置"),
    "p4": Patent("p4", "轴承座"),
}
EVERYTHING = ListRules(floor=Grade.NOT_RECOMMENDED)
CONTEXT = Context(date(2024, 1, 1))


@dataclass
class Fixed:
    """Relevance by the passage's last character; every pair takes one second of `now`."""

    external: bool = False
    broken: bool = False
    now: list[float] = field(default_factory=lambda: [0.0])
    read: list[str] = field(default_factory=list)
    fingerprint: str = "f" * 64

    @property
    def spec(self) -> ModelSpec:
        return ModelSpec("fixed", "fixed", "cross-encoder", 1, external=self.external)

    def relevances(self, query: str, passages: Sequence[str], expired: Expired) -> Relevances:
        self.read.append(query)
        if self.broken:
            raise ModelUnusable("坏了。")
        values = []
        for passage in passages:
            if expired():
                raise OutOfTime
            self.now[0] += 1
            self.read.append(passage)
            values.append({"构": 0.1, "备": 0.9, "置": 0.8, "座": 0.2}[passage[-1]])
        return np.array(values)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_model(Settings().model)


@pytest.fixture
def plain(embedder: Embedder) -> Matching:
    return matching_of(TwoFiles(NEEDS, PATENTS, ()), embedder, Settings())


def under(plain: Matching, model: Fixed, **settings: float) -> Matching:
    chosen = RerankingSettings(model="fixed", **settings)
    return replace(plain, reranking=Reranking(model, chosen, clock=lambda: model.now[0]))


def ids(listed: NeedMatches) -> list[str]:
    return [match.patent.id for match in listed.matches]


def test_the_first_candidates_are_read_and_ordered_with_the_new_signal(plain: Matching) -> None:
    before = plain.match(NEEDS[:1], CONTEXT, EVERYTHING)[0]
    assert ids(before)[:2] == ["p1", "p2"]
    model = Fixed()
    [after] = under(plain, model, candidates=2).match(NEEDS[:1], CONTEXT, EVERYTHING)
    assert ids(after) == ["p2", "p1"]
    assert after.rerank == DONE
    assert model.read == ["滚动轴承润滑", "滚动轴承的润滑结构", "滚动轴承润滑脂的制备"]
    for match in after.matches:
        parts = {part.signal: part for part in match.contributions}
        assert match.score == pytest.approx(sum(p.weight * p.value for p in match.contributions), abs=1e-12)
        assert parts["rerank"].value == {"p2": 0.9, "p1": 0.1}[match.patent.id]
        assert parts["rerank"].weight == pytest.approx(0.5)
        assert parts["semantic"].weight + parts["lexical"].weight == pytest.approx(0.5)
        assert match.probability is None
        assert "精排相关" not in match.missing
    assert all("精排相关" not in match.missing for match in before.matches)


def test_the_facts_keep_their_weight() -> None:
    ranking = RankingSettings(weights={"fee": 0.2})
    before = {item.signal.name: item.weight for item in weighted(ranking.weights)}
    after = {item.signal.name: item.weight for item in weighted(with_rerank(ranking, 0.4).weights)}
    texts = before["semantic"] + before["lexical"]
    assert after["rerank"] == pytest.approx(0.4 * texts)
    assert after["semantic"] == pytest.approx(0.6 * before["semantic"])
    assert {name: after[name] for name in before if name not in ("semantic", "lexical")} == {
        name: weight for name, weight in before.items() if name not in ("semantic", "lexical")
    }
    whole = {item.signal.name for item in weighted(with_rerank(ranking, 1.0).weights)}
    assert "rerank" in whole
    assert not {"semantic", "lexical"} & whole


def test_a_pair_has_one_score_alone_among_others_filtered_and_in_reverse(plain: Matching) -> None:
    matching = under(plain, Fixed())
    listed = matching.match(NEEDS, CONTEXT, EVERYTHING)
    [alone] = matching.match(NEEDS[:1], CONTEXT, EVERYTHING)
    assert alone == listed[0]
    mask = np.array([False, True, False, False])
    [filtered] = matching.match(NEEDS[:1], CONTEXT, EVERYTHING, mask)
    [asked] = matching.ask(NEEDS[:1])
    pair = matching.pair(asked, PATENTS["p2"], CONTEXT, EVERYTHING)
    among = next(match for match in listed[0].matches if match.patent.id == "p2")
    assert [filtered.matches[0].score, pair.matches[0].score] == [among.score] * 2


@pytest.mark.parametrize(
    ("model", "settings", "note"),
    [
        (Fixed(), {"seconds": 1.5}, LATE),
        (Fixed(broken=True), {}, FAILED),
    ],
)
def test_where_it_fails_the_need_is_ranked_as_without_it(
    plain: Matching, model: Fixed, settings: dict[str, float], note: str
) -> None:
    [before] = plain.match(NEEDS[:1], CONTEXT, EVERYTHING)
    [after] = under(plain, model, **settings).match(NEEDS[:1], CONTEXT, EVERYTHING)
    assert after.rerank == note
    assert replace(after, rerank="") == before


def test_an_external_reranker_reads_public_needs_only(plain: Matching) -> None:
    model = Fixed(external=True)
    public, secret = under(plain, model).match(NEEDS, CONTEXT, EVERYTHING)
    assert (public.rerank, secret.rerank) == (DONE, WITHHELD)
    assert not any("电池组的冷却" in text for text in model.read)
    assert replace(secret, rerank="") == plain.match(NEEDS[1:], CONTEXT, EVERYTHING)[0]


def test_an_external_reranker_gets_no_contact(embedder: Embedder) -> None:
    need = replace(NEEDS[0], description="联系 13812345678")
    patents = {"p1": Patent("p1", "轴承", "电话 0531-88886666。结构")}
    model = Fixed(external=True)
    under(matching_of(TwoFiles((need,), patents, ()), embedder, Settings()), model).match(
        [need], CONTEXT, EVERYTHING
    )
    assert len(model.read) == 2
    assert not any(number in text for text in model.read for number in ("13812345678", "88886666"))


def test_a_cover_says_what_the_order_rests_on(plain: Matching) -> None:
    matching = under(plain, Fixed(external=True), candidates=3)
    found = matching.match(NEEDS, CONTEXT, EVERYTHING)
    assert Methods.of(plain).line(found) == "语义、用词"
    assert Methods.of(matching).line(found) == (
        "语义、用词；精排 fixed（ffffffffffff，每项前 3 件）：保密需求不送外部精排 1 项，已精排 1 项（未精排的按原次序）；"
        "外部文本服务（精排）：只发送专利文本和公开需求，不含联系方式"
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    opened = Workspace.open(load_settings(home=tmp_path))
    enterprise = Enterprise("e1", "某公司", focus_areas=("轴承润滑",))
    opened.store.merge([*PATENTS.values(), *NEEDS, enterprise], date(2024, 1, 1))
    opened.build(datetime(2024, 1, 2))
    return opened


@pytest.mark.parametrize(("seconds", "note"), [(100, DONE), (1.5, LATE)])
def test_a_patent_s_needs_share_one_budget(workspace: Workspace, seconds: float, note: str) -> None:
    plain = workspace.matching()
    matching = under(plain, Fixed(), seconds=seconds)
    patent = next(p for p in workspace.store.patents.all() if p.title == "滚动轴承润滑脂的制备")
    context = workspace.context(date(2024, 1, 1))

    def found(by: Matching) -> list[NeedMatches]:
        return needs_of(patent, by, workspace.searched_demand(NeedFilter()), context, EVERYTHING)

    listed = found(matching)
    assert {item.rerank for item in listed} == {note}
    known = {part.signal for item in listed for part in item.matches[0].contributions}
    assert ("rerank" in known) is (note == DONE)
    if note == LATE:
        assert [replace(item, rerank="") for item in listed] == found(plain)
    workspace.store.close()


def test_settings_open_a_served_reranker_and_refuse_one_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = ModelServer(
        lambda request: Answer([{"index": n, "score": 0.5} for n in range(len(request["documents"]))])
    )
    chosen = RerankingSettings(model="served:r", service=ServiceSettings(address=server.address))
    settings = Settings(reranking=chosen)
    opened = open_reranking(settings)
    assert opened is not None
    assert opened.rerank(NEEDS[1], [], RankingSettings()).note == DONE
    assert open_reranking(Settings()) is None
    asked = len(server.asked)
    monkeypatch.setattr("models.endpoint.is_external", lambda address: True)
    with pytest.raises(SettingsError, match="不在本机，默认不把文本发往外部"):
        open_reranking(settings)
    assert len(server.asked) == asked
    server.close()
