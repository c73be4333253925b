"""申请前产业化前景评估: who would want what a draft describes, and what is near it already; no word on patentability."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from indexes.commonness import document_share
from indexes.tokens import is_han, runs, words
from matcher.corpus import FOCUS, patent_text, text_vectors
from matcher.domain import Confidentiality, Need, Patent
from matcher.importing.workbooks import read_paragraphs
from matcher.matching import Matching
from matcher.matchlists.documents.blocks import Block, Document, Fact, Facts, Grid, Heading, Paragraph
from matcher.programme.draft import Draft, read_draft
from matcher.programme.inventory_form import number_of
from matcher.workspace import Workspace
from models.contract import Role

_NEEDS = 8
_PATENTS = 5
_DEPTH = 50
_SHARED = 6
_COMMON = 0.05
"""Share of the patents from which a word says nothing."""


@dataclass(frozen=True, slots=True)
class NearNeed:
    """A need or focus area, the nearest first, and the words that it shares with the draft."""

    need: Need
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearPatent:
    """A stored patent, the nearest first, and the words that it shares with the draft."""

    patent: Patent
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a draft meets: needs, the holder's own near patents, those of others."""

    draft: Draft
    holder: str
    as_of: date
    needs: tuple[NearNeed, ...]
    own: tuple[NearPatent, ...]
    others: tuple[NearPatent, ...]
    untouched: tuple[str, ...]
    """Words of the nearest needs that the draft does not hold."""


def assess_draft(workspace: Workspace, path: Path, holder: str, as_of: date) -> Outlook:
    """Read a draft and look for its demand and its neighbours; raises InputError, NotReady."""
    draft = read_draft(read_paragraphs(path, workspace.settings.limits))
    needs = _needs(workspace, draft, as_of)
    patents = _patents(workspace, draft)
    own = [one for one in patents if holder in one.patent.holders]
    others = [one for one in patents if holder not in one.patent.holders]
    text = f"{draft.title}{draft.abstract}{draft.first_claim}"
    matching = workspace.matching()
    wanted = [
        word
        for one in needs[:3]
        for word in _words(one.need)
        if word not in text and not _common(matching, word)
    ]
    return Outlook(
        draft, holder, as_of, tuple(needs[:_NEEDS]), tuple(own[:_PATENTS]), tuple(others[:_PATENTS]),
        tuple(dict.fromkeys(wanted))[:12],
    )  # fmt: skip


def _as_patent(draft: Draft) -> Patent:
    return Patent("底稿", draft.title, draft.abstract, draft.first_claim)


def _needs(workspace: Workspace, draft: Draft, as_of: date) -> list[NearNeed]:
    """Needs and focus areas by their likeness to the draft, as a patent of that text would find them."""
    matching, collection = workspace.matching(), workspace.demand_collection()
    query = patent_text(_as_patent(draft))
    embedder = matching.embedder
    vectors = text_vectors([query], embedder.spec, lambda texts: embedder.encode(texts, Role.PASSAGE))
    found = next(collection.search([query], vectors, _DEPTH, matching.channel_weights()))
    ids = [collection.ids[row] for row in found.rows]
    records = workspace.demand.many(ids)
    text = f"{draft.title}{draft.abstract}{draft.first_claim}"
    near = [NearNeed(records[id_], _shared(matching, records[id_], text)) for id_ in ids if id_ in records]
    return [one for one in near if one.shared and _open(one.need, as_of)]


def _shared(matching: Matching, need: Need, text: str) -> tuple[str, ...]:
    return tuple(word for word in _words(need) if word in text and not _common(matching, word))


def _common(matching: Matching, word: str) -> bool:
    """Whether a word stands in so many patents that sharing it says nothing."""
    return document_share(matching.collection.words, word) > _COMMON


def _open(need: Need, as_of: date) -> bool:
    return need.valid_until is None or need.valid_until >= as_of


def _patents(workspace: Workspace, draft: Draft) -> list[NearPatent]:
    """Stored patents by their likeness to the draft, as a need of that text would find them."""
    matching = workspace.matching()
    need = Need("底稿", draft.title, draft.abstract)
    (asked,) = matching.ask([need])
    candidates = matching.candidates(next(matching.search([asked], _DEPTH)))
    patents = [one.patent for one in candidates]
    near = [
        NearPatent(patent, tuple(term for term in evidence.terms if not _common(matching, term))[:_SHARED])
        for patent, evidence in zip(patents, matching.evidence(need, patents), strict=True)
    ]
    return [one for one in near if one.shared]


def _words(need: Need) -> list[str]:
    """The distinct words of a need's title and description."""
    text = f"{need.title}\n{need.description}"
    return list(
        dict.fromkeys(word for run in runs(text) if is_han(run) for word in words(run) if len(word) > 1)
    )


def outlook_document(found: Outlook, organiser: str, made_at: datetime) -> Document:
    """Two pages for the university: public needs in full, anonymous ones as industry and region, others only counted."""
    shown = [one for one in found.needs if one.need.confidentiality is not Confidentiality.AUTHORITY_ONLY]
    hidden = len(found.needs) - len(shown)
    blocks: list[Block] = [
        Facts(
            (
                Fact("拟申请名称", found.draft.title),
                Fact("申请人", found.holder or "（未填写）"),
                Fact("基准日", found.as_of.isoformat()),
                Fact("底稿摘要", found.draft.abstract[:300]),
            )
        ),
        Heading("一、谁可能需要", 2),
        _needs_grid(shown),
    ]
    if hidden:
        blocks.append(
            Paragraph(
                f"另有 {hidden} 项相近的需求或企业关注领域仅主管部门可见，可向主管部门了解。", note=True
            )
        )
    blocks += [
        Heading("二、本单位最接近的专利", 2),
        _patents_grid(found.own, "库中没有本单位相近的专利。"),
        Heading("三、其他单位最接近的专利", 2),
        _patents_grid(found.others, "库中没有其他单位相近的专利。"),
        Heading("四、需求提到而底稿没有提到的", 2),
        Paragraph("、".join(found.untouched) or "最接近的需求所提到的，底稿都有涉及。"),
        Paragraph(
            "本页由计算机按文字相近程度排列，只供判断产业化前景参考，不构成对新颖性、创造性、实用性或侵权与否的结论；"
            "申请前请另行检索并咨询专利代理师。",
            note=True,
        ),
    ]
    return Document(
        "申请前产业化前景评估", "内部资料　底稿未公开，注意保密", tuple(blocks), made_at, organiser
    )


def _needs_grid(shown: list[NearNeed]) -> Block:
    rows = tuple(_need_row(number, one) for number, one in enumerate(shown, 1))
    return (
        Grid(("序号", "需求", "所属行业", "地区", "共同的词"), (1, 6, 3, 3, 4), rows)
        if rows
        else Paragraph("没有可对外提供的相近需求。")
    )


def _need_row(number: int, one: NearNeed) -> tuple[str, ...]:
    need = one.need
    public = need.confidentiality is Confidentiality.PUBLIC
    kind = "关注领域：" if need.source == FOCUS else ""
    title = f"{kind}{need.title}（{need.enterprise or '企业未注明'}）" if public else "匿名需求"
    return (str(number), title, need.industry, need.region, "、".join(one.shared[:_SHARED]) if public else "")


def _patents_grid(found: tuple[NearPatent, ...], nothing: str) -> Block:
    rows = tuple(
        (number_of(one.patent), one.patent.title, "；".join(one.patent.holders), "、".join(one.shared))
        for one in found
    )
    return (
        Grid(("专利号", "专利名称", "专利权人", "共同的词"), (4, 6, 4, 4), rows)
        if rows
        else Paragraph(nothing)
    )
