"""What makes a training fast on this machine without changing what it learns, each chosen by itself and said."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from metier.training import parameters
from metier.training.dropout import fast_dropout
from metier.training.memory import memory_kept
from metier.training.precision import matmul_precision
from metier.training.unpadded import trunk_of
from metier.training.vocabulary import occurring_words
from metier.values import Json

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.training.trainer import Training

logger = logging.getLogger("metier")


@contextmanager
def levers(model: PreTrainedModel, training: Training) -> Iterator[dict[str, Json]]:
    """Pull those that hold for a whole training, inside the block; gives all that was chosen, and why, and logs it.

    With `speed: plain` none is.
    """
    examples, fast = training.examples, training.settings.speed == "auto"
    data = [one.encoded for one in (examples, training.validation) if one is not None]
    special, cpu = examples.tokenizer.all_special_ids, fast and training.arithmetic.device.type == "cpu"
    words = occurring_words(model, data, special=special, when=fast and training.occurring_tokens)
    kept, drawn = memory_kept(when=cpu), fast_dropout(model, when=cpu)
    with kept as keeps, matmul_precision(training.arithmetic.training_matmul), words as tokens, drawn as draws:
        chosen = _chosen(model, training, keeps=keeps, tokens=tokens, draws=draws)
        said = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in chosen.items())
        logger.info("training with %s", said)
        yield chosen


def _chosen(
    model: PreTrainedModel, training: Training, *, keeps: bool, tokens: int | None, draws: bool
) -> dict[str, Json]:
    arithmetic = training.arithmetic
    padded = arithmetic.padding or trunk_of(model) is None
    trains, of = parameters.count(model)
    return {
        "device": str(arithmetic.device),
        "precision": arithmetic.precision,
        "because": arithmetic.why,
        "matmul": arithmetic.training_matmul,
        "threads": torch.get_num_threads(),
        "speed": training.settings.speed,
        "batches": "grouped by length" if training.settings.speed == "auto" else "shuffled",
        "padding": "computed too" if padded else "left out of the layers",
        "last_layer": "first token" if training.first_token and not padded else "all tokens",
        "word_embeddings": "all" if tokens is None else f"the {tokens} that occur",
        "freed_memory": "kept" if keeps else "given back",
        "trained_parameters": trains,
        "parameters": of,
        "dropout": "drawn fast" if draws else "as it is",
    }
