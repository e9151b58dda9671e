"""Lets part of what trains rest while a step is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import torch

from metier.components import MethodContext, Progress
from metier_partial_layers._layers import Named, Parts, parts

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss

Resting: TypeAlias = Callable[[Parts, Progress], Iterable[Named]]
"""Says which parameters rest, by how far the training is and nothing else."""


def scheduled(loss: Loss, stage: MethodContext, resting: Resting) -> Loss:
    """Return `loss`, computed while what `resting` names takes no gradient.

    What has no gradient the optimizer leaves alone: no weight decay, no change of its running means. Outside of the
    loss every parameter that ever trains has `requires_grad`, so that the optimizer holds all of them from the start,
    and whoever asks there what is frozen for good gets a true answer.
    """
    known: list[tuple[PreTrainedModel, Parts]] = []

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        if not torch.is_grad_enabled():
            return loss(model, batch)
        if not known or known[0][0] is not model:
            known[:] = [(model, parts(model))]
        with at_rest(resting(known[0][1], stage.progress())):
            return loss(model, batch)

    return wrapped


@contextmanager
def at_rest(resting: Iterable[Named]) -> Iterator[None]:
    """Take `requires_grad` from these parameters inside the block; a graph built in it does not reach them later."""
    stopped = [one for named in resting for one in named.values() if one.requires_grad]
    try:
        for parameter in stopped:
            parameter.requires_grad_(False)
        yield
    finally:
        for parameter in stopped:
            parameter.requires_grad_(True)


def epochs_in_all(progress: Progress) -> float | None:
    """Return how many passes over the rows the training makes, known after its first step."""
    return progress.epoch * progress.steps / progress.step if progress.step else None
