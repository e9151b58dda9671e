"""Finds the frozen layers at the bottom of a model, and lets the model run without them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeAlias

import torch

from metier_partial_layers._layers import ADDED

Forward: TypeAlias = Callable[..., torch.Tensor]
Signature: TypeAlias = tuple[tuple[int, int], ...]
CAPTURING = "transformers.utils.output_capturing"
"""Where the hooks come from that transformers leaves in a model once hidden states were asked for; they only look."""


class NotServed(Exception):
    """Why the frozen layers have to be computed where they stand, in words."""


@dataclass(frozen=True, slots=True)
class Family:
    """How models of one kind are built, as far as it matters here."""

    layers: str
    """Where the list of layers is."""
    before: tuple[str, ...]
    """What comes before the first layer, in the order of computing; the first is asked for token ids."""
    added: tuple[str, ...] = ()
    """Those of `before` whose output is added to what the first gives; the others are given it."""
    token_types: bool = False
    """Whether the first of `before` is asked for token types too."""
    flat: bool = False
    """Whether layers take hidden states alone, and hand attention to transformers' interface."""


BERT = Family("encoder.layer", ("embeddings", "embeddings_project"), token_types=True, flat=True)
FAMILIES = {
    **dict.fromkeys(("bert", "camembert", "electra", "roberta", "xlm-roberta"), BERT),
    "distilbert": Family("transformer.layer", ("embeddings",), flat=True),
    "gpt2": Family("h", ("wte", "wpe", "drop"), added=("wpe",)),
    "llama": Family("layers", ("embed_tokens",)),
}
"""By model type. Nothing but hidden states passes from layer to layer in these, and rotary positions are made outside
of the layers, so that the upper ones need nothing else of the lower."""


class Trunk:
    """The embeddings and the layers below the lowest that trains."""

    def __init__(self, body: Any, family: Family, depth: int) -> None:
        self.body = body
        """The model without its head, which is called with token ids."""
        self.family = family
        self.depth = depth
        """Layers in the trunk, at least one."""
        self.layers: list[torch.nn.Module] = list(attrgetter(family.layers)(body))
        self.before = _before(body, family)
        self.modules = [one for part in (*self.before.values(), *self.layers[:depth]) for one in part.modules()]

    @classmethod
    def of(cls, model: torch.nn.Module) -> Trunk:
        """Return the trunk of `model` by what is frozen now; raises `NotServed` where there is none.

        Layers that the task put on top are never part of it: they are the head's, and differ from head to head.
        """
        bodies = [(one, family) for one in model.modules() if (family := _family(one))]
        if len(bodies) != 1:
            kind = getattr(getattr(model, "config", None), "model_type", type(model).__name__)
            raise NotServed(f"it is not known how to run {kind} models without their lower layers")
        body, family = bodies[0]
        if any(trains(part) for part in _before(body, family).values()):
            raise NotServed("the embeddings train")
        layers = list(attrgetter(family.layers)(body))
        pretrained = len(layers) - int(getattr(body.config, ADDED, 0))
        depth = next((i for i in range(pretrained) if trains(layers[i])), pretrained)
        if depth == 0:
            raise NotServed("the lowest layer trains")
        return cls(body, family, depth)

    def tensors(self) -> list[torch.Tensor]:
        """Return its weights and buffers, asked anew of its modules: others may have put others in."""
        sources = [source for one in self.modules for source in (one._parameters, one._buffers)]
        return [tensor for source in sources for tensor in source.values() if tensor is not None]

    def signature(self) -> Signature:
        """Return what changes when its weights are replaced, or changed in place."""
        return tuple((tensor.data_ptr(), tensor._version) for tensor in self.tensors())

    def touched(self) -> bool:
        """Return whether somebody else acts on what its modules take and give."""
        return any(
            "forward" in vars(one) or one._forward_pre_hooks or any(map(_acts, one._forward_hooks.values()))
            for one in self.modules
        )

    def absent(self) -> bool:
        """Return whether the model begins above it now."""
        return vars(self.layers[0]).get("forward") is pass_on

    def stand_ins(self, states: torch.Tensor) -> dict[torch.nn.Module, Forward]:
        """Return what makes the model begin above the trunk, with `states` (batch, sequence, hidden)."""
        nothing = states.new_zeros(1, 1, 1)
        first, *others = self.before
        forwards: dict[torch.nn.Module, Forward] = {self.before[first]: lambda *inputs, **named: states}
        for name in others:
            added = name in self.family.added
            forwards[self.before[name]] = (lambda *inputs, **named: nothing) if added else pass_on
        return forwards | dict.fromkeys(self.layers[: self.depth], pass_on)


@contextmanager
def replaced(forwards: Mapping[torch.nn.Module, Forward]) -> Iterator[None]:
    """Let modules answer with other forward methods inside the block."""
    for module, forward in forwards.items():
        vars(module)["forward"] = forward
    try:
        yield
    finally:
        for module in forwards:
            del vars(module)["forward"]


@contextmanager
def still(modules: Iterable[torch.nn.Module]) -> Iterator[None]:
    """Switch dropout in `modules` off inside the block; then as it was."""
    training = [module for module in modules if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True


def pass_on(states: torch.Tensor, *others: Any, **named: Any) -> torch.Tensor:
    """Return the hidden states that a layer is given."""
    return states


def trains(module: torch.nn.Module) -> bool:
    """Return whether anything in `module` trains."""
    return any(parameter.requires_grad for parameter in module.parameters())


def _family(module: Any) -> Family | None:
    """Return the family of a model's body; None for any other module."""
    family = FAMILIES.get(getattr(getattr(module, "config", None), "model_type", None) or "")
    # Not `hasattr`: adapters' wrappers have the attributes of what they wrap.
    return family if family and family.layers.split(".")[0] in module._modules else None


def _before(body: torch.nn.Module, family: Family) -> dict[str, torch.nn.Module]:
    return {name: getattr(body, name) for name in family.before if name in body._modules}


def _acts(hook: Any) -> bool:
    return getattr(hook, "__module__", "") != CAPTURING
