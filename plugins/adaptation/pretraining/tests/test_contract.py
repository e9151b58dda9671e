"""`continued-pretraining` keeps the contract of an adaptation method."""

from __future__ import annotations

from metier.testing import AdaptationMethodContract
from metier_pretraining.continued_pretraining import ContinuedPretraining


class TestContinuedPretraining(AdaptationMethodContract):
    """With blocks, the default."""

    component = ContinuedPretraining
    options = {"block_size": 32, "head_steps": 2}


class TestLines(AdaptationMethodContract):
    """With each text by itself."""

    component = ContinuedPretraining
    options = {"grouping": "lines", "epochs": 2, "head_steps": 0}
