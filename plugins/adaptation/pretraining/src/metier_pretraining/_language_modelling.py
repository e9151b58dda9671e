"""What the objectives of pretraining share."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Self

from metier.components import Objective
from metier.training.language_head import IGNORED, has_linear_head

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch

logger = logging.getLogger("metier")


@dataclass(frozen=True)
class LanguageModelling(Objective):
    """Texts in, examples of at most `block_size` tokens, a loss over the tokens to guess."""

    block_size: int
    """Tokens of an example; it holds, not `max_length`, which is the task's."""
    grouping: Literal["blocks", "lines"]
    linear_head: bool = False
    """Whether the loss may be computed without logits; see `has_linear_head`."""

    def fitted_to(self, model: PreTrainedModel) -> Self:
        """Return the objective as it is fastest for `model`, which is tried once; as it is, it serves any model."""
        return replace(self, linear_head=has_linear_head(model))

    def say_left_out(self, count: int) -> None:
        """Log how many texts, or examples of them, have nothing to guess, where there are any."""
        if count:
            logger.info("continued-pretraining: %d texts have nothing to guess and are left out", count)

    def items(self, batch: Batch) -> int:
        """Return the tokens to guess."""
        return int((batch["labels"] != IGNORED).sum())
