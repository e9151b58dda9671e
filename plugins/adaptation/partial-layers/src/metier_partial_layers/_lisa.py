"""Which layers train at which step: layerwise importance sampling (LISA, Pan et al. 2024, algorithm 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metier.components import MethodContext, Progress
from metier.errors import StageError
from metier_partial_layers._layers import Named, Parts, parts, trains
from metier_partial_layers._schedule import scheduled

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss


def check(model: PreTrainedModel, *, layers: int) -> None:
    """Raise `StageError` where all layers that train would be drawn each time."""
    there = sum(map(trains, parts(model).layers))
    if there <= layers:
        message = f"it draws {layers} layers at a time, and {there} train"
        raise StageError(message, where="lisa", hint="lower its `layers`, or let more layers train")


def drawn(step: int, *, seed: int, size: int, layers: int, every: int) -> set[int]:
    """Return which of `size` layers train at `step`: without repeats, each as likely, by seed and period alone."""
    generator = np.random.default_rng([seed, step // every])
    return set(generator.choice(size, layers, replace=False).tolist())


def sampled(loss: Loss, stage: MethodContext, *, layers: int, every: int) -> Loss:
    """Return `loss`, computed while the layers that were not drawn rest."""

    def resting(found: Parts, progress: Progress) -> list[Named]:
        there = [layer for layer in found.layers if trains(layer)]
        chosen = drawn(progress.step, seed=stage.seed, size=len(there), layers=layers, every=every)
        return [layer for i, layer in enumerate(there) if i not in chosen]

    return scheduled(loss, stage, resting)
