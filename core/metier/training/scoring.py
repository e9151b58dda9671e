"""Measures and predicts with a model: batch by batch, no logits kept, float32."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

from metier.components import Objective
from metier.components.task_head import TaskObjective
from metier.errors import DataError, StageError
from metier.training.batching import sorted_batches
from metier.training.examples import SCORING, Examples
from metier.training.precision import Arithmetic, matmul_precision
from metier.training.unpadded import unpadded
from metier.values import Json

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch

WINDOW = 64
"""Batches of rows that predictions are sorted by length within, before they go out in row order."""


def mean_loss(model: PreTrainedModel, examples: Examples, *, batch_size: int, arithmetic: Arithmetic) -> float:
    """Return the objective's loss per supervised item, in float32 without autocast.

    Batches are the same each time, masks included, so that two models can be compared. Raises `DataError` where no
    item is supervised.
    """
    total, items = 0.0, 0
    with scoring(model, arithmetic, examples.objective):
        for number, indices in enumerate(sorted_batches(examples.encoded.lengths(), batch_size=batch_size)):
            drawn = examples.collate(indices.tolist(), stream=(SCORING, number))
            if drawn.items:
                total += examples.objective.loss(model, to_device(drawn.batch, arithmetic.device)).item()
                items += drawn.items
    if items == 0:
        raise DataError("no item in these rows is supervised", hint="give them labels")
    return total / items


def predictions(
    model: PreTrainedModel, examples: Examples, *, batch_size: int, arithmetic: Arithmetic
) -> Iterator[list[Mapping[str, Json]]]:
    """Yield one prediction a row in row order, some batches at a time; like lengths are computed together.

    Raises `StageError` where a row has no example, or it is not known whose an example is.
    """
    objective, owners, rows = examples.objective, examples.encoded.owners(), len(examples.rows)
    assert isinstance(objective, TaskObjective), "only a task's objective predicts"
    for start in range(0, rows, batch_size * WINDOW):
        end = min(start + batch_size * WINDOW, rows)
        first, last = np.searchsorted(owners, [start, end])
        with scoring(model, arithmetic, objective):
            found = _decoded(model, examples, range(first, last), batch_size=batch_size, arithmetic=arithmetic)
        pieces = by_row((owners[first:last] - start).tolist(), found, rows=end - start)
        if [] in pieces:
            number = start + pieces.index([])
            raise StageError(f"{type(objective).__name__}.encode gave no example for row {number}")
        yield [
            objective.joined(one, row) for one, row in zip(pieces, examples.rows.select(range(start, end)), strict=True)
        ]


def _decoded(
    model: PreTrainedModel, examples: Examples, chosen: range, *, batch_size: int, arithmetic: Arithmetic
) -> list[Mapping[str, Json]]:
    """Return what the model says of some examples, in their order; the longest are computed first."""
    objective = examples.objective
    assert isinstance(objective, TaskObjective)
    found: dict[int, Mapping[str, Json]] = {}
    for batch in sorted_batches(examples.encoded.lengths()[chosen.start : chosen.stop], batch_size=batch_size):
        indices: Sequence[int] = (batch + chosen.start).tolist()
        given = [examples.encoded.example(index) for index in indices]
        drawn = examples.batch(given, stream=(SCORING, chosen.start))
        outputs = objective.outputs(model, to_device(drawn, arithmetic.device)).cpu()
        found.update(zip(indices, objective.decode(outputs, given, examples.tokenizer), strict=True))
    return [found[index] for index in chosen]


def by_row(owners: Sequence[int], pieces: Sequence[Mapping[str, Json]], *, rows: int) -> list[list[Mapping[str, Json]]]:
    """Return the pieces of each row, in order; `owners` tells the row of each."""
    found: list[list[Mapping[str, Json]]] = [[] for _ in range(rows)]
    for owner, piece in zip(owners, pieces, strict=True):
        found[owner].append(piece)
    return found


@contextmanager
def scoring(model: PreTrainedModel, arithmetic: Arithmetic, objective: Objective) -> Iterator[None]:
    """Set the model to score inside the block: no dropout, no gradients, float32 kernels; then as it was.

    Not `inference_mode`: what a model caches in it (rotary tables) could not be trained with afterwards.
    """
    training = model.training
    model.eval()
    try:
        without_padding = unpadded(model, when=not arithmetic.padding, first_token=objective.first_token)
        with torch.no_grad(), matmul_precision(arithmetic.scoring_matmul), without_padding:
            yield
    finally:
        model.train(training)


def to_device(batch: Batch, device: torch.device) -> Batch:
    """Return the batch's tensors on `device`."""
    return {name: tensor.to(device) for name, tensor in batch.items()}
