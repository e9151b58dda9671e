"""Batches: every example once, like lengths together, the same each time."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.training.batching import LengthBatches, epoch_batches, sorted_batches

lengths_of_rows = st.lists(st.integers(1, 300), min_size=1, max_size=400).map(np.array)


@settings(deadline=None)
@given(lengths=lengths_of_rows, size=st.integers(1, 40), epoch=st.integers(0, 5), grouped=st.booleans())
def test_every_example_is_in_one_batch(lengths: np.ndarray, size: int, epoch: int, grouped: bool) -> None:
    batches = epoch_batches(lengths, batch_size=size, seed=1, epoch=epoch, grouped=grouped)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    again = epoch_batches(lengths, batch_size=size, seed=1, epoch=epoch, grouped=grouped)
    assert all(np.array_equal(one, two) for one, two in zip(batches, again, strict=True))


@given(lengths=lengths_of_rows, size=st.integers(1, 40))
def test_scoring_takes_every_example_longest_first(lengths: np.ndarray, size: int) -> None:
    batches = sorted_batches(lengths, batch_size=size)
    order = np.concatenate(batches)
    assert sorted(order.tolist()) == list(range(len(lengths)))
    assert (np.diff(lengths[order]) <= 0).all()


def test_grouping_saves_padding_and_keeps_batches_mixed() -> None:
    lengths = np.random.default_rng(0).integers(1, 200, size=4000)

    def padding(batches: list[np.ndarray]) -> float:
        return sum(len(batch) * lengths[batch].max() for batch in batches) / lengths.sum() - 1

    grouped = epoch_batches(lengths, batch_size=32, seed=1, epoch=0, grouped=True)
    assert padding(grouped) < 0.1 < 0.8 < padding(epoch_batches(lengths, batch_size=32, seed=1, epoch=0, grouped=False))
    mean = [lengths[batch].mean() for batch in grouped]
    assert abs(np.corrcoef(mean, np.arange(len(mean)))[0, 1]) < 0.3, "short ones come before long ones"


def test_seed_and_epoch_change_the_batches() -> None:
    lengths = np.arange(100)
    first = epoch_batches(lengths, batch_size=8, seed=1, epoch=0, grouped=True)
    for seed, epoch in ((1, 1), (2, 0)):
        other = epoch_batches(lengths, batch_size=8, seed=seed, epoch=epoch, grouped=True)
        assert any(set(one.tolist()) != set(two.tolist()) for one, two in zip(first, other, strict=True))


def test_a_draw_knows_its_epoch_and_batch() -> None:
    batches = LengthBatches(np.arange(10), batch_size=4, seed=1, grouped=False)
    batches.set_epoch(3)
    drawn = list(batches)
    assert len(batches) == len(drawn) == 3
    assert [{(draw.epoch, draw.batch) for draw in batch} for batch in drawn] == [{(3, 0)}, {(3, 1)}, {(3, 2)}]
