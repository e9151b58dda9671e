"""Dawid and Skene's model of several raters (1979), whose raters may abstain, and some of whose rows are known.

A row has one label `k`, drawn with probability `p[k]`. Function `j` gives it the outcome `o`, a label or none, with
probability `T[j, o, k]`; given the label, functions are independent. The parameters and each row's label are estimated
by expectation maximisation from vote shares, as in the paper (equations 2.3 to 2.5). What is added:

- To abstain is an outcome. A keyword that only ever says one label tells something by where it stands and does not.
- Labels that a function never says share one column of its matrix: it tells nothing that would tell them apart.
- Rows that people labelled are known, and weigh together as much as all others (Nigam et al. 2000).
- `PSEUDO_ROWS` rows a label, with a function's overall shares of outcomes, keep rare labels from certainty (a Dirichlet
  prior); as many rows, spread evenly, are added to the counts of labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray
ABSTAIN = -1
"""What a function's vote is where it says nothing; other votes are positions of labels."""
PSEUDO_ROWS = 2.0
STEPS = 500
SMALLEST = 1e-12


@dataclass(frozen=True)
class Raters:
    """What was estimated."""

    prior: Array
    """Probability of each label (labels,)."""
    outcomes: Array
    """Probability of each outcome, given the label (functions, labels + 1, labels); the last outcome is to abstain."""

    def probabilities(self, votes: Array) -> Array:
        """Return the probability of each label (rows, labels), given the votes (rows, functions)."""
        scores = np.tile(np.log(np.maximum(self.prior, SMALLEST)), (len(votes), 1))
        logs = np.log(np.maximum(self.outcomes, SMALLEST))
        for function, said in enumerate(votes.T):
            scores += logs[function, said]  # ABSTAIN is the last outcome
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        made: Array = scores / scores.sum(axis=1, keepdims=True)
        return made

    def accuracies(self) -> Array:
        """Return how often each function is right where it says a label (functions,)."""
        joint = self.outcomes[:, :-1] * self.prior
        right = np.trace(joint, axis1=1, axis2=2)
        made: Array = right / np.maximum(joint.sum(axis=(1, 2)), SMALLEST)
        return made


def fit(
    votes: Array,
    known_votes: Array,
    known: Array,
    can_say: Sequence[Sequence[int]],
    *,
    labels: int,
    pseudo_rows: float = PSEUDO_ROWS,
    steps: int = STEPS,
) -> Raters:
    """Return the raters behind `votes` (rows, functions), with further votes on rows whose labels are `known`.

    `can_say` has the positions of the labels that each function may give. Equal rows are counted, not kept, so that
    memory and time go by how many different rows of votes there are.
    """
    patterns, place = np.unique(np.concatenate([votes, known_votes]), axis=0, return_inverse=True)
    place = place.reshape(-1)
    weight = min(1.0, len(known) / len(votes)) if len(known) and len(votes) else 1.0
    open_rows = weight * np.bincount(place[: len(votes)], minlength=len(patterns)).astype(float)
    closed = np.zeros((len(patterns), labels))
    np.add.at(closed, (place[len(votes) :], known), 1.0)
    pseudo = pseudo_rows * _shares(patterns, open_rows + closed.sum(axis=1), labels)
    ties = [[label for label in range(labels) if label not in own] for own in can_say]
    belief, made = _vote_shares(patterns, labels), None
    for _ in range(steps):
        made = _maximised(patterns, open_rows[:, None] * belief + closed, pseudo, ties)
        before, belief = belief, made.probabilities(patterns)
        if np.abs(belief - before).max(initial=0.0) < 1e-7:
            break
    assert made is not None
    return made


def _maximised(patterns: Array, counts: Array, pseudo: Array, ties: Sequence[Sequence[int]]) -> Raters:
    """Return the most probable raters, where `counts` (patterns, labels) rows have each label.

    `pseudo` (functions, labels + 1) is added to the counts of outcomes under each label, as many rows to the labels'.
    """
    labels, functions = counts.shape[1], patterns.shape[1]
    outcomes = np.zeros((functions, labels + 1, labels))
    for function, said in enumerate(patterns.T):
        np.add.at(outcomes[function], said, counts)
        tied = ties[function]
        outcomes[function][:, tied] = outcomes[function][:, tied].sum(axis=1, keepdims=True)
    outcomes += pseudo[:, :, None]
    outcomes /= np.maximum(outcomes.sum(axis=1, keepdims=True), SMALLEST)
    added = pseudo[0].sum()
    prior = (counts.sum(axis=0) + added / labels) / (counts.sum() + added)
    return Raters(prior, outcomes)


def _shares(patterns: Array, rows: Array, labels: int) -> Array:
    """Return each function's shares of outcomes (functions, labels + 1)."""
    shares = np.zeros((patterns.shape[1], labels + 1))
    for function, said in enumerate(patterns.T):
        np.add.at(shares[function], said, rows)
    made: Array = shares / max(rows.sum(), SMALLEST)
    return made


def _vote_shares(patterns: Array, labels: int) -> Array:
    """Return each label's share of the votes (patterns, labels); equal shares where all abstain."""
    counts = np.stack([(patterns == label).sum(axis=1) for label in range(labels)], axis=1).astype(float)
    counts[counts.sum(axis=1) == 0] = 1.0
    made: Array = counts / counts.sum(axis=1, keepdims=True)
    return made
