"""The optimizer `adan`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class AdanConfig(OptimizerConfig):
    """Options of `adan`."""

    learning_rate: float = Field(2.5e-4, ge=0)
    """The peak learning rate: five to ten times AdamW's."""
    weight_decay: float = Field(0.01, ge=0)
    """Weight decay, proximal: after the step; biases and normalisation weights have none."""
    beta1: float = Field(0.98, ge=0, lt=1)
    """Decay of the running mean of gradients; the paper writes its complement, 0.02."""
    beta2: float = Field(0.92, ge=0, lt=1)
    """Decay of the running mean of differences between gradients; 0.08 in the paper."""
    beta3: float = Field(0.99, ge=0, lt=1)
    """Decay of the running mean of squares; 0.01 in the paper."""
    epsilon: float = Field(1e-8, gt=0)
    """Added to the denominator, against division by zero."""


class Adan(OptimizerFactory):
    """Adan (Xie et al. 2022): Nesterov momentum from differences of gradients; twice the memory of AdamW."""

    name: ClassVar[str] = "adan"
    rows_apart: ClassVar[bool] = True
    Config: ClassVar[type[ComponentConfig]] = AdanConfig
    config: AdanConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `pytorch_optimizer.Adan` over `groups`."""
        from pytorch_optimizer import Adan as LibraryAdan

        config = self.config
        betas = (config.beta1, config.beta2, config.beta3)
        return LibraryAdan(list(groups), lr=config.learning_rate, betas=betas, eps=config.epsilon)
