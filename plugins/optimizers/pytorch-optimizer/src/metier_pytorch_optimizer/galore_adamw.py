"""The optimizer `galore-adamw`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class GaloreAdamWConfig(OptimizerConfig):
    """Options of `galore-adamw`."""

    learning_rate: float = Field(3e-5, ge=0)
    """The peak learning rate."""
    weight_decay: float = Field(0.01, ge=0)
    """Decoupled weight decay; biases and normalisation weights have none."""
    rank: int = Field(4, ge=1)
    """Directions that the gradient of a hidden matrix is projected to; memory grows with it."""
    update_interval: int = Field(500, ge=1)
    """Steps after which the directions are found anew, by a singular value decomposition of the gradient."""
    scale: float = Field(4.0, gt=0)
    """Multiplies the learning rate of projected matrices."""
    beta1: float = Field(0.9, ge=0, lt=1)
    """Decay of the running mean of gradients."""
    beta2: float = Field(0.999, ge=0, lt=1)
    """Decay of the running mean of squared gradients."""
    epsilon: float = Field(1e-6, gt=0)
    """Added to the denominator, against division by zero."""


class GaloreAdamW(OptimizerFactory):
    """GaLore (Zhao et al. 2024): AdamW on a low-rank projection of the gradient; all weights train, in less memory.

    Hidden are the matrices whose shape, either way round, at least three trained ones have; all others are trained by
    AdamW as they are.
    """

    name: ClassVar[str] = "galore-adamw"
    Config: ClassVar[type[ComponentConfig]] = GaloreAdamWConfig
    config: GaloreAdamWConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `pytorch_optimizer.GaLore` over `groups`, each cut into hidden matrices and others."""
        from metier_pytorch_optimizer._galore import ResumableGaLore
        from metier_pytorch_optimizer._hidden import split

        config = self.config
        projection = {
            "rank": config.rank,
            "update_proj_gap": config.update_interval,
            "scale": config.scale,
            "projection_type": "std",
        }
        return ResumableGaLore(
            split(groups, self.name, hidden=projection, others={}, above=config.rank),
            lr=config.learning_rate,
            betas=(config.beta1, config.beta2),
            eps=config.epsilon,
        )
