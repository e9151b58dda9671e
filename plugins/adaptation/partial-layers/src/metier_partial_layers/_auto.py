"""Chooses the layers that the user's data would move most: surgical fine-tuning."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from metier.components import MethodContext
from metier.errors import StageError
from metier_partial_layers import _layers

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")
SAMPLE = 128
"""Training rows that the gradient is taken over."""
ROWS_A_BATCH = 16
MAX_LENGTH = 128
"""Tokens of a text; longer ones are cut."""


def best_layers(model: PreTrainedModel, stage: MethodContext, *, count: int) -> list[torch.nn.Module]:
    """Return the `count` layers with the largest relative gradient norm, those of both stacks ranked together.

    The ranking is logged. It follows from the rows, the seed and the weights at the start, and so a resumed training,
    which is prepared from the same start, chooses alike.
    """
    layers = [layer for stack in _layers.layer_stacks(model) for layer in stack]
    ratios = relative_gradient_norms(model, layers, stage)
    ranked = sorted(range(len(layers)), key=lambda i: (-ratios[i], i))
    names = {id(module): name for name, module in model.named_modules()}
    said = ", ".join(f"{names[id(layers[i])]} {ratios[i]:.2e}" for i in ranked)
    logger.info("partial-layers: auto chooses the first %d of these by |gradient| / |weights|: %s", count, said)
    return [layers[i] for i in ranked[:count]]


def relative_gradient_norms(
    model: PreTrainedModel, layers: Sequence[torch.nn.Module], stage: MethodContext
) -> list[float]:
    """Return ‖g‖ / ‖w‖ of each layer, over all of its weights that train (RGN, Lee et al. 2023).

    `g` is the gradient of the task's loss, the mean over the supervised items of a sample of the training rows, without
    dropout. Raises `StageError` where there are no rows, or the gradient is not finite.
    """
    weights = [[one for one in layer.parameters() if one.requires_grad] for layer in layers]
    flat = [one for some in weights for one in some]
    if not flat:
        hint = "look at the methods before it in the recipe's `adapt`"
        raise StageError("no layer that it could choose trains", where="partial-layers: auto", hint=hint)
    sums, items = [torch.zeros_like(one) for one in flat], 0
    training = model.training
    model.eval()
    try:
        with torch.enable_grad():
            for loss, count in _losses(model, stage):
                items += count
                for total, gradient in zip(sums, torch.autograd.grad(loss, flat, allow_unused=True), strict=True):
                    if gradient is not None:
                        total += gradient
    finally:
        model.train(training)
    gradients = (total / max(items, 1) for total in sums)
    return [_ratio([next(gradients) for _ in some], some) for some in weights]


def _ratio(gradients: Sequence[torch.Tensor], weights: Sequence[torch.Tensor]) -> float:
    """Return ‖g‖ / ‖w‖ over several tensors; 0 for none."""
    above, below = (sum(float(one.detach().double().square().sum()) for one in some) for some in (gradients, weights))
    if not np.isfinite(above):
        hint = "look at the model's weights, or name the layers: `train: top-2`"
        raise StageError("the gradient is not finite", where="partial-layers: auto", hint=hint)
    return float((above / below) ** 0.5) if below else 0.0


def _losses(model: PreTrainedModel, stage: MethodContext) -> Iterator[tuple[torch.Tensor, int]]:
    """Yield the task's loss on some rows, summed over their supervised items, and how many these are."""
    rows, objective = stage.train, stage.objective
    if rows is None or objective is None or not len(rows):
        hint = "name the layers: `train: top-2`"
        raise StageError("it needs training rows and a task", where="partial-layers: auto", hint=hint)
    generator = np.random.default_rng([stage.seed])
    sample = rows.select(sorted(generator.permutation(len(rows))[:SAMPLE].tolist()))
    encoded = objective.encode(sample[:], stage.tokenizer, MAX_LENGTH)
    examples = [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]
    for start in range(0, len(examples), ROWS_A_BATCH):
        batch = objective.collate(examples[start : start + ROWS_A_BATCH], stage.tokenizer, generator)
        yield objective.loss(model, {name: one.to(model.device) for name, one in batch.items()}), objective.items(batch)
