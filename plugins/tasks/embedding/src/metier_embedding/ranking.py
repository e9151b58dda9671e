"""Ranks the partner of each text among all partners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

BLOCK = 512
"""Texts that are compared with all candidates at a time."""
Similarities = Callable[[slice, np.ndarray], np.ndarray]
"""Takes rows and the rows of candidates; returns how like their texts are to those partners, (rows, candidates)."""


class Ranked(NamedTuple):
    """What was found for each text."""

    rank: np.ndarray
    """(rows,): of the partner among the candidates, from 1; candidates as like as it share the mean of their ranks. NaN
    for texts without a partner."""
    nearest: list[str]
    """The candidate that is likest to each text."""
    score: np.ndarray
    """(rows,): how like it is."""
    similarity: np.ndarray
    """(rows,): of each text and the second of its row."""
    pool: int
    """Candidates that there are."""


def ranked(texts: Sequence[str], seconds: Sequence[str], together: np.ndarray, similarities: Similarities) -> Ranked:
    """Rank each text's partner among all different `seconds`.

    No rivals of a partner are other partners of the same text, and a text itself.
    """
    candidates: dict[str, int] = {}
    places = np.array([candidates.setdefault(second, len(candidates)) for second in seconds])
    firsts = np.unique(places, return_index=True)[1]
    names = list(candidates)
    aside = set_aside(texts, places, together, candidates)
    rank, nearest = np.full(len(texts), np.nan), list[str]()
    score, similarity = np.zeros(len(texts)), np.zeros(len(texts))
    for start in range(0, len(texts), BLOCK):
        block = slice(start, min(start + BLOCK, len(texts)))
        found = similarities(block, firsts)
        for row, scores in zip(range(block.start, block.stop), found, strict=True):
            own = scores[places[row]]
            similarity[row] = own
            rivals = np.ones(len(scores), dtype=bool)
            rivals[[place for place in aside[texts[row]] if place != places[row]]] = False
            best = int(np.where(rivals, scores, -np.inf).argmax())
            nearest.append(names[best])
            score[row] = scores[best]
            if together[row]:
                rank[row] = (rivals & (scores > own)).sum() + (1 + (rivals & (scores == own)).sum()) / 2
    return Ranked(rank, nearest, score, similarity, len(candidates))


def set_aside(
    texts: Sequence[str], places: np.ndarray, together: np.ndarray, candidates: Mapping[str, int]
) -> dict[str, set[int]]:
    """Return for each text the candidates that are right too, or the text itself; `places` (rows,) are the partners."""
    found: dict[str, set[int]] = defaultdict(set)
    for text, place, belongs in zip(texts, places.tolist(), together, strict=True):
        if belongs:
            found[text].add(place)
        if text in candidates:
            found[text].add(candidates[text])
    return found
