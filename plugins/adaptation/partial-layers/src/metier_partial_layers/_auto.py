"""Chooses the layers that the user's data would move most: surgical fine-tuning."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from metier.components import MethodContext
from metier.errors import StageError
from metier.training.padding import pad
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

    `g` is the gradient of the model's own loss, the mean over a sample of the training rows, without dropout. Raises
    `StageError` where rows or model are not those of text classification, or the gradient is not finite.
    """
    weights = [[one for one in layer.parameters() if one.requires_grad] for layer in layers]
    flat = [one for some in weights for one in some]
    if not flat:
        hint = "look at the methods before it in the recipe's `adapt`"
        raise StageError("no layer that it could choose trains", where="partial-layers: auto", hint=hint)
    sums = [torch.zeros_like(one) for one in flat]
    training = model.training
    model.eval()
    try:
        for batch, share in _batches(model, stage):
            with torch.enable_grad():
                loss = model(**batch).loss * share
            for total, gradient in zip(sums, torch.autograd.grad(loss, flat, allow_unused=True), strict=True):
                if gradient is not None:
                    total += gradient
    finally:
        model.train(training)
    gradients = iter(sums)
    return [_ratio([next(gradients) for _ in some], some) for some in weights]


def _ratio(gradients: Sequence[torch.Tensor], weights: Sequence[torch.Tensor]) -> float:
    """Return ‖g‖ / ‖w‖ over several tensors; 0 for none."""
    above, below = (sum(float(one.detach().double().square().sum()) for one in some) for some in (gradients, weights))
    if not np.isfinite(above):
        hint = "look at the model's weights, or name the layers: `train: top-2`"
        raise StageError("the gradient is not finite", where="partial-layers: auto", hint=hint)
    return float((above / below) ** 0.5) if below else 0.0


def _batches(model: PreTrainedModel, stage: MethodContext) -> Iterator[tuple[dict[str, Any], float]]:
    """Yield what the model takes for some rows, labels with it, and their share in the sample."""
    rows, labels = stage.train, stage.task.state.get("labels")
    column = next((name for name in ("label", "labels") if rows is not None and name in rows.column_names), None)
    if rows is None or column is None or not labels or "text" not in rows.column_names:
        hint = "name the layers: `train: top-2`"
        raise StageError("it needs training rows with texts and labels", where="partial-layers: auto", hint=hint)
    order = np.random.default_rng([stage.seed]).permutation(len(rows))[:SAMPLE]
    sample = rows.select(sorted(order.tolist()))
    index = {label: i for i, label in enumerate(labels)}
    tokenizer: Any = stage.tokenizer
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    for start in range(0, len(sample), ROWS_A_BATCH):
        some = sample[start : start + ROWS_A_BATCH]
        encoded = tokenizer(list(some["text"]), truncation=True, max_length=MAX_LENGTH)
        input_ids, attention_mask = pad(encoded["input_ids"], value=padding)
        batch = {"input_ids": input_ids, "attention_mask": attention_mask, "labels": _targets(some[column], index)}
        yield {name: tensor.to(model.device) for name, tensor in batch.items()}, len(some["text"]) / len(sample)


def _targets(values: Sequence[Any], index: dict[str, int]) -> torch.Tensor:
    """Return positions of one label a text (rows,), or 0 and 1 for several (rows, labels)."""
    if not isinstance(values[0], (list, tuple)):
        return torch.tensor([index[str(value)] for value in values])
    targets = torch.zeros(len(values), len(index))
    for row, value in enumerate(values):
        targets[row, [index[str(label)] for label in value]] = 1.0
    return targets
