"""The optimizer `came`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class CameConfig(OptimizerConfig):
    """Options of `came`."""

    learning_rate: float = Field(4e-5, ge=0)
    """The peak learning rate: 0.5 to 0.9 of AdamW's."""
    weight_decay: float = Field(0.01, ge=0)
    """Decoupled weight decay; biases and normalisation weights have none."""
    beta1: float = Field(0.9, ge=0, lt=1)
    """Decay of the running mean of updates."""
    beta2: float = Field(0.999, ge=0, lt=1)
    """Decay of the running means of squared gradients, by row and by column."""
    beta3: float = Field(0.9999, ge=0, lt=1)
    """Decay of the running means of how far updates are from their mean, by row and by column."""
    clip_threshold: float = Field(1.0, gt=0)
    """Root mean square of an update above which it is scaled down."""


class Came(OptimizerFactory):
    """CAME (Luo et al. 2023): as Adafactor, with momentum that trusts steady updates more; half AdamW's memory."""

    name: ClassVar[str] = "came"
    Config: ClassVar[type[ComponentConfig]] = CameConfig
    config: CameConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `pytorch_optimizer.CAME` over `groups`."""
        from pytorch_optimizer import CAME

        config = self.config
        betas = (config.beta1, config.beta2, config.beta3)
        return CAME(list(groups), lr=config.learning_rate, betas=betas, clip_threshold=config.clip_threshold)
