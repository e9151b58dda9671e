"""The label model against the paper's equations, and on rows whose functions have known accuracies."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier_weak_label._dawid_skene import ABSTAIN, Raters, fit

LABELS = 3


def fitted(votes: Any, says: Sequence[Sequence[int]] | None = None, known: Any = None, **options: Any) -> Raters:
    """Fit to votes; `known` are the labels of the last rows."""
    votes = np.array(votes)
    known = np.zeros(0, int) if known is None else np.array(known, int)
    split = len(votes) - len(known)
    says = says or [range(LABELS)] * votes.shape[1]
    return fit(votes[:split], votes[split:], known, says, labels=LABELS, **options)


def drawn(rows: int, accuracies: Sequence[float], says: Sequence[Sequence[int]], *, seed: int = 0) -> tuple[Any, Any]:
    """Draw labels and votes: a function speaks of half the rows of its labels, and is right as often as it is given."""
    source = np.random.default_rng(seed)
    true = source.choice(LABELS, rows, p=[0.5, 0.3, 0.2])
    votes = np.full((rows, len(says)), ABSTAIN)
    for function, (accuracy, own) in enumerate(zip(accuracies, says, strict=True)):
        for label in own:
            mine = np.flatnonzero(true == label)
            right = mine[source.random(len(mine)) < 0.5]
            others = np.flatnonzero((true != label) & (votes[:, function] == ABSTAIN))
            wrong = source.choice(others, round(len(right) * (1 - accuracy) / accuracy), replace=False)
            votes[right, function] = votes[wrong, function] = label
    return true, votes


def by_the_paper(votes: Any, steps: int) -> tuple[Any, Any, Any]:
    """Equations 2.3 to 2.5 of Dawid and Skene (1979), with loops; to abstain is one response more."""
    rows, raters = votes.shape
    belief = [[0.0] * LABELS for _ in range(rows)]
    for row in range(rows):
        given = [vote for vote in votes[row] if vote != ABSTAIN]
        belief[row] = [given.count(label) / len(given) if given else 1 / LABELS for label in range(LABELS)]
    for _ in range(steps):
        prior = [sum(belief[row][label] for row in range(rows)) / rows for label in range(LABELS)]  # 2.4
        errors = {}
        for rater in range(raters):  # 2.3
            for label in range(LABELS):
                for said in (*range(LABELS), ABSTAIN):
                    count = sum(belief[row][label] for row in range(rows) if votes[row, rater] == said)
                    errors[rater, label, said] = count / sum(belief[row][label] for row in range(rows))
        for row in range(rows):  # 2.5
            joint = [
                prior[label] * math.prod(errors[rater, label, votes[row, rater]] for rater in range(raters))
                for label in range(LABELS)
            ]
            belief[row] = [value / sum(joint) for value in joint]
    return np.array(prior), errors, np.array(belief)


def test_the_equations_of_the_paper() -> None:
    _, votes = drawn(60, [0.8, 0.7, 0.9, 0.6], [range(LABELS)] * 4)
    for steps in (1, 3, 10):
        prior, errors, belief = by_the_paper(votes, steps)
        raters = fitted(votes, pseudo_rows=0.0, steps=steps)
        assert raters.prior == pytest.approx(prior, abs=1e-9)
        for (rater, label, said), value in errors.items():
            assert raters.outcomes[rater, said, label] == pytest.approx(value, abs=1e-9)
        assert raters.probabilities(votes) == pytest.approx(belief, abs=1e-6)


def test_accuracies_are_found_without_labels() -> None:
    given = [0.9, 0.8, 0.75, 0.7, 0.85]
    true, votes = drawn(6000, given, [range(LABELS)] * 5)
    raters = fitted(votes)
    assert raters.accuracies() == pytest.approx(share_right(votes, true), abs=0.03)
    assert raters.prior == pytest.approx([0.5, 0.3, 0.2], abs=0.03)
    right = (raters.probabilities(votes).argmax(axis=1) == true)[(votes != ABSTAIN).any(axis=1)]
    assert right.mean() > max(given) - 0.02, "better than nearly every function, and says more"


def test_functions_of_one_label_are_told_better_than_by_counting_known_rows() -> None:
    says = [[0], [0], [1], [1], [2], [2], [0]]
    off: dict[str, list[float]] = {"estimated": [], "counted": []}
    for seed in range(5):
        true, votes = drawn(4000, [0.9, 0.7, 0.8, 0.9, 0.7, 0.9, 0.6], says, seed=seed)
        right, known = np.array(share_right(votes, true)), slice(-100, None)
        raters = fitted(votes, says, known=true[known])
        off["estimated"].append(np.abs(raters.accuracies() - right).mean())
        off["counted"].append(np.abs(np.array(share_right(votes[known], true[known])) - right).mean())
    assert np.mean(off["estimated"]) < 0.05 < np.mean(off["counted"])


def share_right(votes: Any, true: Any) -> Any:
    return [(column == true)[column != ABSTAIN].mean() for column in votes.T]


def test_no_step_makes_it_less_probable() -> None:
    says = [[0], [1], [1], [2], [0, 1, 2], [2]]
    true, votes = drawn(300, [0.9, 0.7, 0.8, 0.6, 0.7, 0.8], says, seed=3)
    known = true[-30:]
    made = [fitted(votes, says, known=known, steps=steps) for steps in range(1, 30)]
    values = [log_posterior(votes, known, raters, says) for raters in made]
    assert all(later >= before - 1e-7 for before, later in itertools.pairwise(values))
    assert values[-1] > values[0] + 0.1


def log_posterior(votes: Any, known: Any, raters: Raters, says: Sequence[Sequence[int]]) -> float:
    """What is maximised: rows by weight, known rows with their label, two rows of Dirichlet prior a distribution."""
    free = len(votes) - len(known)
    weights = np.where(np.arange(len(votes)) < free, len(known) / free, 1.0)
    total = 2 / LABELS * np.log(raters.prior).sum()
    for row, (said, weight) in enumerate(zip(votes, weights, strict=True)):
        joint = [
            raters.prior[label] * np.prod([raters.outcomes[j, vote, label] for j, vote in enumerate(said)])
            for label in range(LABELS)
        ]
        total += weight * math.log(sum(joint) if row < free else joint[known[row - free]])
    for j, own in enumerate(says):
        shares = [weights[votes[:, j] == said].sum() / weights.sum() for said in (*range(LABELS), ABSTAIN)]
        distributions = {label if label in own else "others" for label in range(LABELS)}
        for one in distributions:
            column = one if one != "others" else next(label for label in range(LABELS) if label not in own)
            total += sum(
                2 * share * math.log(raters.outcomes[j, place, column]) for place, share in enumerate(shares) if share
            )
    return float(total)


def test_labels_that_a_function_never_says_look_alike_to_it() -> None:
    says = [[0], [1, 2], [2]]
    true, votes = drawn(500, [0.8, 0.8, 0.8], says)
    outcomes = fitted(votes, says, known=true[-50:]).outcomes
    assert outcomes[0][:, 1] == pytest.approx(outcomes[0][:, 2])
    assert outcomes[2][:, 0] == pytest.approx(outcomes[2][:, 1])
    assert abs(outcomes[1][:, 1] - outcomes[1][:, 2]).max() > 0.1


VOTES = st.lists(st.lists(st.integers(ABSTAIN, LABELS - 1), min_size=4, max_size=4), min_size=1, max_size=30)


@given(votes=VOTES, data=st.data())
@settings(max_examples=50, deadline=None)
def test_probabilities_are_such_and_order_does_not_matter(votes: list[list[int]], data: Any) -> None:
    known = data.draw(st.lists(st.integers(0, LABELS - 1), max_size=len(votes) - 1))
    raters = fitted(votes, known=known)
    found = raters.probabilities(np.array(votes))
    assert found.sum(axis=1) == pytest.approx(1)
    assert np.isfinite(found).all()
    assert ((raters.accuracies() >= 0) & (raters.accuracies() <= 1 + 1e-9)).all()
    order = data.draw(st.permutations(range(4)))
    other = fitted(np.array(votes)[:, order], known=known)
    assert other.accuracies() == pytest.approx(raters.accuracies()[order], abs=1e-4)
    twice = np.repeat(np.array(votes)[: len(votes) - len(known)], 2, axis=0)
    assert fitted(twice, pseudo_rows=0.0).prior == pytest.approx(fitted(twice[::2], pseudo_rows=0.0).prior, abs=1e-6), (
        "only shares matter"
    )
