"""The optimizer `muon`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, OptimizerConfig, OptimizerFactory

if TYPE_CHECKING:
    import torch


class MuonConfig(OptimizerConfig):
    """Options of `muon`."""

    learning_rate: float = Field(5e-5, ge=0)
    """The peak learning rate, as for AdamW: Muon's updates are scaled to the size of AdamW's."""
    weight_decay: float = Field(0.1, ge=0)
    """Decoupled weight decay; biases and normalisation weights have none."""
    momentum: float = Field(0.95, ge=0, lt=1)
    """Decay of the running mean of gradients, for hidden matrices (with Nesterov's look ahead)."""
    newton_schulz_steps: int = Field(5, ge=1)
    """Newton-Schulz iterations that bring the singular values of an update near 1."""
    beta1: float = Field(0.9, ge=0, lt=1)
    """Decay of the running mean of gradients, for all others, which AdamW trains."""
    beta2: float = Field(0.95, ge=0, lt=1)
    """Decay of the running mean of squared gradients, for all others."""
    epsilon: float = Field(1e-8, gt=0)
    """Added to the denominator, for all others, against division by zero."""


class Muon(OptimizerFactory):
    """Muon (Jordan et al. 2024): orthogonal updates for hidden matrices, AdamW for all other weights.

    Updates are scaled as Liu et al. 2025 (arXiv 2502.16982, section 2.2), so that one learning rate serves both.
    Hidden are the matrices whose shape, either way round, at least three trained ones have.
    """

    name: ClassVar[str] = "muon"
    Config: ClassVar[type[ComponentConfig]] = MuonConfig
    config: MuonConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return `pytorch_optimizer.Muon` over `groups`, each cut into hidden matrices and others."""
        from metier_pytorch_optimizer._hidden import split
        from metier_pytorch_optimizer._muon import PreciseMuon

        config = self.config
        others = {"use_muon": False, "betas": (config.beta1, config.beta2), "eps": config.epsilon}
        return PreciseMuon(
            split(groups, self.name, hidden={"use_muon": True}, others=others),
            lr=config.learning_rate,
            momentum=config.momentum,
            ns_steps=config.newton_schulz_steps,
            use_adjusted_lr=True,
        )
