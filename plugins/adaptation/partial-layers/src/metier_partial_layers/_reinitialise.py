"""Draws the weights of the top layers anew (Zhang et al. 2021, section 5)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch

from metier.errors import StageError
from metier_partial_layers import _layers

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")
LOADED = "_is_hf_initialized"
"""The mark by which transformers knows a loaded tensor, and does not draw it anew."""


def reinitialise(model: PreTrainedModel, *, layers: int, seed: int) -> None:
    """Draw the top `layers` of each stack and the pooler as the model's family does before pretraining."""
    plain = _layers.plain(model)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        for module in drawn(model, layers=layers):
            for parameter in module.parameters():
                if hasattr(parameter, LOADED):
                    delattr(parameter, LOADED)
            module.apply(plain._init_weights)
    names = {id(module): name for name, module in model.named_modules()}
    said = [names[id(module)] for module in drawn(model, layers=layers)]
    logger.info("reinitialisation: drawn anew: %s", ", ".join(said) or "nothing, the model has no pooler")


def drawn(model: PreTrainedModel, *, layers: int) -> list[torch.nn.Module]:
    """Return the layers, and the pooler unless the task set it on purpose (to read a text by the mean)."""
    top = [layer for stack in _layers.layer_stacks(model) for layer in stack[max(len(stack) - layers, 0) :]]
    on_purpose = getattr(_layers.plain(model).config, _layers.ADDED, 0)
    return [*top, *([] if on_purpose else _layers.poolers(model))]


def check(model: PreTrainedModel, *, layers: int) -> None:
    """Raise `StageError` where a layer drawn anew does not train."""
    for module in drawn(model, layers=layers):
        if not all(parameter.requires_grad for parameter in module.parameters()):
            hint = "let it train: `partial-layers` with `train: top-N`, N as many as are drawn anew or more"
            raise StageError("a layer that was drawn anew is frozen", where="reinitialisation", hint=hint)
