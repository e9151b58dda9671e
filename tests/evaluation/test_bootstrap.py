"""Intervals hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from metier.evaluation.bootstrap import bootstrap, draws_for, percentile_interval, row_weights


def test_each_draw_has_as_many_rows_as_there_are() -> None:
    drawn = list(row_weights(50, 20, seed=1))
    assert [weights.sum() for weights in drawn] == [50.0] * 20
    assert not np.array_equal(drawn[0], drawn[1])


def test_the_same_seed_draws_the_same_rows() -> None:
    first, again, other = (np.stack(list(row_weights(30, 5, seed=seed))) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_interval_of_a_share_is_the_normal_one() -> None:
    right = np.arange(400) < 320
    draws = bootstrap(lambda weights: {"accuracy": float(np.average(right, weights=weights))}, 400, draws=2000, seed=0)
    interval = percentile_interval(draws["accuracy"])
    half = 1.96 * np.sqrt(0.8 * 0.2 / 400)
    assert interval == pytest.approx((0.8 - half, 0.8 + half), abs=0.006)


def test_nine_in_ten_intervals_hold_the_truth() -> None:
    random, held = np.random.default_rng(0), 0
    for trial in range(100):
        right = random.random(120) < 0.7
        draws = bootstrap(
            lambda weights, right=right: {"a": float(np.average(right, weights=weights))}, 120, draws=300, seed=trial
        )
        low, high = percentile_interval(draws["a"]) or (0, 0)
        held += low <= 0.7 <= high
    assert 89 <= held <= 100


def test_a_figure_that_is_seldom_defined_has_no_interval() -> None:
    assert percentile_interval(np.array([0.5, np.nan, np.nan])) is None
    assert percentile_interval(np.array([])) is None
    low, high = percentile_interval(np.array([0.5, 0.5, np.nan])) or (0, 0)
    assert (low, high) == (0.5, 0.5)


def test_large_tables_take_fewer_draws() -> None:
    assert draws_for({"id": np.zeros(100)}) == 1000
    assert draws_for({"id": np.zeros(1), "probability": np.broadcast_to(0.0, (2_000_000, 1))}) == 499
    assert draws_for({"probability": np.broadcast_to(0.0, (10_000_000, 50))}) == 200
