"""Builds an optimizer of the library by its name, with options checked against its own arguments."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from pytorch_optimizer import load_optimizer

from metier.errors import StageError
from metier.values import Json

GIVEN = {"self", "params", "lr", "weight_decay"}
"""What metier gives itself, group by group."""
UPHILL = {"maximize"}
WHERE = "optimizer.options"


def build(
    algorithm: str, groups: Sequence[dict[str, Any]], *, learning_rate: float, options: Mapping[str, Json]
) -> torch.optim.Optimizer:
    """Return the optimizer over `groups`.

    Raises `StageError` where its class does not know an option, or refuses a value.
    """
    found: Any = load_optimizer(algorithm)
    known = sorted(arguments(found))
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
            raise StageError(f"{algorithm} has no option {name!r}", where=WHERE, hint=hint)
    values = {name: _as_tuples(value) for name, value in options.items()}
    try:
        optimizer: torch.optim.Optimizer = found(list(groups), lr=learning_rate, **values)
    except (TypeError, ValueError) as error:
        raise StageError(f"{algorithm} refuses: {error}", where=WHERE, hint="change this value") from error
    return optimizer


def arguments(optimizer: type[torch.optim.Optimizer]) -> set[str]:
    """Return the names of an optimizer's own arguments."""
    parameters = inspect.signature(optimizer).parameters.values()
    named = {one.name for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD}
    return named - GIVEN - UPHILL


def _as_tuples(value: Json) -> Json:
    return tuple(_as_tuples(one) for one in value) if isinstance(value, list) else value
