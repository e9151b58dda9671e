"""`regression` keeps the contract of a task head, for one text and for two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metier.testing import TaskHeadContract
from metier_regression.regression import Regression


class TestRegression(TaskHeadContract):
    """A number a text."""

    component = Regression


class TestGradesOfPairs(TaskHeadContract):
    """A grade for two texts, under the Huber loss on a logarithmic scale."""

    component = Regression
    options = {"pair": True, "scale": "log1p", "loss": "huber", "round_to": 5}

    def sample(self) -> Mapping[str, Sequence[Any]]:
        made = super().sample()
        return {**made, "second": [*made["text"][1:], made["text"][0]]}
