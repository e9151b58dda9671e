"""The optimizer `adamw`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class AdamWConfig(OptimizerConfig):
    """Options of `adamw`."""

    beta1: float = Field(0.9, ge=0, lt=1)
    """Decay of the running mean of gradients."""
    beta2: float = Field(0.999, ge=0, lt=1)
    """Decay of the running mean of squared gradients."""
    epsilon: float = Field(1e-8, gt=0)
    """Added to the denominator, against division by zero."""


class AdamW(OptimizerFactory):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019), in torch's fused form.

    The fused form updates all parameters in one kernel, on CPU and GPU alike.
    """

    name: ClassVar[str] = "adamw"
    rows_apart: ClassVar[bool] = True
    Config: ClassVar[type[ComponentConfig]] = AdamWConfig
    config: AdamWConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `torch.optim.AdamW` over `groups`."""
        from torch.optim import AdamW as TorchAdamW

        betas = (self.config.beta1, self.config.beta2)
        learning_rate = self.config.learning_rate
        return TorchAdamW(list(groups), lr=learning_rate, betas=betas, eps=self.config.epsilon, fused=True)
