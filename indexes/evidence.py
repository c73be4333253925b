"""Which words a query and a document share, in pieces that people can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from indexes.tokens import Stream, cut_runs, inner_words, tokens

_PARTICLES = frozenset("的了和与及或在是为对等将其被把从由以中上下内外后前时于一")
"""One-character words that may stand inside a piece but neither begin nor end it."""
_BARE_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A piece of text that query and document share, and its `share` in (0, 1] of the lexical score."""

    term: str
    share: float


Shares = Mapping[Stream, Mapping[str, float]]
"""Each shared token's part of the score, by stream."""


def shared_terms(query: str, document: str, shares: Shares, limit: int) -> list[SharedTerm]:
    """The longest shared pieces of whole words, the weightiest first; each token counts in one piece only.

    Texts are normalised. Single Han characters and bare numbers score, but are not evidence that anybody would
    accept: they are left out.
    """
    found: list[SharedTerm] = []
    left = [(stream, dict(known)) for stream, known in shares.items()]
    for piece in sorted(set(_pieces(query, document)), key=lambda text: (-len(text), text)):
        fresh = [(known, known.keys() & _distinct(piece, stream)) for stream, known in left]
        share = sum(sorted(known[token] for known, held in fresh for token in held))
        if share > 0:
            found.append(SharedTerm(piece, share))
            for known, held in fresh:
                for token in held:
                    del known[token]
    return sorted(found, key=lambda term: (-term.share, term.term))[:limit]


@lru_cache(maxsize=20_000)  # a need shares the same few pieces with all its patents
def _distinct(piece: str, stream: Stream) -> frozenset[str]:
    return frozenset(tokens(piece, stream))


def _pieces(query: str, document: str) -> Iterator[str]:
    """Neighbouring words of `document` that stand in `query` just so, as many together as possible.

    Of a compound that does not (干红葡萄酒), the words in it that do (葡萄酒).
    """
    alnum = {run for run, cut in cut_runs(query) if not cut}
    for run, cut in cut_runs(document):
        if not cut:
            if run in alnum and not _BARE_NUMBER.fullmatch(run):
                yield run
            continue
        yield from (piece for piece in _word_groups(cut, query) if len(piece) > 1)
        for word in cut:
            if len(word) > 2 and word not in query:
                yield from (part for part in inner_words(word) if part in query)


def _word_groups(sequence: Iterable[str], query: str) -> Iterator[str]:
    group: list[str] = []
    together = ""
    for word in [*sequence, ""]:
        alone = bool(word) and word in query
        if alone and (not group or together + word in query):
            group.append(word)
            together += word
            continue
        if group:
            yield "".join(_without_particles(group))
        group = [word] if alone else []
        together = "".join(group)


def _without_particles(group: list[str]) -> list[str]:
    while group and group[0] in _PARTICLES:
        group = group[1:]
    while group and group[-1] in _PARTICLES:
        group = group[:-1]
    return group
