"""The text and the pairs that the shipped model learns from, read from a folder of public files.

Only files whose terms allow it are named here; evaluation sets never are. Every reader streams and yields in
file order, so the same folder always gives the same training material.
"""

from __future__ import annotations

import csv
import json
import lzma
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from models.training.recipe import Pair

_SENTENCE_END = re.compile(r"(?<=[。；！？])")
_GAZETTES = ("invention_authorized", "invention_published", "utility_new")
_PARAGRAPHS = 8
"""Paragraphs of one paper that take part in pairs; all of them take part in the word statistics."""
_SIBLINGS = 3
"""Partners of a title among those of its IPC main group."""


@dataclass(frozen=True, slots=True)
class Document:
    """One patent, paper or need, as much of it as its file tells."""

    title: str
    abstract: str = ""
    keywords: str = ""
    ipc: str = ""


def training_texts(data: Path) -> Iterator[str]:
    """Every string of the training files, for word statistics."""
    yield from document_texts(_documents(data))
    for paragraphs in _papers(data):
        yield "\n".join(paragraphs)
    for entry in _lines(data / "classifications/ipc_cn.jsonl"):
        yield entry["title"]
    for entry in _lines(data / "classifications/gbt4754_2017.jsonl"):
        yield f"{entry['name']}\n{entry['remark']}"
    for words in _synonyms(data):
        yield " ".join(words)
    for file in sorted((data / "dictionaries").glob("THUOCL_*.txt")):
        yield "\n".join(line.split("\t")[0].strip() for line in file.read_text("utf-8").splitlines())


def document_texts(documents: Iterable[Document]) -> Iterator[str]:
    """All that each document says."""
    for document in documents:
        yield f"{document.title}\n{document.abstract}\n{document.keywords}"


def training_pairs(data: Path) -> Iterator[Pair]:
    """Strings that belong together, each under the name of its kind (a batch holds one kind)."""
    headings = _ipc_headings(data)
    yield from document_pairs(_documents(data), headings)
    for entry in _lines(data / "classifications/ipc_cn.jsonl"):
        if entry["parent"] in headings:
            yield Pair(_plain(entry["title"]), headings[entry["parent"]], "ipc-parent")
    for paragraphs in _papers(data):
        yield from _paper_pairs(paragraphs)
    for entry in _lines(data / "classifications/gbt4754_2017.jsonl"):
        if entry["remark"]:
            yield Pair(entry["name"], entry["remark"], "industry-remark")
    for words in _synonyms(data):
        for left, right in pairwise(words):
            yield Pair(left, right, "synonym")


def document_pairs(documents: Iterable[Document], headings: Mapping[str, str]) -> Iterator[Pair]:
    """What belongs together within each document, and between documents of one IPC main group; `headings` are the
    texts of IPC symbols."""
    titles: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        yield from _pairs_within(document)
        if document.ipc:
            titles[document.ipc.split("/")[0]].append(document.title)
        if document.ipc in headings:
            yield Pair(headings[document.ipc], document.title, "ipc-title")
    for _, members in sorted(titles.items()):
        for step in range(1, _SIBLINGS + 1):
            for left, right in zip(members, members[step:], strict=False):
                yield Pair(left, right, "same-group")


def held_out(title: str) -> bool:
    """True for a tenth of the documents: title, abstract and keywords are never paired, so that they can judge."""
    return zlib.crc32(title.encode()) % 10 == 0


def _pairs_within(document: Document) -> Iterator[Pair]:
    if held_out(document.title):
        return
    if len(document.abstract) >= 40:
        yield Pair(document.title, document.abstract, "title-abstract")
        sentences = _SENTENCE_END.split(document.abstract)
        half = (len(sentences) + 1) // 2
        first, second = "".join(sentences[:half]), "".join(sentences[half:])
        if len(first) >= 20 and len(second) >= 20:
            yield Pair(first, second, "halves")
        if document.keywords:
            yield Pair(document.keywords, document.abstract, "keywords-abstract")
    elif document.keywords:
        yield Pair(document.keywords, document.title, "keywords-abstract")


def _paper_pairs(paragraphs: list[str]) -> Iterator[Pair]:
    title, body = paragraphs[0], [text for text in paragraphs[1:] if len(text) >= 80]
    chosen = body[:: max(1, len(body) // _PARAGRAPHS)][:_PARAGRAPHS]
    for text in chosen:
        yield Pair(title, text, "title-paragraph")
    for left, right in pairwise(chosen):
        yield Pair(left, right, "paragraphs")


def _documents(data: Path) -> Iterator[Document]:
    yield from _taian(data / "patents/taian_1985_2015.xlsx")
    for entry in _lines(data / "patents/industry_4097.jsonl"):
        yield Document(entry["title"], entry["abstract"])
    for name in _GAZETTES:
        with (data / f"patents/gazette_20190709_{name}.csv").open(
            encoding="gb18030", errors="replace"
        ) as file:
            for row in csv.DictReader(file):
                yield Document(row["name"] or "", ipc=main_ipc(row["Int.Cl."] or ""))
    yield from _filings(data / "patents/institute_filings_2017.xlsx")
    for entry in _lines(data / "corpora/chinaxiv_title_abstract.jsonl"):
        yield Document(entry["title"], entry["abstract"], entry["keywords"])


def _taian(file: Path) -> Iterator[Document]:
    for row in _rows(file)[1:]:
        title, _, _, _, ipc, abstract = (str(cell) for cell in row[:6])
        yield Document(title, abstract, ipc=main_ipc(ipc))


def _filings(file: Path) -> Iterator[Document]:
    titles = dict.fromkeys(str(row[2]) for row in _rows(file)[1:])
    yield from (Document(title) for title in titles if re.search(r"[\u4e00-\u9fff]", title))


def _papers(data: Path) -> Iterator[list[str]]:
    """Title, then the paragraphs of each paper."""
    with lzma.open(data / "corpora/chinaxiv_papers.jsonl.xz", "rt", encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            yield [entry["title"], *entry["paragraphs"]]


def _synonyms(data: Path) -> Iterator[list[str]]:
    """Groups that the thesaurus marks as synonyms (=), not as merely related (#)."""
    for line in (data / "dictionaries/cilin.txt").read_text("utf-8").splitlines():
        code, _, words = line.partition(" ")
        if code.endswith("=") and len(words.split()) > 1:
            yield words.split()


def _ipc_headings(data: Path) -> dict[str, str]:
    """Code → its own title followed by its main group's and subclass's, without cross-references."""
    headings: dict[str, str] = {}
    for entry in _lines(data / "classifications/ipc_cn.jsonl"):
        parent = headings.get(entry["parent"], "") if "/" in entry["code"] else ""
        headings[entry["code"]] = "；".join(filter(None, (_plain(entry["title"]), parent)))
    return headings


def _plain(title: str) -> str:
    return re.sub(r"（[^（）]*）", "", title)


def main_ipc(text: str) -> str:
    """The first IPC symbol without blanks and version; empty for Locarno classes."""
    found = re.match(r"\s*([A-H]\d\d[A-Z])\s*(\d{1,4}/\d{2,6})", text)
    return found[1] + found[2] if found else ""


def _lines(file: Path) -> Iterator[dict[str, str]]:
    """One record a line; null reads as empty."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield {key: str(value or "") for key, value in json.loads(line).items()}


def _rows(file: Path) -> list[list[object]]:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_object(BytesIO(file.read_bytes())).get_sheet_by_index(0).to_python()  # type: ignore[return-value]
