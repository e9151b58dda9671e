"""Which examples make a batch: shuffled by seed and epoch, and like lengths together where that is faster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from torch.utils.data import Sampler

GROUPED_BATCHES = 50
"""Batches of which like lengths are put together; whole epochs would give the same batches each time."""
MINIMUM_GROUPS = 4
"""Groups that small data is cut into at least, so that batches stay mixed."""

Array = np.ndarray[Any, np.dtype[Any]]


class Draw(NamedTuple):
    """One example drawn for a batch; batch and epoch travel with it, since `collate` draws its randomness by them."""

    epoch: int
    batch: int
    example: int


def epoch_batches(lengths: Array, *, batch_size: int, seed: int, epoch: int, grouped: bool) -> list[Array]:
    """Return the example indices of each batch of an epoch; a function of its arguments alone.

    Every example is in just one batch, and only the last is shorter. With `grouped`, batches hold like lengths: groups
    of some batches are sorted by length, cut, and all batches shuffled.
    """
    generator = np.random.default_rng([seed, epoch])
    order = generator.permutation(len(lengths))
    whole = len(order) // batch_size * batch_size
    if grouped and whole > batch_size:
        order[:whole] = _grouped(order[:whole], lengths, batch_size, generator)
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def _grouped(order: Array, lengths: Array, batch_size: int, generator: np.random.Generator) -> Array:
    batches = max(1, min(GROUPED_BATCHES, len(order) // (batch_size * MINIMUM_GROUPS)))
    size = batches * batch_size
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    sorted_groups = [group[np.argsort(lengths[group], kind="stable")] for group in groups]
    shuffled = generator.permutation(np.concatenate(sorted_groups).reshape(-1, batch_size), axis=0)
    return np.asarray(shuffled.reshape(-1))


class LengthBatches(Sampler[list[Draw]]):
    """Batches of draws for a `DataLoader`; `set_epoch` says which epoch's."""

    def __init__(self, lengths: Array, *, batch_size: int, seed: int, grouped: bool) -> None:
        self.lengths = lengths
        self.batch_size = batch_size
        self.drop_last = False
        self.seed = seed
        self.grouped = grouped
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Take the batches of `epoch` from now on."""
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)

    def __iter__(self) -> Iterator[list[Draw]]:
        batches = epoch_batches(
            self.lengths, batch_size=self.batch_size, seed=self.seed, epoch=self.epoch, grouped=self.grouped
        )
        for number, batch in enumerate(batches):
            yield [Draw(self.epoch, number, int(example)) for example in batch]


def sorted_batches(lengths: Array, *, batch_size: int) -> Sequence[Array]:
    """Return all examples in batches of like length, longest first: too little memory shows at once."""
    order = np.argsort(-lengths, kind="stable")
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
