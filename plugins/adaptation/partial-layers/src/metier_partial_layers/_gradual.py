"""Which layers train at which epoch: gradual unfreezing (ULMFiT, Howard & Ruder 2018, section 3.3)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from metier.components import MethodContext, Progress
from metier.errors import StageError
from metier_partial_layers._layers import Named, Parts, parts, trains
from metier_partial_layers._schedule import epochs_in_all, scheduled

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss

logger = logging.getLogger("metier")
ROUNDING = 1e-9
"""So that three tenths of an epoch are three times a tenth."""


def check(model: PreTrainedModel) -> None:
    """Raise `StageError` where there is nothing to unfreeze."""
    if len(turns(parts(model))) < 2:
        hint = "let layers train (`partial-layers` with `train: top-2`), or take gradual-unfreezing out"
        raise StageError(
            "nothing but the head trains, so there is nothing to unfreeze", where="gradual-unfreezing", hint=hint
        )


def turns(found: Parts) -> list[Named]:
    """Return what joins the training, in order; what is frozen for good has no turn."""
    head, *others = found.levels()
    return [head, *filter(trains, others)]


def unfrozen(epoch: float, *, epochs: float) -> int:
    """Return how many turns have come after `epoch` passes, one each `epochs`."""
    return 1 + int(epoch / epochs + ROUNDING)


def gradual(loss: Loss, stage: MethodContext, *, epochs: float) -> Loss:
    """Return `loss`, computed while layers whose turn has not come rest."""
    said: set[str] = set()

    def say(message: str) -> None:
        if message not in said:
            said.add(message)
            logger.info("gradual-unfreezing: %s", message)

    def resting(found: Parts, progress: Progress) -> list[Named]:
        order = turns(found)
        count = unfrozen(progress.epoch, epochs=epochs)
        say(f"{min(count, len(order))} of {len(order)} parts train: head, layers from the top, embeddings")
        total = epochs_in_all(progress)
        if total is not None and total <= (len(order) - 1) * epochs:
            say(f"it ends before its lowest part trains; `epochs: {total / len(order):.2g}` would reach it")
        return order[count:]

    return scheduled(loss, stage, resting)
