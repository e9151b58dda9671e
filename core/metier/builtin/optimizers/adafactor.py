"""The optimizer `adafactor`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class AdafactorConfig(OptimizerConfig):
    """Options of `adafactor`."""

    learning_rate: float = Field(1e-3, ge=0)
    """The peak learning rate, relative to the size of each parameter's weights."""
    clip_threshold: float = Field(1.0, gt=0)
    """Root mean square of an update above which it is scaled down."""
    beta2_decay: float = Field(-0.8, lt=0)
    """Exponent by which the running mean of squared gradients slows with the steps."""


class Adafactor(OptimizerFactory):
    """Adafactor (Shazeer & Stern 2018): as Adam, with memory for rows and columns only."""

    name: ClassVar[str] = "adafactor"
    Config: ClassVar[type[ComponentConfig]] = AdafactorConfig
    config: AdafactorConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `torch.optim.Adafactor` over `groups`."""
        from torch.optim import Adafactor as TorchAdafactor

        config = self.config
        return TorchAdafactor(
            list(groups), lr=config.learning_rate, d=config.clip_threshold, beta2_decay=config.beta2_decay
        )
