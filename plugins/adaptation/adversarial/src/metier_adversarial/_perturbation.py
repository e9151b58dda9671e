"""What is added to a batch's word embeddings, and how it climbs: lengths are Euclidean, of a whole text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from metier.errors import StageError
from metier_adversarial._embeddings import at_embeddings, words

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Start = Callable[[torch.Tensor, int], torch.Tensor]
"""Takes where words stand (batch, sequence, 1) and the size of embeddings, returns (batch, sequence, size)."""


class Perturbation:
    """A perturbation of a batch, 0 at special tokens and padding; a constant once it is held.

    `shifts` are (batch, sequence, hidden), float32, one for each time that a pass asks the word embeddings: an
    encoder-decoder asks twice. They begin at the first pass that they are added in.
    """

    def __init__(self, start: Start, *, special: Sequence[int]) -> None:
        self.shifts: list[torch.Tensor] = []
        self.finite: list[torch.Tensor] = []
        """Of each gradient that was climbed along, whether it was finite (bool scalars)."""
        self.still = start is zero
        """Whether it is 0 as yet."""
        self._start = start
        self._special = special
        self._words: list[torch.Tensor] = []
        self._held = False

    @contextmanager
    def added(self, model: PreTrainedModel) -> Iterator[None]:
        """Add it to what the word embeddings give inside the block; raises `StageError` where they are not asked."""
        asked = 0

        def change(ids: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
            nonlocal asked
            if asked == len(self.shifts):
                self._begin(ids, embeddings.shape[-1])
            asked += 1
            return embeddings + self.shifts[asked - 1].to(embeddings.dtype)

        with at_embeddings(model, change):
            yield
        if not asked:
            hint = "leave out of `adapt` what computes or keeps the first layers elsewhere, or take `attack: r-drop`"
            raise StageError("the model did not ask its word embeddings, so there is nothing to perturb", hint=hint)

    def _begin(self, ids: torch.Tensor, size: int) -> None:
        place = words(ids, self._special)
        self._words.append(place)
        self.shifts.append(self._start(place, size).requires_grad_(not self._held))

    def backward(self, loss: torch.Tensor) -> None:
        """Add the gradient of `loss` to the shifts' own, and to no parameter: half the work of a backward pass."""
        with torch.autocast(loss.device.type, enabled=False):
            loss.float().backward(inputs=self.shifts)

    def climb(self, *, step_size: float, epsilon: float) -> None:
        """Go `step_size` along the gradient, then back into the ball of radius `epsilon` around the text."""
        self.still = False
        for i, direction in enumerate(self._directions()):
            self.shifts[i] = within(self.shifts[i].detach() + step_size * direction, epsilon).requires_grad_()

    def turn(self, length: float) -> None:
        """Take the gradient's direction, and `length`."""
        self.still = False
        for i, direction in enumerate(self._directions()):
            self.shifts[i] = (length * direction).requires_grad_()

    def hold(self) -> None:
        """Make it a constant: the loss that trains has no gradient towards it."""
        self._held = True
        self.shifts = [shift.detach() for shift in self.shifts]

    def _directions(self) -> Iterator[torch.Tensor]:
        """Yield the gradient of each shift, of length 1 a text; 0 where it is 0."""
        for shift, place in zip(self.shifts, self._words, strict=True):
            gradient = torch.zeros_like(shift) if shift.grad is None else torch.where(place, shift.grad, 0.0)
            length = lengths(gradient)
            self.finite.append(length.isfinite().all())
            yield torch.where(length > 0, gradient / length.clamp_min(torch.finfo(length.dtype).tiny), 0.0)


def lengths(shift: torch.Tensor) -> torch.Tensor:
    """Return the Euclidean length of each text's perturbation (batch, sequence, hidden): (batch, 1, 1)."""
    length: torch.Tensor = torch.linalg.vector_norm(shift, dim=(1, 2), keepdim=True)
    return length


def within(shift: torch.Tensor, epsilon: float) -> torch.Tensor:
    """Return the nearest perturbation whose length is at most `epsilon` a text."""
    length = lengths(shift)
    return torch.where(length > epsilon, shift * (epsilon / length), shift)


def zero(place: torch.Tensor, size: int) -> torch.Tensor:
    """Start at the text itself."""
    return torch.zeros(*place.shape[:2], size, device=place.device)


def uniform(scale: float, generator: torch.Generator) -> Start:
    """Start at noise in ±`scale` / sqrt(words · size), so that its length is about 0.58 · `scale`."""

    def start(place: torch.Tensor, size: int) -> torch.Tensor:
        noise = 2 * torch.rand(*place.shape[:2], size, device=place.device, generator=generator) - 1
        count = place.sum(dim=1, keepdim=True).clamp_min(1) * size
        return torch.where(place, noise * scale / count.sqrt(), 0.0)

    return start


def random_direction(length: float, generator: torch.Generator) -> Start:
    """Start in a random direction, every one as likely, at `length`."""

    def start(place: torch.Tensor, size: int) -> torch.Tensor:
        noise = torch.randn(*place.shape[:2], size, device=place.device, generator=generator)
        noise = torch.where(place, noise, 0.0)
        return length * noise / lengths(noise).clamp_min(torch.finfo(noise.dtype).tiny)

    return start
