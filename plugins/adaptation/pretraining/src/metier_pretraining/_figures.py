"""What a training did to the model: the perplexity of texts that it was not trained on, before and after."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from metier.components import Engine, Objective
from metier.values import Architecture

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")
MEASURE: Mapping[Architecture, str] = {
    "encoder": "pseudo-perplexity",
    "decoder": "perplexity",
    "encoder-decoder": "pseudo-perplexity",
}
"""What the exponential of a mean loss per guessed token is: a perplexity only where every token is guessed from those
before it. Of hidden tokens, always the same ones, it tells two states of one model apart, and no two models."""


def perplexities(
    engine: Engine, objective: Objective, model: PreTrainedModel, texts: Mapping[str, Dataset]
) -> dict[str, float]:
    """Return the (pseudo-)perplexity of each of `texts`, by its name."""
    return {name: math.exp(engine.evaluate(objective, model, some)["loss"]) for name, some in texts.items()}


def figures(
    texts: Mapping[str, Dataset], before: Mapping[str, float], after: Mapping[str, float], *, architecture: Architecture
) -> dict[str, float]:
    """Say perplexities in the log, and return them as figures: of the first texts plainly, of others with their name.

    `perplexity_before`, `perplexity_after`, `held_out_texts`; `general_perplexity_before`, ….
    """
    found: dict[str, float] = {}
    for number, (name, some) in enumerate(texts.items()):
        logger.info(
            "continued-pretraining: %s of %d held-out %s texts %.2f before, %.2f after",
            MEASURE[architecture], len(some), name, before[name], after[name],
        )  # fmt: skip
        prefix = f"{name}_" if number else ""
        found[f"{prefix}perplexity_before"] = before[name]
        found[f"{prefix}perplexity_after"] = after[name]
        found[f"{prefix}held_out_texts"] = len(some)
    return found
