"""Which words a query and a document share, in pieces that people can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from indexes.tokens import Stream, is_han, runs, tokens, words

_PARTICLES = frozenset("的了和与及或在是为对等将其被把从由以中上下内外后前时于一")
"""One-character words that may stand inside a piece but neither begin nor end it."""
_BARE_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A piece of text that query and document share, and its `share` in (0, 1] of the lexical score."""

    term: str
    share: float


@dataclass(frozen=True, slots=True)
class Token:
    """A token of one stream."""

    stream: Stream
    text: str


def shared_terms(query: str, document: str, shares: Mapping[Token, float], limit: int) -> list[SharedTerm]:
    """The longest shared pieces of whole words, the weightiest first; each token counts in one piece only.

    `shares` holds each shared token's part of the score. Texts are normalised. Single Han characters and bare
    numbers score, but are not evidence that anybody would accept: they are left out.
    """
    found: list[SharedTerm] = []
    spent: set[Token] = set()
    streams = {token.stream for token in shares}
    for piece in sorted(set(_pieces(query, document)), key=lambda text: (-len(text), text)):
        fresh = {Token(stream, text) for stream in streams for text in tokens(piece, stream)} - spent
        share = sum(sorted(shares.get(token, 0.0) for token in fresh))
        if share > 0:
            found.append(SharedTerm(piece, share))
            spent |= fresh
    return sorted(found, key=lambda term: (-term.share, term.term))[:limit]


def _pieces(query: str, document: str) -> Iterator[str]:
    """Neighbouring words of `document` that stand in `query` just so, as many together as possible.

    Of a compound that does not (干红葡萄酒), the words in it that do (葡萄酒).
    """
    alnum = {run for run in runs(query) if not is_han(run)}
    for run in runs(document):
        if not is_han(run):
            if run in alnum and not _BARE_NUMBER.fullmatch(run):
                yield run
            continue
        cut = words(run)
        parts = [part for word in cut if word not in query for part in tokens(word, Stream.WORDS)]
        for piece in [*_word_groups(cut, query), *(part for part in parts if part in query)]:
            if len(piece) > 1:
                yield piece


def _word_groups(sequence: Iterable[str], query: str) -> Iterator[str]:
    group: list[str] = []
    for word in [*sequence, ""]:
        if word and "".join([*group, word]) in query:
            group.append(word)
            continue
        yield "".join(_without_particles(group))
        group = [word] if word and word in query else []


def _without_particles(group: list[str]) -> list[str]:
    while group and group[0] in _PARTICLES:
        group = group[1:]
    while group and group[-1] in _PARTICLES:
        group = group[:-1]
    return group
