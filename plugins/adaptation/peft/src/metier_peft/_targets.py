"""Which modules adapters go onto: found by structure, so that any family of models is served."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import torch
from transformers.pytorch_utils import Conv1D

from metier.errors import StageError
from metier.training.parameters import in_head
from metier.values import ModelInfo
from metier_peft.adapter import Targets

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Modules: TypeAlias = Mapping[str, torch.nn.Linear | Conv1D]
"""Layers by name, as `model.named_modules()` gives it."""
KEYS = frozenset({"k", "k_lin", "k_proj", "key", "key_proj"})
VALUES = frozenset({"v", "v_lin", "v_proj", "value", "value_proj"})
FUSED = frozenset({"Wqkv", "c_attn", "in_proj", "qkv", "qkv_proj", "query_key_value"})
"""Names of the layers that give an attention its keys, its values, or both with the queries in one."""


def chosen(model: PreTrainedModel, info: ModelInfo, targets: Targets, *, where: str) -> Modules:
    """Return the linear layers to adapt, by name: of those that `targets` choose, the ones not frozen before.

    Raises `StageError` where a name matches none, or nothing is left.
    """
    found = linear_layers(model, info)
    if targets == "attention":
        found = {name: module for name, module in found.items() if _within(name, _attentions(model))}
    elif targets != "all-linear":
        found = _named(found, targets, where=where)
    if not found:
        hint = "give `targets` as names of the model's linear layers"
        raise StageError(f"{targets}: none was found in a {info.model_type}", where=f"{where}: targets", hint=hint)
    return trainable(found, where=where)


def linear_layers(model: PreTrainedModel, info: ModelInfo) -> Modules:
    """Return the linear layers of the pretrained body, by name.

    Not among them are the task's head with the pooler before it, the output layer over the vocabulary, and layers that
    the head put on top of those that the model came with (`info.layers`).
    """
    others = {id(module) for module in (model.get_output_embeddings(), *_added(model, info)) if module is not None}
    body = "" if model.base_model is model else f"{model.base_model_prefix}."
    return {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D)
        and name.startswith(body)
        and ".pooler." not in name
        and id(module) not in others
    }


def keys_values_and_feed_forward(model: PreTrainedModel, info: ModelInfo) -> tuple[Modules, Modules]:
    """Return what gives attentions their keys and values, and what reads the feed-forward's inner units.

    The latter are the layers outside of attention that make more units into fewer. Raises `StageError` where either is
    not found.
    """
    found, attentions = linear_layers(model, info), _attentions(model)
    inside = {name: module for name, module in found.items() if _within(name, attentions)}
    wanted = KEYS | VALUES | FUSED
    attending = {name: module for name, module in inside.items() if name.rpartition(".")[2] in wanted}
    reading = {name: module for name, module in found.items() if name not in inside and _narrows(module)}
    if not attending or not reading:
        what = "keys and values" if not attending else "feed-forward layers"
        hint = "use `lora`, which takes names as `targets`"
        raise StageError(f"no {what} were found in a {info.model_type}", where="ia3", hint=hint)
    return trainable(attending, where="ia3"), trainable(reading, where="ia3")


def head_parameters(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """Return the parameters of the task's head and the pooler before it; none where the model is all body."""
    if model.base_model is model:
        return []
    output = model.get_output_embeddings()
    others = set() if output is None else {id(parameter) for parameter in output.parameters()}
    return [one for name, one in model.named_parameters() if in_head(model, name) and id(one) not in others]


def trainable(modules: Modules, *, where: str) -> Modules:
    """Return the modules whose weight no earlier method froze; raises `StageError` where there is none."""
    left = {name: module for name, module in modules.items() if module.weight.requires_grad}
    if not left:
        hint = "change `targets`, or what the methods before it leave to train"
        raise StageError("no layer is left to adapt: earlier methods froze them all", where=where, hint=hint)
    return left


def _named(found: Modules, names: tuple[str, ...], *, where: str) -> Modules:
    taken: set[str] = set()
    for target in names:
        matched = {
            name for name in found if name == target or name.endswith(f".{target}") or fnmatch.fnmatchcase(name, target)
        }
        if not matched:
            ends = sorted({name.rpartition(".")[2] for name in found})
            near = difflib.get_close_matches(target, ends, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ends)}"
            raise StageError(f"{target!r} matches no linear layer of the body", where=f"{where}: targets", hint=hint)
        taken |= matched
    return {name: module for name, module in found.items() if name in taken}


def _attentions(model: PreTrainedModel) -> list[str]:
    return [name for name, module in model.named_modules() if "attention" in type(module).__name__.lower()]


def _within(name: str, outer: list[str]) -> bool:
    return any(name.startswith(f"{one}.") for one in outer if one)


def _narrows(module: torch.nn.Linear | Conv1D) -> bool:
    first, second = module.weight.shape
    return first > second if isinstance(module, Conv1D) else second > first


def _added(model: PreTrainedModel, info: ModelInfo) -> list[torch.nn.Module]:
    """Return the modules of layers that an encoder has beyond those that it came with: they are the head's own."""
    count = getattr(model.config, "num_hidden_layers", 0)
    if info.architecture != "encoder" or count <= info.layers:
        return []
    stacks = [one for one in model.modules() if isinstance(one, torch.nn.ModuleList) and len(one) == count]
    return [module for stack in stacks for layer in stack[info.layers :] for module in layer.modules()]
