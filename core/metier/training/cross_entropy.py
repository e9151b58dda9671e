"""Cross-entropy of a linear head without its logits: chunk by chunk, gradients made on the way.

A vocabulary of 49,152 turns 1,024 positions into 200 MB of logits, and their gradient is as large again. Here logits
of some positions exist at a time; what remains of them is their share of the loss and of the gradients. Wijmans et al.
2024, *Cut Your Losses* (arXiv 2411.09009), never write the logits down; Hsu et al. 2024, *Liger Kernel* (arXiv
2410.10989, section 3.2, FusedLinearCrossEntropy), take the gradients in a chunk's forward pass, as is done here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import linear

CHUNK = 2**24
"""Logits that exist at a time: 64 MB in float32, of one buffer. A quarter of it costs a third more time, by reading and
writing the head's gradient more often."""
Gradients = tuple[torch.Tensor | None, torch.Tensor | None, torch.Tensor | None]


def linear_cross_entropy(
    hidden: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    labels: torch.Tensor,
    *,
    chunk: int = CHUNK,
) -> torch.Tensor:
    """Return the summed cross-entropy of `hidden @ weight.T + bias` against `labels`, in float32.

    `hidden` is (positions, size), `weight` (vocabulary, size), `bias` (vocabulary,) or None, `labels` (positions,),
    none of them ignored. Products are computed in autocast's type where it is on. The gradient can be taken once.
    """
    positions = max(1, chunk // len(weight))
    if not torch.is_grad_enabled() or not any(one is not None and one.requires_grad for one in (hidden, weight, bias)):
        return _summed(hidden, weight, bias, labels, positions)[0]
    loss: torch.Tensor = _LinearCrossEntropy.apply(hidden, weight, bias, labels, positions)  # type: ignore[no-untyped-call]
    return loss


class _LinearCrossEntropy(torch.autograd.Function):
    """The loss with its gradients, which the forward pass leaves behind."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        labels: torch.Tensor,
        positions: int,
    ) -> torch.Tensor:
        """Return the loss; keep the gradients of what needs one."""
        loss, ctx.gradients = _summed(hidden, weight, bias, labels, positions, needed=ctx.needs_input_grad)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Return the gradients, scaled in place: a second copy of the head's would be as large as the head."""
        if ctx.gradients is None:
            raise RuntimeError("the gradient of a chunked cross-entropy can be taken once")
        gradients, ctx.gradients = ctx.gradients, None
        return *(None if one is None else one.mul_(upstream) for one in gradients), None, None


def _summed(
    hidden: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    labels: torch.Tensor,
    positions: int,
    *,
    needed: tuple[bool, ...] = (False, False, False),
) -> tuple[torch.Tensor, Gradients]:
    """Return the loss, and its gradients by `hidden`, `weight` and `bias` where they are `needed`."""
    cast = _arithmetic(hidden)
    head, offset = cast(weight), None if bias is None else cast(bias)
    by_hidden = torch.empty_like(hidden) if needed[0] else None
    by_weight = torch.zeros_like(weight) if needed[1] else None
    by_bias = torch.zeros_like(bias) if bias is not None and needed[2] else None
    exact = torch.promote_types(hidden.dtype, torch.float32)
    total = hidden.new_zeros((), dtype=exact)
    buffer = hidden.new_empty((min(positions, len(hidden)), len(weight)), dtype=exact)
    with torch.autocast(hidden.device.type, enabled=False):
        for start in range(0, len(hidden), positions):
            part = slice(start, start + positions)
            states, wanted = cast(hidden[part]), labels[part].unsqueeze(1)
            loss, slope = _softmax(_logits(states, head, offset, buffer[: len(states)]), wanted)
            total += loss
            if by_bias is not None:
                by_bias += slope.sum(dim=0)
            slope = slope.to(states.dtype)
            if by_hidden is not None:
                by_hidden[part] = slope @ head
            if by_weight is not None:
                _add_product(by_weight, slope, states)
    return total, (by_hidden, by_weight, by_bias)


def _logits(
    states: torch.Tensor, head: torch.Tensor, offset: torch.Tensor | None, buffer: torch.Tensor
) -> torch.Tensor:
    """Return the logits in `buffer`: on a CPU, new memory for each chunk costs a third of the product."""
    if buffer.dtype != states.dtype:
        return buffer.copy_(linear(states, head, offset))
    torch.mm(states, head.T, out=buffer)
    return buffer if offset is None else buffer.add_(offset)


def _softmax(logits: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the summed cross-entropy, and in the logits' place its derivative: probabilities, less 1 at the label."""
    logits -= logits.amax(dim=1, keepdim=True)
    at_label = logits.gather(1, wanted)
    total = logits.exp_().sum(dim=1, keepdim=True)
    loss = (total.log() - at_label).sum()
    logits /= total
    return loss, logits.scatter_add_(1, wanted, logits.new_full((), -1.0).expand_as(wanted))


def _arithmetic(hidden: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return what brings a tensor to the type that products are computed in: autocast's, where it is on."""
    device = hidden.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else None
    return lambda tensor: tensor if dtype is None else tensor.to(dtype)


def _add_product(into: torch.Tensor, slope: torch.Tensor, states: torch.Tensor) -> None:
    """Add `slope.T @ states` in place, summed over chunks in the type of the weights."""
    if into.dtype == states.dtype:
        into.addmm_(slope.T, states)
    else:
        into += slope.T @ states
