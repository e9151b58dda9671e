"""`layer-decay` gives each layer its share of the learning rate."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from metier.builtin.optimizers.adamw import AdamW
from metier.errors import StageError
from metier.training.parameters import optimizer_groups
from metier_partial_layers.layer_decay import LayerDecay
from metier_partial_layers.partial_layers import PartialLayers

Prepare = Callable[..., Any]


def learning_rates(model: Any, groups: Any) -> dict[str, float]:
    """Return the learning rate of each parameter in the optimizer, as the engine groups them."""
    made = optimizer_groups(model, AdamW.Config(learning_rate=1.0), groups)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {names[id(one)]: group["lr"] for group in made for one in group["params"]}


@pytest.mark.parametrize(
    ("model_type", "embeddings", "layer"),
    [
        ("bert", "bert.embeddings.", r"encoder\.layer\.(\d)"),
        ("gpt2", "transformer.w", r"\.h\.(\d)"),
        ("llama", "model.embed", r"layers\.(\d)"),
        ("t5", "transformer.shared", r"block\.(\d)"),
    ],
)
def test_the_scale_is_the_factor_to_the_power_of_the_depth(
    model_type: str, embeddings: str, layer: str, prepare: Prepare, context: Any
) -> None:
    method = LayerDecay(LayerDecay.Config(factor=0.5))
    model = prepare(model_type=model_type)
    found = learning_rates(model, method.parameter_groups(model, context(model_type)))
    assert found.keys() == {name for name, _ in model.named_parameters()}
    for name, rate in found.items():
        match = re.search(layer, name)
        # Two layers: the top one is number 1, one step from the head; the embeddings are three steps from it.
        expected = 0.5 ** (2 - int(match[1])) if match else 0.125 if name.startswith(embeddings) else 1.0
        assert rate == expected, name


def test_only_what_trains_is_named(prepare: Prepare, context: Any) -> None:
    method = LayerDecay(LayerDecay.Config(factor=0.5))
    model = prepare(PartialLayers(PartialLayers.Config(train="bottom-1")))
    named = {name for group in method.parameter_groups(model, context()) for name in group.names}
    assert named == {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert learning_rates(model, method.parameter_groups(model, context()))[
        "bert.encoder.layer.0.output.dense.weight"
    ] == pytest.approx(0.25), "a frozen layer above it counts as a step"


@pytest.mark.parametrize("factor", [0.0, -0.5, 1.5])
def test_other_factors_are_refused(factor: float) -> None:
    with pytest.raises(ValidationError, match="factor"):
        LayerDecay.Config(factor=factor)


def test_a_model_without_layers_is_said(prepare: Prepare, context: Any) -> None:
    model = prepare()
    model.config.num_hidden_layers = 7  # as a model whose layers are not where others have them
    with pytest.raises(StageError, match=r"no stack of layers was found in the model\n  hint: `partial-layers` can"):
        LayerDecay().parameter_groups(model, context())
