"""Spans and the tags of tokens: O, and for each label its beginning and its inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

OUTSIDE = 0
Span = Mapping[str, Any]


class Piece(NamedTuple):
    """A token in a text, with what a model says of it."""

    start: int
    end: int
    tag: int
    probability: float
    context: int
    """Tokens between it and the nearer edge of its window."""


def tag_names(labels: Sequence[str]) -> list[str]:
    """Return the names of tags in the order of their numbers."""
    return ["O", *(f"{part}-{label}" for label in labels for part in "BI")]


def begins(label: int) -> int:
    """Return the tag of a label's first token; that of the others is the next number."""
    return 1 + 2 * label


def tags_of(
    text: str, spans: Sequence[Span], places: Iterable[tuple[int, int]], index: Mapping[str, int]
) -> list[int | None]:
    """Return the tag of each token at `places` (start, end) of `text`, in order; None for one that has no character.

    `spans` rise and do not overlap. A token that two of them share is the first one's.
    """
    tags: list[int | None] = []
    at = 0
    for start, end in places:
        if start >= end:
            tags.append(None)
            continue
        while at < len(spans) and spans[at]["end"] <= start:
            at += 1
        if at == len(spans) or spans[at]["start"] >= end:
            tags.append(OUTSIDE)
            continue
        first = not text[spans[at]["start"] : start].strip()
        tags.append(begins(index[spans[at]["label"]]) + (0 if first else 1))
    return tags


def spans_of(pieces: Iterable[Piece], labels: Sequence[str], text: str) -> list[dict[str, Any]]:
    """Return the spans that tagged pieces make, in order; an inside without its beginning begins one.

    `score` is the mean probability of a span's tokens.
    """
    found: list[tuple[int, list[Piece]]] = []
    last = None
    for piece in pieces:
        label = (piece.tag - 1) // 2 if piece.tag else None
        if label is None:
            last = None
            continue
        if label != last or piece.tag == begins(label):
            found.append((label, []))
        found[-1][1].append(piece)
        last = label
    return [
        {
            "start": run[0].start,
            "end": run[-1].end,
            "label": labels[label],
            "text": text[run[0].start : run[-1].end],
            "score": round(sum(piece.probability for piece in run) / len(run), 6),
        }
        for label, run in found
    ]


def merged(windows: Iterable[Iterable[Piece]]) -> list[Piece]:
    """Return each token of a text once, of the window in which it has most context on both sides."""
    best: dict[tuple[int, int], Piece] = {}
    for window in windows:
        for piece in window:
            place = (piece.start, piece.end)
            if place not in best or best[place].context < piece.context:
                best[place] = piece
    return [best[place] for place in sorted(best)]


def best_tags(scores: np.ndarray) -> np.ndarray:
    """Return the likeliest sequence of tags (tokens,) for log-probabilities (tokens, tags), by Viterbi's algorithm.

    An inside follows its own label's beginning or inside alone; a window may begin within a span.
    """
    allowed = transitions(scores.shape[1])
    total, back = scores[0].copy(), np.zeros(scores.shape, dtype=np.int64)
    for step in range(1, len(scores)):
        ways = total[:, None] + allowed
        back[step] = ways.argmax(axis=0)
        total = ways[back[step], np.arange(len(total))] + scores[step]
    tags = [int(total.argmax())]
    for step in range(len(scores) - 1, 0, -1):
        tags.append(int(back[step, tags[-1]]))
    return np.array(tags[::-1])


def word_tags(scores: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return the likeliest tags (tokens,) in which each of `words` (tokens,) is of one span, or of none.

    A word's first token may begin a span; the others go on with it.
    """
    first = np.flatnonzero(np.diff(words, prepend=words[0] - 1))
    later = scores.copy()
    later[:, 1::2] = scores[:, 2::2]  # what a beginning asks of the tokens behind it
    later[first] = scores[first]
    tags = best_tags(np.add.reduceat(later, first, axis=0))
    spread: np.ndarray = tags[np.cumsum(np.isin(np.arange(len(words)), first)) - 1]
    inner = np.ones(len(words), dtype=bool)
    inner[first] = False
    spread[inner & (spread % 2 == 1)] += 1
    return spread


def transitions(tags: int) -> np.ndarray:
    """Return what each step from a tag (row) to another (column) adds: 0, or minus infinity where it cannot be."""
    allowed = np.zeros((tags, tags))
    for inside in range(2, tags, 2):
        allowed[:, inside] = -np.inf
        allowed[[inside - 1, inside], inside] = 0.0
    return allowed
