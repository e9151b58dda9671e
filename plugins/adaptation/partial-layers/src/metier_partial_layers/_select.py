"""Freezes what is not to train."""

from __future__ import annotations

import difflib
import fnmatch
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from metier.components import MethodContext
from metier.errors import StageError
from metier_partial_layers import _layers
from metier_partial_layers.choice import Choice, indices

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")
NORMALISATION = re.compile("norm", re.IGNORECASE)
"""In the names of classes: `LayerNorm`, `LlamaRMSNorm`, `T5LayerNorm`; transformers has one a family."""


def select(model: PreTrainedModel, choice: Choice, stage: MethodContext, *, embeddings: bool) -> None:
    """Freeze every parameter but the head's and those that `choice` names; what is frozen already stays so.

    Where it counts layers, what lies between them and the head trains too, and with `embeddings` these. Raises
    `StageError` where the choice fits nothing in the model, or nothing of it is left to train.
    """
    named = _named_by(model, choice, stage)
    if named and not any(parameter.requires_grad for parameter in named):
        hint = "look at the methods before it in the recipe's `adapt`"
        raise StageError("all that is to train is frozen already", where="partial-layers: train", hint=hint)
    kept = {id(parameter) for parameter in (*named, *_layers.head_parameters(model))}
    if choice.counts_layers:
        kept |= {id(parameter) for parameter in _layers.parts(model).above.values()}
        kept |= {id(parameter) for parameter in _layers.embedding_parameters(model) if embeddings}
    for parameter in model.parameters():
        if id(parameter) not in kept:
            parameter.requires_grad_(False)


def _named_by(model: PreTrainedModel, choice: Choice, stage: MethodContext) -> list[torch.nn.Parameter]:
    if choice.counts_layers:
        return [one for layer in _chosen_layers(model, choice, stage) for one in layer.parameters()]
    if choice.kind == "embeddings":
        return list(_layers.embedding_parameters(model))
    if choice.kind == "biases":
        return _biases(model)
    if choice.kind == "layer-norms":
        return _normalisations(model)
    return _matched(model, choice.globs)


def _chosen_layers(model: PreTrainedModel, choice: Choice, stage: MethodContext) -> list[torch.nn.Module]:
    """Return whole layers; an encoder-decoder model has two stacks, and a number holds for each."""
    if choice.kind == "auto":
        from metier_partial_layers._auto import best_layers

        return best_layers(model, stage, count=choice.number)
    return [stack[i] for stack in _layers.layer_stacks(model) for i in sorted(indices(choice, len(stack)))]


def _biases(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """Return every bias of the body (BitFit, Ben Zaken et al. 2022)."""
    named = _layers.body(model).named_parameters()
    found = [parameter for name, parameter in named if name.rpartition(".")[2].endswith("bias")]
    return _something(found, "the model has no biases", "choose `layer-norms`, or layers (`top-2`)")


def _normalisations(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """Return gain and bias of every normalisation in the body (LN-tuning, Qi et al. 2022)."""
    modules = [one for one in _layers.body(model).modules() if NORMALISATION.search(type(one).__name__)]
    found = [parameter for module in modules for parameter in module.parameters(recurse=False)]
    return _something(found, "the model's normalisations have no weights", "choose layers (`top-2`)")


def _something(found: list[torch.nn.Parameter], otherwise: str, hint: str) -> list[torch.nn.Parameter]:
    if not found:
        raise StageError(otherwise, where="partial-layers: train", hint=hint)
    return found


def _matched(model: PreTrainedModel, globs: Sequence[str]) -> list[torch.nn.Parameter]:
    """Return the parameters whose names a glob matches; raises `StageError` for a glob that matches none."""
    named = dict(model.named_parameters())
    for glob in globs:
        if not fnmatch.filter(named, glob):
            near = difflib.get_close_matches(glob.strip("*."), named, n=1, cutoff=0.3) or [*named][-1:]
            hint = f"names look like {near[0]!r}"
            raise StageError(f"{glob!r} matches no parameter", where="partial-layers: train", hint=hint)
    return [one for name, one in named.items() if any(fnmatch.fnmatchcase(name, glob) for glob in globs)]


def say(model: PreTrainedModel) -> None:
    """Log what trains: shares, and module names short enough to read."""
    sizes = [(name, parameter.numel(), parameter.requires_grad) for name, parameter in model.named_parameters()]
    trains = sum(size for _, size, chosen in sizes if chosen)
    total = sum(size for _, size, _ in sizes)
    names = sorted({_module(name) for name, _, chosen in sizes if chosen})
    logger.info("partial-layers: %s of %s parameters train: %s", f"{trains:,}", f"{total:,}", ", ".join(names))


def _module(name: str) -> str:
    """Return a parameter's module, its layer where it is in one: `bert.encoder.layer.5`."""
    parts = name.split(".")
    numbers = [i for i, part in enumerate(parts) if part.isdigit()]
    return ".".join(parts[: numbers[0] + 1] if numbers else parts[:-1])
