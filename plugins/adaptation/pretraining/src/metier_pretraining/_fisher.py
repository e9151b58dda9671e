"""How much a text tells about each parameter: the diagonal of the Fisher information."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from metier.components import Objective
from metier.training.scoring import to_device

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

logger = logging.getLogger("metier")
EXAMPLES = 256
"""Examples that it is estimated on at most; each costs a forward and a backward pass."""


def fisher_information(
    model: PreTrainedModel, objective: Objective, texts: Dataset, tokenizer: PreTrainedTokenizerFast, *, seed: int
) -> Mapping[str, torch.Tensor]:
    """Return the mean squared gradient of the loss by parameter: summed over examples, a token's share of it.

    The labels are the text's own (the empirical Fisher), and dropout is off. Divided by the tokens that were guessed,
    it is in the units of a loss per token: half of it times a squared distance is by how much the text's loss rises
    there, to second order. A strength of 1 weighs a general token as one of the domain.
    """
    total = {name: torch.zeros_like(parameter) for name, parameter in model.named_parameters()}
    generator, items = np.random.default_rng(seed), 0
    was_training = model.training
    model.eval()
    for example in _examples(objective, texts, tokenizer, generator):
        batch = to_device(objective.collate([example], tokenizer, generator), model.device)
        if not objective.items(batch):
            continue
        items += objective.items(batch)
        model.zero_grad()
        objective.loss(model, batch).backward()
        for name, parameter in model.named_parameters():
            if parameter.grad is not None:
                total[name] += parameter.grad.square()
    model.zero_grad()
    model.train(was_training)
    logger.info("continued-pretraining: Fisher information of %d tokens of general text", items)
    return {name: one / max(1, items) for name, one in total.items()}


def _examples(
    objective: Objective, texts: Dataset, tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
) -> list[dict[str, Any]]:
    """Return examples of texts drawn at random."""
    chosen = np.sort(generator.permutation(len(texts))[: 4 * EXAMPLES])
    columns = objective.encode(texts[chosen], tokenizer, tokenizer.model_max_length)
    every = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [every[i] for i in generator.permutation(len(every))[:EXAMPLES]]
