"""Combines the votes on each text into one label, or says why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metier_weak_label._dawid_skene import fit
from metier_weak_label._votes import vote_counts
from metier_weak_label.functions import LabellingFunction
from metier_weak_label.options import WeakLabelConfig

TIE = "on which as many functions say one label as another"
UNSURE = "whose likeliest label is not likely enough"


@dataclass(frozen=True)
class Combined:
    """A label for each text."""

    labels: np.ndarray
    """Positions of labels (texts,)."""
    scores: np.ndarray
    """The label's probability, or its share of the votes (texts,)."""
    reasons: np.ndarray
    """Why a text is left out (texts,), empty for those that stay; texts without a vote are the caller's to tell."""
    accuracies: np.ndarray | None
    """How often each function is right where it says a label, as estimated (functions,)."""


def combine(
    config: WeakLabelConfig,
    functions: Sequence[LabellingFunction],
    votes: np.ndarray,
    known_votes: np.ndarray,
    known: np.ndarray,
    labels: Sequence[str],
) -> Combined:
    """Return the labels of `votes` (texts, functions); people's rows with their votes help where it is estimated."""
    if config.combine == "majority-vote":
        counts = vote_counts(votes, len(labels))
        most = counts.max(axis=1, keepdims=True)
        tied = (counts == most).sum(axis=1) > 1
        share = most[:, 0] / np.maximum(counts.sum(axis=1), 1)
        return Combined(counts.argmax(axis=1), share, np.where(tied, TIE, "").astype(object), None)
    places = {label: place for place, label in enumerate(labels)}
    can_say = [[places[label] for label in function.labels] for function in functions]
    raters = fit(votes, known_votes, known, can_say, labels=len(labels))
    probabilities = raters.probabilities(votes)
    best = probabilities.max(axis=1)
    unsure = np.where(best < config.min_probability, UNSURE, "").astype(object)
    unsure[(np.isclose(probabilities, best[:, None], rtol=0, atol=1e-9)).sum(axis=1) > 1] = TIE
    return Combined(probabilities.argmax(axis=1), best, unsure, raters.accuracies())
