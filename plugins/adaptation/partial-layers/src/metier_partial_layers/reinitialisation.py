"""The adaptation method `reinitialisation`: the top layers start anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ModelInfo, ParameterGroup, TaskInfo, Use
from metier_partial_layers import beside

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class ReinitialisationConfig(ComponentConfig):
    """Options of `reinitialisation`."""

    layers: int = Field(1, ge=0)
    """Layers from the top whose weights are drawn anew; the pooler's are too, and with 0 only these."""


class Reinitialisation(AdaptationMethod):
    """Draws the weights of the top layers and the pooler anew, which are too much at pretraining's own task."""

    name: ClassVar[str] = "reinitialisation"
    Config: ClassVar[type[ComponentConfig]] = ReinitialisationConfig
    config: ReinitialisationConfig

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Refuse to draw more layers than there are."""
        if self.config.layers > model.layers:
            return f"it draws {self.config.layers} layers anew, and {model.reference} has {model.layers}"
        return None

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse recipes in which layers drawn anew would not train."""
        if beside.has_adapters(others):
            return "adapters freeze the layers that it draws anew"
        for choice in beside.choices(others):
            trained = choice.kind == "names" or (choice.kind == "top" and choice.number >= self.config.layers)
            if self.config.layers and not trained:
                return f"partial-layers freezes layers that it draws anew; train top-{self.config.layers} or more"
        return None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Draw the weights anew, by the model's own rule and the stage's seed."""
        from metier_partial_layers import _reinitialise

        _reinitialise.reinitialise(model, layers=self.config.layers, seed=stage.seed)
        return model

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return none. Raises `StageError` where a layer drawn anew is frozen: asked after every method's `prepare`."""
        from metier_partial_layers import _reinitialise

        _reinitialise.check(model, layers=self.config.layers)
        return ()
