"""The optimizer `pytorch-optimizer`: any of the library that fits, by name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, field_validator

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory
from metier.values import Json
from metier_pytorch_optimizer.algorithms import ALGORITHMS, REFUSED

if TYPE_CHECKING:
    import torch


class PytorchOptimizerConfig(OptimizerConfig):
    """Options of `pytorch-optimizer`."""

    algorithm: str
    """The name of an optimizer in the library, its class in lower case: `stableadamw`, `soap`, `ademamix`, ...."""
    learning_rate: float = Field(ge=0)
    """The peak learning rate; there is no default, since it differs by powers of ten between algorithms."""
    options: dict[str, Json] = Field(default_factory=dict)
    """Further arguments of the class, by its own names: `{betas: [0.9, 0.99]}`; checked when the training begins."""

    @field_validator("algorithm")
    @classmethod
    def _offered(cls, value: str) -> str:
        if value in REFUSED:
            raise ValueError(f"{value!r} is not offered: {REFUSED[value]}")
        if value not in ALGORITHMS:
            near = difflib.get_close_matches(value, ALGORITHMS, n=1, cutoff=0.0)
            raise ValueError(f"the library has no optimizer {value!r}; the nearest is {near[0]!r}")
        return value


class PytorchOptimizer(OptimizerFactory):
    """An optimizer of the library pytorch-optimizer by its name, as the library has it."""

    name: ClassVar[str] = "pytorch-optimizer"
    Config: ClassVar[type[ComponentConfig]] = PytorchOptimizerConfig
    config: PytorchOptimizerConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return the library's optimizer over `groups`. Raises `StageError` for options that it does not take."""
        from metier_pytorch_optimizer._library import build

        config = self.config
        return build(config.algorithm, groups, learning_rate=config.learning_rate, options=config.options)
