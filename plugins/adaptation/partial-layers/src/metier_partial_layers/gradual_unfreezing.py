"""The adaptation method `gradual-unfreezing`: layers join the training one by one, from the top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ParameterGroup, Use
from metier_partial_layers import beside

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss


class GradualUnfreezingConfig(ComponentConfig):
    """Options of `gradual-unfreezing`."""

    epochs: float = Field(1.0, gt=0)
    """Passes over the training rows after which one more layer joins: first the head trains alone, then the top layer
    too, and so on down to the embeddings. A model of 6 layers needs 7 times as many before all of it trains."""


class GradualUnfreezing(AdaptationMethod):
    """Trains the head first, then one more layer each epoch from the top down."""

    name: ClassVar[str] = "gradual-unfreezing"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = GradualUnfreezingConfig
    config: GradualUnfreezingConfig

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse a second schedule, and a recipe in which there is nothing to unfreeze."""
        if any(choice.kind == "head" for choice in beside.choices(others)):
            return "partial-layers trains the head alone, so there is no layer to unfreeze"
        return beside.other_schedule(others)

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return none. Raises `StageError` where no layer trains: asked here, after every method's `prepare`."""
        from metier_partial_layers import _gradual

        _gradual.check(model)
        return ()

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the loss as it is, computed while the layers whose turn has not come take no gradient."""
        from metier_partial_layers import _gradual

        return _gradual.gradual(loss, stage, epochs=self.config.epochs)
