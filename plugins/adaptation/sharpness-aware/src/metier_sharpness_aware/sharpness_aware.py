"""The adaptation method `sharpness-aware`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import Use

if TYPE_CHECKING:
    from metier.components.objective import Loss

RHO, ADAPTIVE_RHO = 0.05, 0.5
"""The papers' own values."""
WITHIN_A_STEP = frozenset({"adversarial", "lexical-substitution", "sharpness-aware"})
"""Methods that go backward themselves within a step, and so cannot go backward through this one."""


class SharpnessAwareConfig(ComponentConfig):
    """Options of `sharpness-aware`."""

    rho: float | None = Field(None, gt=0)
    """How far weights are moved before the gradient is taken: Euclidean length, all trained weights together; in shares
    of each weight's own size where `adaptive`. Where not given it is 0.05, or 0.5 where `adaptive`."""
    adaptive: bool = False
    """Whether a weight is moved in proportion to its own size (ASAM), so that rescaling a layer changes nothing."""


class SharpnessAware(AdaptationMethod):
    """Minimises the loss at the worst weights nearby, which leads to flat minima (SAM, ASAM); a step costs two."""

    name: ClassVar[str] = "sharpness-aware"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = SharpnessAwareConfig
    config: SharpnessAwareConfig

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse methods that take gradients of their own within a step."""
        for other in others:
            if other.name in WITHIN_A_STEP:
                return f"it and {other.name} both take gradients of their own within a step"
        return None

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the loss at weights moved to where it rises most."""
        from metier_sharpness_aware._torch import sharpness_aware

        adaptive = self.config.adaptive
        rho = self.config.rho if self.config.rho is not None else ADAPTIVE_RHO if adaptive else RHO
        return sharpness_aware(loss, stage, rho=rho, adaptive=adaptive)
