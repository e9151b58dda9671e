"""Optimizer groups: decay where it belongs, options that methods give, nothing frozen."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from metier.components import OptimizerConfig
from metier.errors import StageError
from metier.training.parameters import count, optimizer_groups
from metier.values import ParameterGroup

CONFIG = OptimizerConfig(learning_rate=1.0, weight_decay=0.1)


class Small(torch.nn.Module):
    """A linear layer, a normalisation, and an embedding that is frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.linear, self.norm = torch.nn.Linear(2, 3), torch.nn.LayerNorm(3)
        self.embedding = torch.nn.Embedding(5, 2).requires_grad_(False)


def named(model: torch.nn.Module, groups: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return learning rate and weight decay by parameter name."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {names[id(one)]: (group["lr"], group["weight_decay"]) for group in groups for one in group["params"]}


def test_biases_and_norms_have_no_decay_and_frozen_ones_no_group() -> None:
    model = Small()
    found = named(model, optimizer_groups(model, CONFIG))
    plain = (1.0, 0.0)
    assert found == {"linear.weight": (1.0, 0.1), "linear.bias": plain, "norm.weight": plain, "norm.bias": plain}
    assert count(model) == (15, 25)


def test_options_of_methods_combine() -> None:
    model = Small()
    groups = [
        ParameterGroup(("linear.weight", "linear.bias"), {"learning_rate_scale": 0.5}),
        ParameterGroup(("linear.weight",), {"learning_rate_scale": 0.5, "weight_decay": 0.3}),
        ParameterGroup(("embedding.weight",), {"learning_rate_scale": 9.0}),
    ]
    found = named(model, optimizer_groups(model, CONFIG, groups))
    assert found["linear.weight"] == (0.25, 0.3)
    assert found["linear.bias"] == (0.5, 0.0)
    assert "embedding.weight" not in found


def test_a_name_that_is_no_parameter_is_refused() -> None:
    with pytest.raises(StageError, match=r"no parameter named 'linear\.wieght'"):
        optimizer_groups(Small(), CONFIG, [ParameterGroup(("linear.wieght",), {})])
