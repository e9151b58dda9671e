"""The optimizer `lion`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class LionConfig(OptimizerConfig):
    """Options of `lion`."""

    learning_rate: float = Field(1.5e-5, ge=0)
    """The peak learning rate: three to ten times smaller than AdamW's."""
    weight_decay: float = Field(0.03, ge=0)
    """Decoupled weight decay, as many times larger than AdamW's; biases and normalisation weights have none."""
    beta1: float = Field(0.9, ge=0, lt=1)
    """Weight of the running mean in the update, beside the new gradient."""
    beta2: float = Field(0.99, ge=0, lt=1)
    """Decay of the running mean of gradients."""


class Lion(OptimizerFactory):
    """Lion (Chen et al. 2023): steps by the sign of the momentum; half the memory of AdamW."""

    name: ClassVar[str] = "lion"
    rows_apart: ClassVar[bool] = True
    Config: ClassVar[type[ComponentConfig]] = LionConfig
    config: LionConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `pytorch_optimizer.Lion` over `groups`."""
        from pytorch_optimizer import Lion as LibraryLion

        config = self.config
        return LibraryLion(list(groups), lr=config.learning_rate, betas=(config.beta1, config.beta2))
