"""Finds a model's parts: head, layers, embeddings, and what lies between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

from metier.errors import StageError

Named: TypeAlias = dict[str, torch.nn.Parameter]
COUNTS = ("num_hidden_layers", "num_decoder_layers", "num_layers", "n_layer", "decoder_layers", "encoder_layers")
"""Where configurations say how many layers there are."""
ADDED = "mean_pooling_layers"
"""Where a configuration says how many layers the task put on top to read a text by the mean; not pretrained ones."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A model's parameters by where they lie, under the names of `model.named_parameters()`; each is in one part."""

    head: Named
    """What the task adds: all that is outside the pretrained body, and the pooler, which many checkpoints lack."""
    above: Named
    """Between layers and head: a final normalisation."""
    layers: tuple[Named, ...]
    """The top layer first. Encoder and decoder of one model share a place: the top layers of both are first."""
    embeddings: Named
    """All that comes before the first layer."""

    def levels(self) -> list[Named]:
        """Return everything from the output to the input: head and what is above, each layer, embeddings."""
        return [{**self.head, **self.above}, *self.layers, self.embeddings]


def parts(model: torch.nn.Module) -> Parts:
    """Return a model's parts; raises `StageError` where no stack of layers is found in it."""
    stacks = layer_stacks(model)
    if not stacks:
        hint = "`partial-layers` can still choose by name: give `train` as globs over parameter names"
        raise StageError("no stack of layers was found in the model", where="layers", hint=hint)
    height = {
        id(parameter): height
        for stack in stacks
        for height, layer in enumerate(reversed(stack))
        for parameter in layer.parameters()
    }
    before = {id(parameter) for parameter in embedding_parameters(model)}
    head = {id(parameter) for parameter in head_parameters(model)}
    found = Parts({}, {}, tuple({} for _ in range(max(map(len, stacks)))), {})
    for name, parameter in model.named_parameters():
        key = id(parameter)
        if key in height:
            found.layers[height[key]][name] = parameter
        elif key in before:  # also where the head is tied to them
            found.embeddings[name] = parameter
        else:
            (found.head if key in head else found.above)[name] = parameter
    return found


def plain(model: torch.nn.Module) -> Any:
    """Return the transformers model inside whatever adapters wrap it."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model  # type: ignore[operator]


def body(model: torch.nn.Module) -> torch.nn.Module:
    """Return the pretrained part of a model: all but the head."""
    found: torch.nn.Module = plain(model).base_model
    return found


def layer_stacks(model: torch.nn.Module) -> list[list[torch.nn.Module]]:
    """Return the model's pretrained layers, the lowest first: one stack, or two for an encoder with a decoder."""
    config: Any = plain(model).config
    text = config.get_text_config()
    counts = {getattr(text, name, None) for name in COUNTS}
    lists = [module for module in body(model).modules() if isinstance(module, torch.nn.ModuleList)]
    stacks = [one for one in lists if len(one) in counts and len({type(layer) for layer in one}) == 1]
    inner = {id(module) for stack in stacks for layer in stack for module in layer.modules()}
    added = int(getattr(config, ADDED, 0))
    return [list(stack)[: len(stack) - added] for stack in stacks if id(stack) not in inner]


def head_parameters(model: torch.nn.Module) -> Iterable[torch.nn.Parameter]:
    """Return the parameters outside the pretrained body, and those of the pooler that feeds the head."""
    inside = {id(parameter) for parameter in body(model).parameters()}
    yield from (parameter for parameter in model.parameters() if id(parameter) not in inside)
    for module in poolers(model):
        yield from module.parameters()


def poolers(model: torch.nn.Module) -> list[torch.nn.Module]:
    """Return the body's pooler, if it has one."""
    return [module for name, module in body(model).named_modules() if name.rpartition(".")[2] == "pooler"]


def embedding_parameters(model: torch.nn.Module) -> Iterable[torch.nn.Parameter]:
    """Return the parameters of everything that comes before the first layer."""
    inside = {id(module) for stack in layer_stacks(model) for layer in stack for module in layer.modules()}
    for name, module in body(model).named_modules():
        before = isinstance(module, torch.nn.Embedding) or "embed" in name.rpartition(".")[2].lower()
        if before and id(module) not in inside:
            yield from module.parameters()


def trains(named: Named) -> bool:
    """Return whether any of these parameters trains."""
    return any(parameter.requires_grad for parameter in named.values())
