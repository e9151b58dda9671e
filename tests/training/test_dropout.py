"""Fast dropout is dropout: its share, its scale, its gradient, its seed."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from metier.training.dropout import FastDropout, dropout, fast_dropout


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_share_that_is_dropped_is_p_and_the_rest_is_scaled(p: float, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    count = 1_000_003
    found = dropout(torch.ones(count, dtype=dtype), p)
    dropped = int((found == 0).sum())
    assert abs(dropped - p * count) < 5 * (p * (1 - p) * count) ** 0.5, "within five standard deviations"
    kept = found[found != 0]
    torch.testing.assert_close(kept, torch.full_like(kept, 1 / (1 - p)))


def test_neighbours_are_dropped_independently() -> None:
    torch.manual_seed(0)
    dropped = (dropout(torch.ones(400_000), 0.5) == 0).float() - 0.5
    for distance in (1, 2, 3, 4, 8):
        assert (dropped[distance:] * dropped[:-distance]).mean().abs() < 0.25 * 5 / 400_000**0.5


def test_the_gradient_has_the_mask_of_the_way_there() -> None:
    torch.manual_seed(0)
    states = torch.randn(7, 13, requires_grad=True)
    found = dropout(states, 0.3)
    found.sum().backward()
    torch.testing.assert_close(states.grad, (found.detach() / states.detach()))


def test_nothing_and_everything_are_torchs_own() -> None:
    states = torch.randn(5)
    assert dropout(states, 0.0).equal(states)
    assert dropout(states, 1.0).equal(torch.zeros(5))


def test_a_seed_gives_the_mask_again() -> None:
    states, found = torch.ones(3, 5), []
    for seed in (1, 2, 1):
        torch.manual_seed(seed)
        found.append(torch.stack([dropout(states, 0.5) for _ in range(9)]))
    assert found[0].equal(found[2])
    assert not found[0].equal(found[1])


def test_modules_are_fast_inside_the_block_and_themselves_after_it() -> None:
    class Own(nn.Dropout):
        pass

    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5), Own(0.5), nn.Dropout(0.5, inplace=True))
    with fast_dropout(model) as fast:
        assert fast
        assert [type(one) for one in model[1:]] == [FastDropout, Own, nn.Dropout]
        copied = copy.deepcopy(model)
        states = torch.ones(4, 2)
        assert model.eval()[1](states).equal(states)
    assert [type(one) for one in model[1:]] == [nn.Dropout, Own, nn.Dropout]
    assert copied.eval()[1](states).equal(states), "a copy made inside it drops nothing either where it does not train"
    with fast_dropout(model, when=False) as fast:
        assert not fast
    assert type(model[1]) is nn.Dropout


def test_a_block_that_fails_leaves_modules_as_they_were() -> None:
    model = nn.Sequential(nn.Dropout(0.5))
    with pytest.raises(ZeroDivisionError), fast_dropout(model):
        raise ZeroDivisionError
    assert type(model[0]) is nn.Dropout
