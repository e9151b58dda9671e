"""Better, or only luckier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metier.errors import RunError
from metier.evaluation.significance import Drawn, check_same_rows, compare, drawn


def table(head: Any, state: Any, answers: Any, accuracy: float, seed: int) -> Any:
    rows, predictions = answers(400, accuracy=accuracy, seed=seed)
    return head.table(predictions, rows, state)


def test_a_clear_difference_is_significant(head: Any, state: Any, answers: Any) -> None:
    good, bad = ([table(head, state, answers, accuracy, seed)] for accuracy, seed in ((0.9, 1), (0.7, 2)))
    sides = [drawn(head, state, side, metric="accuracy", seed=0) for side in (good, bad)]
    found = compare(sides[0], sides[1], paired=False, seed=0)
    assert found is not None
    assert found.interval[0] < found.difference < found.interval[1]
    assert found.interval[0] > 0.1
    assert found.p < 0.01
    turned = compare(sides[1], sides[0], paired=False, seed=0)
    assert turned is not None
    assert turned.difference == -found.difference


def test_the_same_predictions_do_not_differ(head: Any, state: Any, answers: Any) -> None:
    side = drawn(head, state, [table(head, state, answers, 0.8, 1)], metric="accuracy", seed=0)
    found = compare(side, side, paired=True, seed=0)
    assert found is not None
    assert (found.difference, found.interval, found.p) == (0.0, (0.0, 0.0), 1.0)


def test_pairing_sees_a_small_steady_difference(head: Any, state: Any, answers: Any) -> None:
    worse = table(head, state, answers, 0.8, 1)
    better = {name: column.copy() for name, column in worse.items()}
    wrong = np.flatnonzero(worse["reference"] != worse["prediction"])[:12]
    better["prediction"][wrong] = better["reference"][wrong]
    sides = [drawn(head, state, [one], metric="accuracy", seed=0) for one in (better, worse)]
    found = compare(sides[0], sides[1], paired=False, seed=0)
    assert found is not None
    assert found.difference == pytest.approx(0.03)
    assert found.p < 0.01  # each alone has an interval of ±.04


def test_luck_of_seeds_counts(head: Any) -> None:
    # Two seeds that disagree wildly: a mean difference of .05 says little, however many rows there are.
    steady = Drawn(np.array([0.8, 0.8]), np.full((2, 1000), 0.8))
    wild = Drawn(np.array([0.70, 1.0]), np.repeat([[0.70], [1.0]], 1000, axis=1))
    found = compare(wild, steady, paired=False, seed=0)
    assert found is not None
    assert found.difference == pytest.approx(0.05)
    assert found.p > 0.3


def test_an_undefined_figure_is_not_compared() -> None:
    missing = Drawn(np.array([np.nan]), np.full((1, 100), np.nan))
    assert compare(missing, missing, paired=False, seed=0) is None


def test_other_rows_are_refused(head: Any, state: Any, answers: Any) -> None:
    one = table(head, state, answers, 0.8, 1)
    other = {name: column[::-1] for name, column in one.items()}
    with pytest.raises(RunError, match="plain: the predictions are of other rows than those of adapted"):
        check_same_rows([one, other], ["adapted", "plain"])
