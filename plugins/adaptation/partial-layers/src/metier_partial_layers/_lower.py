"""What is frozen for good at the bottom of a model, and runs without dropout."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

import torch

from metier_partial_layers import _layers
from metier_partial_layers._trunk import NotServed, Trunk, trains


@dataclass(frozen=True, slots=True)
class Lower:
    """A model's frozen lower part."""

    modules: tuple[torch.nn.Module, ...]
    """Embeddings and layers below the lowest that trains; none where the embeddings train."""
    trunk: Trunk | None
    """The same, where the model can run without it."""
    why: str = ""
    """Why it cannot, in words."""

    @classmethod
    def of(cls, model: torch.nn.Module) -> Lower:
        """Return the lower part by what is frozen now."""
        try:
            trunk = Trunk.of(model)
        except NotServed as reason:
            return cls(tuple(_modules(model)), None, str(reason))
        return cls(tuple(trunk.modules), trunk)


def _modules(model: torch.nn.Module) -> list[torch.nn.Module]:
    """Return the lower part's modules in a model of any family; both stacks' of an encoder with a decoder."""
    if any(parameter.requires_grad for parameter in _layers.embedding_parameters(model)):
        return []
    stacks = _layers.layer_stacks(model)
    layers = {module for stack in stacks for layer in stack for module in layer.modules()}
    named = _layers.body(model).named_modules()
    parts = [one for name, one in named if "embed" in name.rpartition(".")[2].lower() and one not in layers]
    for stack in stacks:
        parts += takewhile(lambda layer: not trains(layer), stack)
    return [module for part in parts for module in part.modules()]
