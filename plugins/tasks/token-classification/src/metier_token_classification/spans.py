"""Spans and the tags of tokens: O, and for each label its beginning and its inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

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
