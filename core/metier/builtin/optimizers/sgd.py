"""The optimizer `sgd`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class SgdConfig(OptimizerConfig):
    """Options of `sgd`."""

    learning_rate: float = Field(0.01, ge=0)
    """The peak learning rate."""
    weight_decay: float = Field(0.0, ge=0)
    """Weight decay, added to the gradient; biases and normalisation weights have none."""
    momentum: float = Field(0.9, ge=0, lt=1)
    """Share of the last update that the next one keeps."""
    nesterov: bool = False
    """Whether to look ahead by the momentum (Nesterov)."""


class Sgd(OptimizerFactory):
    """Stochastic gradient descent with momentum."""

    name: ClassVar[str] = "sgd"
    rows_apart: ClassVar[bool] = True
    Config: ClassVar[type[ComponentConfig]] = SgdConfig
    config: SgdConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `torch.optim.SGD` over `groups`."""
        from torch.optim import SGD

        config = self.config
        return SGD(list(groups), lr=config.learning_rate, momentum=config.momentum, nesterov=config.nesterov)
