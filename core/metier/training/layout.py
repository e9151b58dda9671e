"""Where each text of a batch lies in the row of all its tokens, and the rectangles that attention works on."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import torch

WASTE = 3000
"""Scores of padding, a head, that cost as much as one rectangle more (measured on two cores: a fifth of a ms)."""


@dataclass(frozen=True)
class Rectangle:
    """Texts of like length side by side; every layer asks for the same, so that it is found once."""

    start: int
    """Where in the row the first begins."""
    lengths: torch.Tensor
    """(texts,), rising: their tokens."""

    @functools.cached_property
    def shape(self) -> tuple[int, int]:
        """(texts, tokens of the longest)."""
        return len(self.lengths), int(self.lengths[-1])

    @functools.cached_property
    def end(self) -> int:
        """Where in the row the last ends."""
        return self.start + int(self.lengths.sum())

    @functools.cached_property
    def filled(self) -> torch.Tensor:
        """(texts, tokens): true at tokens."""
        return torch.arange(self.shape[1], device=self.lengths.device) < self.lengths[:, None]

    @functools.cached_property
    def places(self) -> torch.Tensor | None:
        """(tokens,): where in the flattened rectangle they are; None where they fill it."""
        whole = int(self.lengths[0]) == self.shape[1]
        return None if whole else self.filled.flatten().nonzero().flatten()


@dataclass(frozen=True)
class Layout:
    """Where each text of a batch lies in the row of all tokens, the shortest first."""

    shape: tuple[int, int]
    """Of the batch: (texts, sequence)."""
    places: torch.Tensor
    """(tokens,): where in the flattened batch each token of the row comes from."""
    order: torch.Tensor
    """(texts,): the texts as they follow each other."""
    lengths: torch.Tensor
    """(texts,), rising: the tokens of each, in that order."""

    @classmethod
    def of(cls, mask: torch.Tensor) -> Layout:
        """Return the layout of a batch by its mask (texts, sequence), 1 at tokens."""
        lengths, order = mask.sum(dim=1).sort(stable=True)
        kept = mask[order].nonzero()
        places = order[kept[:, 0]] * mask.shape[1] + kept[:, 1]
        return cls((mask.shape[0], mask.shape[1]), places, order, lengths)

    @functools.cached_property
    def firsts(self) -> torch.Tensor:
        """(texts,): where in the row each text begins."""
        return self.lengths.cumsum(0) - self.lengths

    @functools.cached_property
    def blocks(self) -> tuple[Rectangle, ...]:
        """Rectangles without padding: all texts of one have one length."""
        return self._rectangles(0)

    @functools.cached_property
    def rectangles(self) -> tuple[Rectangle, ...]:
        """As few rectangles as pay: padding is computed where one more would cost more."""
        return self._rectangles(WASTE)

    def _rectangles(self, waste: int) -> tuple[Rectangle, ...]:
        lengths = self.lengths.tolist()
        starts = [0, *self.lengths.cumsum(0).tolist()]
        return tuple(Rectangle(starts[first], self.lengths[first:end]) for first, end in _cuts(lengths, waste))


def _cuts(lengths: Sequence[int], waste: int) -> list[tuple[int, int]]:
    """Return (first, end) of runs of the rising `lengths`, cut where padding to the longest costs more."""
    cuts, end = [], len(lengths)
    while end:
        first, longest, spent = end - 1, lengths[end - 1], 0
        while first and (spent := spent + longest**2 - lengths[first - 1] ** 2) <= waste:
            first -= 1
        cuts.append((first, end))
        end = first
    return cuts[::-1]
