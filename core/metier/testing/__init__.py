"""The contract kit: subclass a kind's contract in your plugin's tests, set `component`, and pytest does the rest.

    # tests/test_contract.py
    from metier.testing import AdaptationMethodContract
    from metier_adversarial.adversarial import Adversarial

    class TestAdversarial(AdaptationMethodContract):
        component = Adversarial

What a contract has besides tests is there to be overridden: `options`, `sample_options`, `sample`.
A contract test may be marked `xfail(reason=...)`, never replaced.
"""

from __future__ import annotations

import pytest

_MODULES = (
    "adaptation_method",
    "authored",
    "base",
    "data_source",
    "industry",
    "model_source",
    "optimizer",
    "strategy",
    "task_head",
    "transform",
)
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in _MODULES))

from metier.testing.adaptation_method import AdaptationMethodContract  # noqa: E402 - after the rewrite is registered
from metier.testing.base import ComponentContract  # noqa: E402
from metier.testing.data_source import DataSourceContract  # noqa: E402
from metier.testing.industry import IndustryContract  # noqa: E402
from metier.testing.model_source import ModelSourceContract  # noqa: E402
from metier.testing.optimizer import OptimizerContract  # noqa: E402
from metier.testing.strategy import StrategyContract  # noqa: E402
from metier.testing.task_head import TaskHeadContract  # noqa: E402
from metier.testing.transform import TransformContract  # noqa: E402

__all__ = [
    "AdaptationMethodContract",
    "ComponentContract",
    "DataSourceContract",
    "IndustryContract",
    "ModelSourceContract",
    "OptimizerContract",
    "StrategyContract",
    "TaskHeadContract",
    "TransformContract",
]
