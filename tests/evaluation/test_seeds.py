"""Mean and interval over seeds."""

from __future__ import annotations

import pytest

from metier.evaluation.seeds import spread, summary


def test_half_width_is_students() -> None:
    # Three values with standard deviation .02: 4.3027 × .02 / √3.
    found = spread([0.80, 0.82, 0.84])
    assert found["mean"] == pytest.approx(0.82)
    assert found["half_width"] == pytest.approx(4.302653 * 0.02 / 3**0.5)
    assert found["n"] == 3


def test_one_seed_has_no_spread() -> None:
    assert spread([0.8]) == {"mean": 0.8, "half_width": None, "n": 1}


def test_only_figures_that_every_run_has() -> None:
    assert list(summary([{"a": 1.0, "b": 0.5}, {"a": 0.0}])) == ["a"]
