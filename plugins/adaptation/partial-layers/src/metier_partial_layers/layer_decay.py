"""The adaptation method `layer-decay`: the lower a layer, the slower it learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ParameterGroup

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class LayerDecayConfig(ComponentConfig):
    """Options of `layer-decay`."""

    factor: float = Field(0.9, gt=0, le=1)
    """A layer's learning rate as a share of that of the layer above it; the head has the recipe's. ELECTRA took 0.8 for
    its base size and 0.9 for the large one; ULMFiT's discriminative fine-tuning is 0.385 (1 / 2.6)."""


class LayerDecay(AdaptationMethod):
    """Lets each layer learn slower than the one above it, and the embeddings slowest."""

    name: ClassVar[str] = "layer-decay"
    Config: ClassVar[type[ComponentConfig]] = LayerDecayConfig
    config: LayerDecayConfig

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return a group a layer: `learning_rate_scale` is `factor` to the power of its distance from the head."""
        from metier_partial_layers._layers import parts

        groups = []
        for distance, level in enumerate(parts(model).levels()):
            names = tuple(name for name, parameter in level.items() if parameter.requires_grad)
            if names:
                groups.append(ParameterGroup(names, {"learning_rate_scale": self.config.factor**distance}))
        return groups
