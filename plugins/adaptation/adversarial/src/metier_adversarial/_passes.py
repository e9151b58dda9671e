"""One batch's passes through one network: each has the dropout masks of the first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import torch

from metier.components import MethodContext
from metier_adversarial._answers import Answers, answered
from metier_adversarial._perturbation import Perturbation, Start

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss


class Passes:
    """Passes of `batch`, with a perturbation or without.

    A perturbation is the worst for a network with its units dropped; other masks would make another network of it.
    After all passes torch's randomness stands where one pass leaves it.
    """

    def __init__(
        self, loss: Loss, stage: MethodContext, *, model: PreTrainedModel, batch: Batch, special: Sequence[int]
    ) -> None:
        self.stage = stage
        self.model = model
        self.batch = batch
        self.device = next(iter(batch.values())).device
        self.plain: torch.Tensor | None = None
        """The loss without a perturbation, where it was computed."""
        self.perturbations: list[Perturbation] = []
        self._objective = loss
        self._special = special
        seed = int(torch.randint(2**62, ()))  # drawn before the state is kept, or each batch would draw the same
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self._states = _random_states(self.device)

    def perturbation(self, start: Start) -> Perturbation:
        """Return a new perturbation of the batch."""
        self.perturbations.append(Perturbation(start, special=self._special))
        return self.perturbations[-1]

    def loss(self, perturbation: Perturbation | None = None) -> torch.Tensor:
        """Return the loss, with a perturbation added to the word embeddings."""
        with self._network(perturbation):
            value = self._objective(self.model, self.batch)
        return self._noted(value, perturbation)

    def answers(
        self, perturbation: Perturbation | None = None, *, same_masks: bool = True
    ) -> tuple[torch.Tensor, Answers]:
        """Return the loss, and what the model answers."""
        with self._network(perturbation, same_masks=same_masks):
            value, answers = answered(self._objective, self.model, self.batch)
        return self._noted(value, perturbation), answers

    def _network(self, perturbation: Perturbation | None, *, same_masks: bool = True) -> AbstractContextManager[None]:
        if same_masks:
            _set_random_states(self._states, self.device)
        return nullcontext() if perturbation is None else perturbation.added(self.model)

    def _noted(self, value: torch.Tensor, perturbation: Perturbation | None) -> torch.Tensor:
        if self.plain is None and (perturbation is None or perturbation.still):
            self.plain = value.detach()
        return value


def _random_states(device: torch.device) -> list[torch.Tensor]:
    """Return the states that dropout draws from: the processor's, and the accelerator's where the batch lies there."""
    states = [torch.get_rng_state()]
    return states if device.type == "cpu" else [*states, torch.get_device_module(device).get_rng_state(device)]


def _set_random_states(states: Sequence[torch.Tensor], device: torch.device) -> None:
    torch.set_rng_state(states[0])
    if len(states) > 1:
        torch.get_device_module(device).set_rng_state(states[1], device)
