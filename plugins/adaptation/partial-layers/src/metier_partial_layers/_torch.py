"""Finds a model's layers and freezes what is not to train."""

from __future__ import annotations

import difflib
import fnmatch
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch

from metier.errors import StageError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")


def train_layers(model: PreTrainedModel, *, side: str, count: int, embeddings: bool) -> None:
    """Freeze all layers but `count` at one `side`, `top` or `bottom`, and the embeddings unless they are to train.

    What is no layer and no embedding (head, pooler, final normalisation) trains. An encoder-decoder model has two
    stacks; `count` holds for each. What `prepare` of an earlier method froze stays frozen.
    """
    stacks = layer_stacks(model)
    if not stacks:
        hint = "give `train` as globs over parameter names"
        raise StageError("no stack of layers was found in the model", where="partial-layers", hint=hint)
    for stack in stacks:
        chosen = range(len(stack) - count, len(stack)) if side == "top" else range(count)
        _freeze(parameter for i, layer in enumerate(stack) if i not in chosen for parameter in layer.parameters())
    if not embeddings:
        _freeze(_embedding_parameters(model))


def layer_stacks(model: PreTrainedModel) -> list[torch.nn.ModuleList]:
    """Return the lists of the model's layers: one, or two for an encoder with a decoder."""
    config = model.config.get_text_config()
    names = ("num_hidden_layers", "num_decoder_layers", "num_layers", "n_layer", "decoder_layers", "encoder_layers")
    counts = {getattr(config, name, None) for name in names}
    lists = [module for module in model.base_model.modules() if isinstance(module, torch.nn.ModuleList)]
    stacks = [one for one in lists if len(one) in counts and len({type(layer) for layer in one}) == 1]
    inner = {id(module) for stack in stacks for layer in stack for module in layer.modules()}
    return [stack for stack in stacks if id(stack) not in inner]


def train_named(model: PreTrainedModel, globs: Sequence[str]) -> None:
    """Freeze every parameter of the pretrained body that no glob matches; the head trains anyway.

    Raises `StageError` where a glob matches no parameter.
    """
    names = [name for name, _ in model.named_parameters()]
    for glob in globs:
        if not fnmatch.filter(names, glob):
            near = difflib.get_close_matches(glob.strip("*."), names, n=1, cutoff=0.3) or names[-1:]
            hint = f"names look like {near[0]!r}"
            raise StageError(f"{glob!r} matches no parameter", where="partial-layers: train", hint=hint)
    body = {id(parameter) for parameter in model.base_model.parameters()}
    _freeze(
        parameter
        for name, parameter in model.named_parameters()
        if id(parameter) in body and not any(fnmatch.fnmatchcase(name, glob) for glob in globs)
    )


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


def _embedding_parameters(model: PreTrainedModel) -> Iterable[torch.nn.Parameter]:
    """Return the parameters of everything that comes before the first layer."""
    inside = {id(module) for stack in layer_stacks(model) for module in stack.modules()}
    for name, module in model.base_model.named_modules():
        before = isinstance(module, torch.nn.Embedding) or "embed" in name.rpartition(".")[2].lower()
        if before and id(module) not in inside:
            yield from module.parameters()


def _freeze(parameters: Iterable[torch.nn.Parameter]) -> None:
    for parameter in parameters:
        parameter.requires_grad_(False)
