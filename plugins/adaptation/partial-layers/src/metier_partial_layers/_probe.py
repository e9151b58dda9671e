"""Linear probing, then fine-tuning (LP-FT, Kumar et al. 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metier.components import MethodContext, Progress
from metier.errors import StageError
from metier_partial_layers._layers import Named, Parts
from metier_partial_layers._schedule import epochs_in_all, scheduled

if TYPE_CHECKING:
    from metier.components.objective import Loss


def probed(loss: Loss, stage: MethodContext, *, epochs: float) -> Loss:
    """Return `loss`, computed while all but the head rests for the first `epochs`.

    Raises `StageError` at the second step where the training is no longer than that.
    """

    def resting(found: Parts, progress: Progress) -> list[Named]:
        total = epochs_in_all(progress)
        if total is not None and total <= epochs:
            message = f"the head trains alone for {epochs:g} epochs, and the training has {total:.3g}"
            hint = "raise training.num_train_epochs, or lower `epochs`"
            raise StageError(message, where="probe-then-tune", hint=hint)
        return [found.above, *found.layers, found.embeddings] if progress.epoch < epochs else []

    return scheduled(loss, stage, resting)
