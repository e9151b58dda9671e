"""Attention within each text is that of the text alone, in values and gradients, at every rectangle's rim."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from metier.training import attention
from metier.training.attention import attend, gather
from metier.training.layout import Layout

HEADS, SIZE, SCALE = 3, 8, 0.3
LENGTHS = torch.tensor([4, 9, 4, 1, 7, 61])


@pytest.fixture
def layout() -> Layout:
    return Layout.of((torch.arange(61)[None] < LENGTHS[:, None]).long())


def rows(layout: Layout) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shape = (int(layout.lengths.sum()), HEADS, SIZE)
    return [torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True) for _ in range(3)]


def alone(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: Layout) -> torch.Tensor:
    """Each text by itself, by torch."""
    found = []
    for first, length in zip(layout.firsts.tolist(), layout.lengths.tolist(), strict=True):
        q, k, v = (one[first : first + length].transpose(0, 1)[None] for one in (query, key, value))
        found.append(scaled_dot_product_attention(q, k, v, scale=SCALE)[0].transpose(0, 1))
    return torch.cat(found)


@pytest.mark.parametrize("long", [attention.LONG, 1], ids=["products", "fused"])
@pytest.mark.parametrize("cut", ["rectangles", "blocks"])
def test_each_text_attends_to_itself(layout: Layout, cut: str, long: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "LONG", long)
    ours, theirs = rows(layout), rows(layout)
    found = attend(getattr(layout, cut), *ours, p=0.0, scale=SCALE)
    expected = alone(*theirs, layout)
    torch.testing.assert_close(found, expected)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    (found * weights).sum().backward()
    (expected * weights).sum().backward()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_first_tokens_alone_get_what_they_get_among_all(layout: Layout) -> None:
    query, key, value = rows(layout)
    among_all = attend(layout.rectangles, query, key, value, p=0.0, scale=SCALE)[layout.firsts]
    found = attend(layout.rectangles, query[layout.firsts], key, value, p=0.0, scale=SCALE)
    torch.testing.assert_close(found, among_all)


def test_dropout_leaves_the_mean_and_is_drawn_anew(layout: Layout) -> None:
    parts = [one.detach() for one in rows(layout)]
    expected = attend(layout.rectangles, *parts, p=0.0, scale=SCALE)
    torch.manual_seed(0)
    drawn = torch.stack([attend(layout.rectangles, *parts, p=0.3, scale=SCALE) for _ in range(800)])
    assert not drawn[0].equal(drawn[1])
    error = (drawn.mean(0) - expected).abs() / (drawn.std(0) / len(drawn) ** 0.5).clamp_min(1e-9)
    assert (error < 6).all(), "within six standard errors"


def test_gathered_rows_give_their_gradient_back() -> None:
    given = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    places = torch.tensor([4, 0, 3])
    assert torch.autograd.gradcheck(lambda one: gather(one, places), given)
