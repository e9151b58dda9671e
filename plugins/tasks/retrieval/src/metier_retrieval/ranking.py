"""Rankings of passages: the best of many scores, and one ranking made of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

CONSTANT = 60
"""What is added to every rank before rankings are put together (Cormack et al. 2009)."""


class Ranking(NamedTuple):
    """Passages that were found for a question, the best first."""

    numbers: np.ndarray
    """(found,): which passages of the corpus they are, counted from 0."""
    scores: np.ndarray
    """(found,): what they were ranked by."""


def best(scores: np.ndarray, count: int, *, above: float = -np.inf) -> Ranking:
    """Return the `count` best of `scores` (passages,) above a number; of equal ones the first in the corpus."""
    numbers = np.flatnonzero(scores > above)
    if count < len(numbers):
        least = np.partition(scores[numbers], -count)[-count]
        numbers = numbers[scores[numbers] >= least]
    numbers = numbers[np.lexsort((numbers, -scores[numbers]))][:count]
    return Ranking(numbers, scores[numbers].astype(np.float64))


def fused(rankings: Sequence[Ranking], count: int) -> Ranking:
    """Return the `count` best by the sum of 1 / (60 + rank) over rankings: reciprocal rank fusion.

    A passage that a ranking does not have gets nothing of it (Cormack, Clarke and Büttcher 2009, section 2).
    """
    numbers = np.unique(np.concatenate([one.numbers for one in rankings]))
    scores = np.zeros(len(numbers))
    for one in rankings:
        scores[np.searchsorted(numbers, one.numbers)] += 1 / (CONSTANT + 1 + np.arange(len(one.numbers)))
    found = best(scores, count)
    return Ranking(numbers[found.numbers], found.scores)
