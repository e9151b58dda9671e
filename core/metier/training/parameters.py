"""Which parameters train, and with which options: the optimizer's groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from metier.components import OptimizerConfig
from metier.errors import StageError
from metier.values import ParameterGroup


def optimizer_groups(
    model: torch.nn.Module, config: OptimizerConfig, groups: Sequence[ParameterGroup] = ()
) -> list[dict[str, Any]]:
    """Return `{"params", "lr", "weight_decay"}` of each group, in the order of the model's parameters.

    Biases and normalisation weights (all that have one dimension) have no weight decay unless a group gives them one.
    Where several groups name a parameter their `learning_rate_scale`s multiply, and the last `weight_decay` holds.
    Raises `StageError` where a group names no parameter of the model, or nothing is left to train.
    """
    options = _options(model, groups)
    collected: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decay = 0.0 if parameter.ndim < 2 or name.endswith("bias") else config.weight_decay
            scale = options.get(name, {}).get("learning_rate_scale", 1.0)
            scale *= config.head_learning_rate_scale if in_head(model, name) else 1.0
            key = (config.learning_rate * scale, options.get(name, {}).get("weight_decay", decay))
            collected.setdefault(key, []).append(parameter)
    if not collected:
        hint = "look at the recipe's `adapt`: its methods freeze every parameter"
        raise StageError("no parameter is left to train", where="train", hint=hint)
    return [
        {"params": parameters, "lr": learning_rate, "weight_decay": weight_decay}
        for (learning_rate, weight_decay), parameters in collected.items()
    ]


def in_head(model: torch.nn.Module, name: str) -> bool:
    """Return whether a parameter is the task's: outside the pretrained trunk, or in the pooler that feeds the head."""
    trunk = getattr(model, "base_model_prefix", "")
    return bool(trunk) and (not name.startswith(f"{trunk}.") or ".pooler." in name)


def _options(model: torch.nn.Module, groups: Sequence[ParameterGroup]) -> dict[str, dict[str, float]]:
    known = {name for name, _ in model.named_parameters()}
    options: dict[str, dict[str, float]] = {}
    for group in groups:
        if strange := sorted(set(group.names) - known):
            hint = "a method's `parameter_groups` gives names as `model.named_parameters()` does"
            raise StageError(f"no parameter named {strange[0]!r}", where="train", hint=hint)
        for name in group.names:
            merged = options.setdefault(name, {})
            scale = merged.get("learning_rate_scale", 1.0) * group.options.get("learning_rate_scale", 1.0)
            merged.update(group.options, learning_rate_scale=scale)
    return options


def count(model: torch.nn.Module) -> tuple[int, int]:
    """Return how many numbers train, and how many there are."""
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return sum(size for size, trains in sizes if trains), sum(size for size, _ in sizes)
