"""The optimizer `schedule-free-adamw`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class ScheduleFreeAdamWConfig(OptimizerConfig):
    """Options of `schedule-free-adamw`."""

    learning_rate: float = Field(1e-4, ge=0)
    """The learning rate after warm-up: one to ten times AdamW's."""
    weight_decay: float = Field(0.01, ge=0)
    """Weight decay, at the weights that are trained; biases and normalisation weights have none."""
    schedule: Literal["constant"] = "constant"
    """The average stands in for a fall of the learning rate, so there is none."""
    beta1: float = Field(0.9, gt=0, lt=1)
    """Share of the average in the weights that are trained; the rest are those of the last step."""
    beta2: float = Field(0.999, ge=0, lt=1)
    """Decay of the running mean of squared gradients."""
    epsilon: float = Field(1e-8, gt=0)
    """Added to the denominator, against division by zero."""


class ScheduleFreeAdamW(OptimizerFactory):
    """Schedule-free AdamW (Defazio et al. 2024): keeps the average of its weights, in AdamW's memory.

    Gradients are taken at other weights than the average, which evaluation, checkpoints and the finished model have.
    """

    name: ClassVar[str] = "schedule-free-adamw"
    Config: ClassVar[type[ComponentConfig]] = ScheduleFreeAdamWConfig
    config: ScheduleFreeAdamWConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `pytorch_optimizer.ScheduleFreeAdamW` over `groups`."""
        from pytorch_optimizer import ScheduleFreeAdamW as LibraryScheduleFreeAdamW

        config = self.config
        betas = (config.beta1, config.beta2)
        return LibraryScheduleFreeAdamW(list(groups), lr=config.learning_rate, betas=betas, eps=config.epsilon)
