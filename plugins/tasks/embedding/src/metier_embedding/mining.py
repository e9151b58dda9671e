"""Finds for each pair the texts that are most like a partner and are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from metier.data.keys import keys
from metier_embedding.ranking import BLOCK, Similarities, set_aside


class Negative(NamedTuple):
    """A text that is no partner, although it is like one."""

    row: int
    """The first row that has it as its second text."""
    similarity: float
    """How like it is to the text that it was found for."""


def mined(
    texts: Sequence[str],
    seconds: Sequence[str],
    together: np.ndarray,
    similarities: Similarities,
    *,
    number: int,
    relative_margin: float | None,
) -> list[list[Negative]]:
    """Return up to `number` negatives of each row, the likest first; rows that do not belong `together` have none.

    Candidates are all different `seconds`. None is a partner of the text or the text itself, whatever its case, width
    and spacing; nor is one that has nothing in common with it (a similarity of 0 or less), or is more like it than its
    partner less the margin, which is likely right too: at most (1 - `relative_margin`) times the partner's similarity
    (Moreira et al. 2024, TopK-PercPos). Memory is bounded: so many texts at a time are compared with all candidates.
    """
    candidates: dict[str, int] = {}
    places = np.array([candidates.setdefault(one, len(candidates)) for one in keys(seconds)], dtype=np.int64)
    firsts = np.unique(places, return_index=True)[1]
    names = list(keys(texts))
    aside = set_aside(names, places, together, candidates)
    found: list[list[Negative]] = [[] for _ in texts]
    for start in range(0, len(texts), BLOCK):
        block = slice(start, min(start + BLOCK, len(texts)))
        for row, scores in zip(range(block.start, block.stop), similarities(block, firsts), strict=True):
            if together[row]:
                allowed = (scores > 0) & (scores <= _limit(float(scores[places[row]]), relative_margin))
                allowed[list(aside[names[row]])] = False
                best = _best(scores, np.flatnonzero(allowed), number)
                found[row] = [Negative(int(firsts[place]), float(scores[place])) for place in best]
    return found


def _limit(positive: float, relative_margin: float | None) -> float:
    """Return how like a negative may be at most; below 0 the margin leads further down, too."""
    return np.inf if relative_margin is None else positive - relative_margin * abs(positive)


def _best(scores: np.ndarray, places: np.ndarray, number: int) -> np.ndarray:
    """Return the `number` places with the highest scores, the highest first; of equal ones those that come first."""
    if len(places) > number:
        places = places[scores[places] >= np.partition(scores[places], -number)[-number]]
    return places[np.argsort(-scores[places], kind="stable")][:number]
