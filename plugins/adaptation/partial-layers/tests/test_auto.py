"""`auto` ranks layers by their relative gradient norm on the training rows (Lee et al. 2023)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch

from metier.components import MethodContext
from metier.errors import StageError
from metier.testing.objective import LABELS, TwoLabels
from metier.testing.samples import rows
from metier_partial_layers import _auto
from metier_partial_layers._layers import layer_stacks
from metier_partial_layers.partial_layers import PartialLayers

Context = Callable[..., MethodContext]
Prepare = Callable[..., Any]


def method(train: str = "auto-1") -> PartialLayers:
    """Return the method."""
    return PartialLayers(PartialLayers.Config(train=train))


def ratios(model: Any, stage: MethodContext) -> list[float]:
    """Return the norms of all layers."""
    return _auto.relative_gradient_norms(model, [one for stack in layer_stacks(model) for one in stack], stage)


def by_hand(model: Any, tokenizer: Any, layers: list[Any]) -> list[float]:
    """Return ‖g‖ / ‖w‖ a layer: a text at a time, cross-entropy written out, gradients added in `.grad`."""
    model.eval()
    data = rows(24)
    for row in data:
        logits = model(**tokenizer(row["text"], return_tensors="pt", return_token_type_ids=False)).logits[0]
        (-logits.log_softmax(0)[LABELS.index(row["label"])] / len(data)).backward()
    found = []
    for layer in layers:
        gradient = torch.cat([one.grad.flatten() for one in layer.parameters() if one.grad is not None])
        weight = torch.cat([one.detach().flatten() for one in layer.parameters()])
        found.append((gradient.norm() / weight.norm()).item())
    model.zero_grad()
    return found


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama", "t5"])
def test_norms_are_those_of_the_mean_loss(model_type: str, prepare: Prepare, context: Context) -> None:
    model, stage = prepare(model_type=model_type), context(model_type)
    expected = by_hand(model, stage.tokenizer, [one for stack in layer_stacks(model) for one in stack])
    assert len(expected) == (4 if model_type == "t5" else 2)
    assert ratios(model.train(), stage) == pytest.approx(expected, rel=1e-3)
    assert model.training, "it was left without dropout"
    assert all(parameter.grad is None for parameter in model.parameters()), "a gradient was left behind"


@pytest.mark.parametrize("loud", [0, 1])
def test_the_layer_with_the_largest_trains(
    loud: int, prepare: Prepare, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    model = prepare()
    with torch.no_grad():
        for parameter in model.bert.encoder.layer[1 - loud].parameters():
            parameter.mul_(20.0)  # heavy weights, so that the same gradient means little
    values = ratios(model, context())
    assert values[loud] > values[1 - loud]
    with caplog.at_level(logging.INFO, logger="metier"):
        model = method().prepare(model, context())
    numbers = {name.split(".")[3] for name, one in model.named_parameters() if one.requires_grad and ".layer." in name}
    assert numbers == {str(loud)}
    first, second = (f"bert.encoder.layer.{i} {values[i]:.2e}" for i in (loud, 1 - loud))
    assert f"auto chooses the first 1 of these by |gradient| / |weights|: {first}, {second}" in caplog.text


class Louder(TwoLabels):
    """Another task's loss."""

    def loss(self, model: Any, batch: Any) -> torch.Tensor:
        return 3 * super().loss(model, batch)


def test_the_loss_is_the_task_s_own(prepare: Prepare, context: Context) -> None:
    model = prepare()
    expected = [3 * ratio for ratio in ratios(model, context())]
    assert ratios(model, context(objective=Louder())) == pytest.approx(expected, rel=1e-3)


def test_it_reads_a_sample_that_follows_from_the_seed(
    prepare: Prepare, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_auto, "SAMPLE", 6)
    model = prepare()
    first = ratios(model, context(seed=1))
    assert ratios(model, context(seed=1)) == first
    assert ratios(model, context(seed=2)) != first


def test_frozen_layers_are_not_chosen(prepare: Prepare, context: Context) -> None:
    model = prepare()
    model.bert.encoder.layer[1].requires_grad_(False)
    assert ratios(model, context())[1] == 0
    model.bert.encoder.requires_grad_(False)
    with pytest.raises(StageError, match="no layer that it could choose trains"):
        ratios(model, context())


@pytest.mark.parametrize("changes", [{"train": None}, {"objective": None}])
def test_without_rows_or_task_it_says_so(changes: dict[str, Any], prepare: Prepare, context: Context) -> None:
    with pytest.raises(StageError, match=r"it needs training rows and a task\n  hint: name the layers"):
        method().prepare(prepare(), context(**changes))


def test_a_gradient_that_is_not_finite_is_said(prepare: Prepare, context: Context) -> None:
    model = prepare()
    with torch.no_grad():
        model.classifier.weight.fill_(float("nan"))
    with pytest.raises(StageError, match="the gradient is not finite"):
        method().prepare(model, context())
