"""The loss at the worst weights nearby (SAM: Foret et al. 2021, arXiv 2010.01412; ASAM: Kwon et al. 2021, arXiv
2102.11600)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import torch

from metier.components import MethodContext
from metier.errors import StageError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss

Tensors = dict[str, torch.Tensor]
"""By the name of their parameter."""
ETA = 0.01
"""Added to each weight's size, so that a weight of 0 moves too; the value of Kwon et al."""


def sharpness_aware(loss: Loss, stage: MethodContext, *, rho: float, adaptive: bool) -> Loss:
    """Return `L(w + e)`, `e` the shift of length `rho` that raises `L` most, to first order; `w` stays as it was.

    `e` is found batch by batch and is a constant for the gradient (Foret et al. 2021, equations 2 and 3). Both passes
    draw the same dropout masks: what is minimised is the function whose rise was measured.
    """

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        if not torch.is_grad_enabled():
            return loss(model, batch)
        trained = {name: one for name, one in model.named_parameters() if one.requires_grad}
        with _apart(model, trained):
            _backward(stage, loss(model, batch))
            rise = {name: one.grad for name, one in trained.items() if one.grad is not None}
        with _moved(trained, shift(trained, rise, rho=rho, adaptive=adaptive)):
            value = loss(model, batch)
            _backward(stage, value)
        return value.detach()

    return wrapped


def shift(weights: Mapping[str, torch.Tensor], gradients: Tensors, *, rho: float, adaptive: bool) -> Tensors:
    """Return `e = rho · T² g / ‖T g‖` (Kwon et al. 2021, algorithm 1): `T` is 1, or each weight's size if `adaptive`.

    The scale of the gradient `g` does not matter. Biases have no size of their own: for them `T` is 1, as in the
    authors' code. Raises `StageError` where the gradient is not finite.
    """
    with torch.no_grad():
        sizes = {name: weights[name].abs() + ETA for name in gradients if adaptive and not name.endswith("bias")}
        scaled = {name: gradient * sizes.get(name, 1.0) for name, gradient in gradients.items()}
        norm = torch.nn.utils.get_total_norm([*scaled.values()]).item()
        if not math.isfinite(norm):
            hint = "lower optimizer.learning_rate or the method's `rho`, or set training.precision to fp32"
            raise StageError(f"the gradient is {norm} before the weights are moved", where="sharpness-aware", hint=hint)
        factor = rho / norm if norm > 0 else 0.0
        return {name: one * sizes.get(name, 1.0) * factor for name, one in scaled.items()}


def _backward(stage: MethodContext, value: torch.Tensor) -> None:
    if value.requires_grad:  # a method inside this one may have added it all
        stage.backward(value)


@contextmanager
def _apart(model: PreTrainedModel, trained: Mapping[str, torch.nn.Parameter]) -> Iterator[None]:
    """Run the block as if nothing were before it, and go on as if it had not been: gradients and random numbers.

    Several processes do not share its gradients: each moves its weights by its own batch, as the paper does.
    """
    kept = {name: one.grad for name, one in trained.items()}
    devices = [one for one in {weight.device for weight in trained.values()} if one.type != "cpu"]
    with ExitStack() as block:
        block.enter_context(torch.random.fork_rng(devices=devices, device_type=devices[0].type if devices else "cuda"))
        if isinstance(model, torch.nn.parallel.DistributedDataParallel):
            block.enter_context(model.no_sync())
        for one in trained.values():
            one.grad = None
        try:
            yield
        finally:
            for name, one in trained.items():
                one.grad = kept[name]


@contextmanager
def _moved(trained: Mapping[str, torch.nn.Parameter], shifts: Tensors) -> Iterator[None]:
    """Add `shifts` to the weights inside the block; after it they are as they were, bit for bit."""
    moved = [trained[name] for name in shifts]
    kept = [one.detach().clone() for one in moved]
    try:
        with torch.no_grad():
            for one, by in zip(moved, shifts.values(), strict=True):
                one.add_(by)
        torch.clear_autocast_cache()  # it holds the weights in bfloat16, as they were
        yield
    finally:
        with torch.no_grad():
            for one, before in zip(moved, kept, strict=True):
                one.copy_(before)
        torch.clear_autocast_cache()
