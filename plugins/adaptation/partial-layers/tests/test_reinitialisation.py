"""`reinitialisation` draws the top layers and the pooler anew, by the family's own rule."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch

from metier.errors import StageError
from metier.testing.objective import build_classifier
from metier.values import LocalModel, ModelInfo, TaskInfo
from metier_partial_layers.partial_layers import PartialLayers
from metier_partial_layers.reinitialisation import Reinitialisation

Prepare = Callable[..., Any]


def method(layers: int = 1) -> Reinitialisation:
    """Return the method."""
    return Reinitialisation(Reinitialisation.Config(layers=layers))


@pytest.fixture
def trained(local: Callable[[str], LocalModel]) -> Callable[..., Any]:
    """Returns a function that gives a classifier none of whose weights is as the family draws it."""

    def of(model_type: str = "bert") -> Any:
        model: Any = build_classifier(local(model_type).path)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.5)
        return model

    return of


@pytest.mark.parametrize(
    ("model_type", "anew"),
    [
        ("bert", ("bert.encoder.layer.1.", "bert.pooler.")),
        ("gpt2", ("transformer.h.1.",)),
        ("llama", ("model.layers.1.",)),
        ("t5", ("transformer.encoder.block.1.", "transformer.decoder.block.1.")),
    ],
)
def test_the_top_layer_and_the_pooler_are_drawn_anew(
    model_type: str, anew: tuple[str, ...], trained: Any, context: Any
) -> None:
    before = {name: one.detach().clone() for name, one in trained(model_type).named_parameters()}
    model = method().prepare(trained(model_type), context(model_type))
    changed = {name for name, one in model.named_parameters() if not torch.equal(one, before[name])}
    assert changed == {name for name in before if name.startswith(anew)}
    assert all(one.mean().abs() < 0.1 for name, one in model.named_parameters() if name in changed and one.ndim == 2)


def test_bert_is_drawn_as_bert_is(trained: Any, context: Any) -> None:
    model = method(2).prepare(trained(), context())
    for name, one in model.bert.encoder.named_parameters():
        if one.ndim == 2:
            assert one.std().item() == pytest.approx(0.02, rel=0.15), name
        else:
            assert torch.equal(one, torch.full_like(one, 1.0 if name.endswith("LayerNorm.weight") else 0.0)), name


def test_gpt2_keeps_its_smaller_residual_weights(trained: Any, context: Any) -> None:
    layer = method().prepare(trained("gpt2"), context("gpt2")).transformer.h[1]
    assert layer.mlp.c_proj.weight.std().item() == pytest.approx(0.02 / 4**0.5, rel=0.15)  # 2 layers, 2 paths each
    assert layer.mlp.c_fc.weight.std().item() == pytest.approx(0.02, rel=0.15)


def test_it_follows_the_seed_and_disturbs_no_other_randomness(trained: Any, context: Any) -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    found = [method().prepare(trained(), context(seed=seed)).bert.pooler.dense.weight for seed in (1, 1, 2)]
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_the_pooler_alone_or_what_the_task_set_on_purpose(trained: Any, context: Any) -> None:
    model = method(0).prepare(trained(), context())
    assert model.bert.pooler.dense.bias.abs().max() == 0
    assert model.bert.encoder.layer[1].output.dense.bias.min() > 0.4
    model = trained()
    model.config.mean_pooling_layers = 1  # its second layer and its pooler give the mean over all tokens
    model = method().prepare(model, context())
    assert model.bert.encoder.layer[0].output.dense.bias.abs().max() == 0
    assert model.bert.encoder.layer[1].output.dense.bias.min() > 0.4
    assert model.bert.pooler.dense.bias.min() > 0.4


def test_it_says_what_it_draws(trained: Any, context: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="metier"):
        method().prepare(trained(), context())
    assert "reinitialisation: drawn anew: bert.encoder.layer.1, bert.pooler" in caplog.messages


def test_layers_drawn_anew_and_then_frozen_are_an_error_before_training(train: Any) -> None:
    bottom = PartialLayers(PartialLayers.Config(train="bottom-1"))
    for methods in ([method(), bottom], [bottom, method()]):
        with pytest.raises(StageError, match=r"a layer that was drawn anew is frozen\n  hint: let it train"):
            train(methods)


def test_more_layers_than_there_are_is_refused_while_planning() -> None:
    info = ModelInfo(
        reference="small", model_type="bert", architecture="encoder", layers=6, hidden_size=8, vocabulary_size=9
    )
    assert method(7).refuses(info, TaskInfo("")) == "it draws 7 layers anew, and small has 6"
    assert method(6).refuses(info, TaskInfo("")) is None
