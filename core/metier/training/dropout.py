"""Dropout that draws its masks fast on a CPU: torch draws one number an element, a sixth of an encoder's step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

BITS = 16
"""Random bits an element: a probability is met to within 2^-17."""


def dropout(states: torch.Tensor, p: float) -> torch.Tensor:
    """Return `states` with each element 0 with probability `p`, and all others divided by `1 - p`.

    On a CPU the masks are other ones than `torch.nn.functional.dropout` draws from the same generator.
    """
    if states.device.type != "cpu" or not 0 < p < 1:
        return nn.functional.dropout(states, p)
    dropped: torch.Tensor = _Masked.apply(states, _kept(states.shape, p), 1 / (1 - p))  # type: ignore[no-untyped-call]
    return dropped


def _kept(shape: torch.Size, p: float) -> torch.Tensor:
    count = math.prod(shape)
    drawn = torch.empty(-(-count * BITS // 64), dtype=torch.int64).random_(-(2**63), None)
    numbers = drawn.view(torch.int16)[:count].view(shape)
    kept: torch.Tensor = numbers >= round(p * 2**BITS) - 2 ** (BITS - 1)
    return kept


class _Masked(torch.autograd.Function):
    """`states * kept * scale`, of which the mask alone is kept for the way back: one byte an element."""

    @staticmethod
    def forward(ctx: Any, states: torch.Tensor, kept: torch.Tensor, scale: float) -> torch.Tensor:
        ctx.save_for_backward(kept)
        ctx.scale = scale
        return (states * kept).mul_(scale)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return gradients[0] * ctx.saved_tensors[0] * ctx.scale, None, None


class FastDropout(nn.Dropout):
    """A module that drops by the function above."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return `states`, in training with some of its elements dropped."""
        return dropout(states, self.p) if self.training else states


@contextmanager
def fast_dropout(model: nn.Module, *, when: bool = True) -> Iterator[bool]:
    """Let every `nn.Dropout` in `model` draw fast inside the block; gives whether any does."""
    found = [one for one in model.modules() if type(one) is nn.Dropout and not one.inplace] if when else []
    for module in found:
        module.__class__ = FastDropout
    try:
        yield bool(found)
    finally:
        for module in found:
            module.__class__ = nn.Dropout
