"""The adaptation method `adversarial`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext

if TYPE_CHECKING:
    from metier.components.objective import Loss


class AdversarialConfig(ComponentConfig):
    """Options of `adversarial`."""

    attack: Literal["fgm"] = "fgm"
    """How the perturbation is found: `fgm`, one step along the gradient."""
    epsilon: float = Field(1.0, gt=0)
    """Euclidean length of the perturbation of a text's embeddings, all its tokens together."""
    weight: float = Field(1.0, gt=0)
    """Weight of the perturbed text's loss beside the plain one."""


class Adversarial(AdaptationMethod):
    """Trains on word embeddings shifted to where the loss rises most, beside the plain ones."""

    name: ClassVar[str] = "adversarial"
    Config: ClassVar[type[ComponentConfig]] = AdversarialConfig
    config: AdversarialConfig

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the plain loss and the perturbed one, added."""
        from metier_adversarial._torch import fast_gradient

        return fast_gradient(loss, stage, epsilon=self.config.epsilon, weight=self.config.weight)
