"""The adaptation method `lisa`: a few layers train at a time, drawn anew every so many steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ModelInfo, ParameterGroup, TaskInfo, Use
from metier_partial_layers import beside

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss


class LisaConfig(ComponentConfig):
    """Options of `lisa`."""

    layers: int = Field(2, ge=1)
    """Layers that train at a time; embeddings and head always do, unless another method freezes them."""
    every: int = Field(20, ge=1)
    """Optimizer steps after which others are drawn."""


class Lisa(AdaptationMethod):
    """Trains embeddings, head and a few random layers at a time (LISA), at the cost of a few layers a step."""

    name: ClassVar[str] = "lisa"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = LisaConfig
    config: LisaConfig

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Refuse to draw all layers that there are."""
        if self.config.layers >= model.layers:
            return f"it draws {self.config.layers} layers at a time, and {model.reference} has {model.layers}"
        return None

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse a second schedule, and a choice of layers that leaves none to draw."""
        for choice in beside.choices(others):
            if choice.kind == "auto":
                return "partial-layers chooses the layers by the data (`auto`), and lisa at random"
            if choice.kind in ("head", "embeddings"):
                return f"partial-layers trains no layer (`{choice.kind}`), so there is none to draw"
            if choice.kind in ("top", "bottom") and choice.number <= self.config.layers:
                return f"it draws {self.config.layers} layers at a time, and partial-layers trains {choice.number}"
        return beside.other_schedule(others)

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return none. Raises `StageError` where too few layers train: asked here, after every method's `prepare`."""
        from metier_partial_layers import _lisa

        _lisa.check(model, layers=self.config.layers)
        return ()

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the loss as it is, computed while the layers that were not drawn take no gradient."""
        from metier_partial_layers import _lisa

        return _lisa.sampled(loss, stage, layers=self.config.layers, every=self.config.every)
