"""Mixes the weights of linear layers with their values at the start (mixout, Lee, Cho & Kang 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.nn.functional import dropout
from torch.utils.hooks import RemovableHandle
from transformers.pytorch_utils import Conv1D

from metier.errors import StageError
from metier_partial_layers import _layers

INPUTS: dict[type[torch.nn.Module], int] = {torch.nn.Linear: 1, Conv1D: 0}
"""Along which dimension of the weight the inputs lie."""


def mixout(weight: torch.Tensor, start: torch.Tensor, *, probability: float, inputs: int) -> torch.Tensor:
    """Return (M u + (1 - M) w - p u) / (1 - p) for `weight` w, its `start` u, and M drawn with probability p.

    That is u + (1 - M) (w - u) / (1 - p), the form computed here; its mean over M is w (section 3). M is one number
    an input: all the weights that lead from it (dimension `inputs`) follow it, as in the paper and its authors' code.
    """
    shape = [1] * weight.ndim
    shape[inputs] = weight.shape[inputs]
    kept = dropout(weight.new_ones(shape), probability)  # 0, or 1 / (1 - p)
    return torch.lerp(start, weight, kept.expand_as(weight))


class Mixing:
    """Mixes a model's weights whenever it computes in training mode, until `end`."""

    def __init__(self, model: torch.nn.Module, *, probability: float, dropout: bool) -> None:
        """Raise `StageError` where no linear weight of a layer trains."""
        self.probability = probability
        linear = list(_linear(model))
        if not linear:
            hint = "let layers train, or take mixout out"
            raise StageError("no linear weight of a layer trains, so there is none to mix", where="mixout", hint=hint)
        self.hooks = {module: self._watch(module) for module in linear}
        self.silenced = [] if dropout else list(_dropouts(_layers.body(model)))
        """Module, attribute, former value of every dropout below the head."""
        for module, name, _ in self.silenced:
            setattr(module, name, 0.0)

    def _watch(self, module: torch.nn.Module) -> tuple[RemovableHandle, RemovableHandle]:
        """Let `module` compute with a mixed weight.

        The mixture lies in front of the parameter, under its name, only while the module computes: to everyone else
        the parameters, their names and their order are as ever.
        """
        start = module.weight.detach().clone()  # type: ignore[operator]
        inputs = INPUTS[type(module)]

        def put(module: torch.nn.Module, arguments: Any) -> None:
            nonlocal start
            weight = module._parameters["weight"]
            assert weight is not None
            if module.training and weight.requires_grad:
                start = start.to(weight.device)
                vars(module)["weight"] = mixout(weight, start, probability=self.probability, inputs=inputs)

        def take(module: torch.nn.Module, arguments: Any, output: Any) -> None:
            vars(module).pop("weight", None)

        return module.register_forward_pre_hook(put), module.register_forward_hook(take, always_call=True)

    def leave_frozen(self) -> None:
        """Let go of layers that another method froze in the meantime, and of the copies of their weights."""
        for module in [one for one in self.hooks if not one.weight.requires_grad]:
            self._leave(module)

    def end(self) -> None:
        """Mix no more, and let dropout act as it did."""
        for module in list(self.hooks):
            self._leave(module)
        for module, name, value in self.silenced:
            setattr(module, name, value)

    def _leave(self, module: torch.nn.Module) -> None:
        for handle in self.hooks.pop(module):
            handle.remove()


def _linear(model: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """Return the linear layers whose weights train, in the model's layers."""
    for stack in _layers.layer_stacks(model):
        for layer in stack:
            yield from (one for one in layer.modules() if type(one) in INPUTS and one.weight.requires_grad)


def _dropouts(body: torch.nn.Module) -> Iterator[tuple[torch.nn.Module, str, float]]:
    """Return every probability of dropout: of modules, and of attention that keeps it as a number."""
    for module in body.modules():
        if isinstance(module, torch.nn.Dropout):
            yield module, "p", module.p
        else:
            found = [(name, value) for name, value in vars(module).items() if "dropout" in name]
            yield from ((module, name, value) for name, value in found if isinstance(value, float))
