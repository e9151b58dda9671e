"""A layout knows where every token lies, and its rectangles hold every text once."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.training.layout import Layout, Rectangle

Lengths = st.lists(st.integers(1, 90), min_size=1, max_size=12)


def layout_of(lengths: list[int]) -> tuple[Layout, torch.Tensor]:
    mask = (torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]).long()
    return Layout.of(mask), mask


@given(Lengths)
@settings(max_examples=50, deadline=None)
def test_every_token_is_found_once(lengths: list[int]) -> None:
    layout, mask = layout_of(lengths)
    assert sorted(layout.places.tolist()) == mask.flatten().nonzero().flatten().tolist()
    assert layout.lengths.tolist() == sorted(lengths)
    texts = layout.places // mask.shape[1]
    assert texts[layout.firsts].tolist() == layout.order.tolist()
    assert (layout.places[layout.firsts] % mask.shape[1] == 0).all()


@given(Lengths)
@settings(max_examples=50, deadline=None)
def test_rectangles_follow_each_other_and_hold_all_texts(lengths: list[int]) -> None:
    layout, _ = layout_of(lengths)
    for found in (layout.blocks, layout.rectangles):
        assert torch.cat([one.lengths for one in found]).tolist() == sorted(lengths)
        assert [one.start for one in found] == [0, *(one.end for one in found[:-1])]
        assert found[-1].end == sum(lengths)
        assert all(one.filled.sum(1).tolist() == one.lengths.tolist() for one in found)
    assert all(len(one.lengths.unique()) == 1 for one in layout.blocks)
    assert len(layout.rectangles) <= len(layout.blocks)


def test_like_lengths_share_a_rectangle_and_others_do_not() -> None:
    layout, _ = layout_of([12, 9, 88, 90, 90, 380])

    def shapes(rectangles: tuple[Rectangle, ...]) -> list[tuple[int, int]]:
        return [one.shape for one in rectangles]

    assert shapes(layout.rectangles) == [(2, 12), (3, 90), (1, 380)]
    assert shapes(layout.blocks) == [(1, 9), (1, 12), (1, 88), (2, 90), (1, 380)]
