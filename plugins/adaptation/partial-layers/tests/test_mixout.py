"""`mixout` mixes weights with their pretrained values as the paper says, and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from transformers.pytorch_utils import Conv1D

from metier.errors import StageError
from metier.testing.objective import build_classifier
from metier.values import LocalModel
from metier_partial_layers._mixout import mixout
from metier_partial_layers.mixout import Mixout
from metier_partial_layers.partial_layers import PartialLayers
from metier_partial_layers.probe_then_tune import ProbeThenTune

Prepare = Callable[..., Any]


def method(probability: float = 0.7, **options: Any) -> Mixout:
    """Return the method."""
    return Mixout(Mixout.Config(probability=probability, **options))


def by_the_paper(weight: torch.Tensor, start: torch.Tensor, mask: torch.Tensor, probability: float) -> torch.Tensor:
    """Return the mixture for a mask M, 1 where the start takes the weight's place, with the correction of its mean."""
    return (mask * start + (1 - mask) * weight - probability * start) / (1 - probability)


@pytest.mark.parametrize("inputs", [0, 1])
def test_each_input_takes_one_set_of_weights_or_the_other(inputs: int) -> None:
    torch.manual_seed(0)
    weight, start = torch.randn(2, 400, 300)
    mixed = mixout(weight, start, probability=0.7, inputs=inputs)
    masks = []
    for mine, first, found in zip(*(one.unbind(inputs) for one in (weight, start, mixed)), strict=True):
        options = [by_the_paper(mine, first, torch.tensor(mask), 0.7) for mask in (0.0, 1.0)]
        near = [torch.allclose(found, one, atol=1e-5) for one in options]
        assert sum(near) == 1, "all weights that lead from an input are of one kind"
        masks.append(near[1])
    assert abs(sum(masks) / len(masks) - 0.7) < 0.1  # 4 standard deviations of 300 draws


def drawn_often(weight: torch.Tensor, start: torch.Tensor, *, probability: float, times: int) -> torch.Tensor:
    """Return mixtures (times, inputs) of one output's weights, drawn at once: as many inputs of one layer."""
    many = [one.repeat(times).unsqueeze(1) for one in (weight, start)]
    return mixout(*many, probability=probability, inputs=0).view(times, -1)


def test_the_mean_is_the_weight_and_the_start_is_fixed() -> None:
    torch.manual_seed(0)
    weight, start = torch.randn(2, 5)
    mean = drawn_often(weight, start, probability=0.8, times=100_000).mean(dim=0)
    assert (mean - weight).abs().max() < 0.05  # one draw deviates by 2 |w - u|
    assert torch.equal(mixout(start, start, probability=0.8, inputs=0), start)


def test_the_gradient_reaches_what_was_not_replaced() -> None:
    torch.manual_seed(0)
    weight, start = torch.randn(4, 50, requires_grad=True), torch.zeros(4, 50)
    mixed = mixout(weight, start, probability=0.5, inputs=1)
    (gradient,) = torch.autograd.grad(mixed.sum(), weight)
    assert torch.equal(gradient, torch.where(mixed == 0, 0.0, 2.0))


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama", "t5"])
def test_every_linear_layer_of_the_layers_mixes(model_type: str, prepare: Prepare, context: Any) -> None:
    acting = method(0.5)
    model = prepare(acting, model_type=model_type).train()
    inside = f"{model.base_model_prefix}."
    kinds = (torch.nn.Linear, Conv1D)
    linear = {name: one for name, one in model.named_modules() if isinstance(one, kinds)}
    mixes = {name for name in linear if name.startswith(inside) and "pooler" not in name}
    assert len(mixes) >= 8
    with torch.no_grad():
        for module in linear.values():
            module.weight.add_(1.0)  # as if it had been trained
    for name, module in linear.items():
        rows = module.weight.shape[0 if isinstance(module, Conv1D) else 1]
        plain = module.weight.detach().clone()
        given = module(torch.eye(rows)) - (0 if module.bias is None else module.bias)  # a weight a row
        used = given if isinstance(module, Conv1D) else given.T
        shift = (used - plain).round(decimals=3).unique().tolist()
        assert shift == ([-1.0, 1.0] if name in mixes else [0.0]), name  # u = w - 1, or w + (w - u)
        assert torch.equal(module.weight, plain)
        assert isinstance(module.weight, torch.nn.Parameter)
        module.eval()
        given = module(torch.eye(rows)) - (0 if module.bias is None else module.bias)
        assert (given if isinstance(module, Conv1D) else given.T).allclose(plain, atol=1e-5)
    acting.finish(model, context(model_type))
    hooks = [hook for one in model.modules() for hook in (*one._forward_hooks, *one._forward_pre_hooks)]
    assert not hooks


def test_names_order_and_size_of_the_weights_are_as_ever(
    prepare: Prepare, local: Callable[[str], LocalModel], context: Any
) -> None:
    plain: Any = build_classifier(local("bert").path)
    model = prepare(method()).train()
    ids = context().tokenizer(["profit rose"], return_tensors="pt")["input_ids"]
    model(ids).logits.sum().backward()
    for one in (model.named_parameters, model.named_buffers, model.state_dict):
        assert [*dict(one())] == [*dict(getattr(plain, one.__name__)())]


def test_the_weight_is_put_back_where_a_layer_raises(prepare: Prepare) -> None:
    model = prepare(method()).train()
    linear = model.bert.encoder.layer[0].output.dense
    with pytest.raises(RuntimeError, match="shapes"):
        linear(torch.zeros(1, 3))
    assert isinstance(linear.weight, torch.nn.Parameter)


@pytest.mark.parametrize("model_type", ["bert", "t5"])
def test_it_takes_the_place_of_dropout(model_type: str, prepare: Prepare, context: Any) -> None:
    def outputs(model: Any) -> torch.Tensor:
        ids = context(model_type).tokenizer(["profit rose", "sales fell"], return_tensors="pt")["input_ids"]
        with torch.no_grad():
            more = {"decoder_input_ids": ids} if model_type == "t5" else {}
            found: torch.Tensor = model.train().base_model(ids, **more)[0]
        return found

    acting = method()
    model = prepare(acting, model_type=model_type)
    assert torch.equal(outputs(model), outputs(model)), "nothing has moved yet, so only dropout would differ"
    acting.finish(model, context(model_type))
    assert not torch.equal(outputs(model), outputs(model)), "dropout was not put back"
    model = prepare(method(dropout=True), model_type=model_type)
    assert not torch.equal(outputs(model), outputs(model))


def test_frozen_layers_are_left_alone_whatever_the_order(prepare: Prepare, context: Any) -> None:
    top, acting = PartialLayers(PartialLayers.Config(train="top-1")), method()
    for methods in ([top, acting], [acting, top]):
        model = prepare(*methods).train()
        acting.parameter_groups(model, context())
        lower, upper = model.bert.encoder.layer
        assert not lower.output.dense._forward_pre_hooks, "a hook on what could be read from a cache"
        with torch.no_grad():
            upper.output.dense.weight.add_(1.0)
        assert torch.equal(*(lower.output.dense(torch.eye(64)) for _ in range(2)))
        assert not torch.equal(*(upper.output.dense(torch.eye(64)) for _ in range(2)))


def test_it_penalises_the_distance_to_the_start() -> None:
    """For a squared error its mean is an L2 penalty towards u, p / (1 - p) for each weight, scaled by its input."""
    torch.manual_seed(0)
    inputs, weight, start = torch.randn(3, 6)
    errors = (drawn_often(weight, start, probability=0.3, times=100_000) @ inputs - 2) ** 2
    penalty = 0.3 / 0.7 * ((inputs * (weight - start)) ** 2).sum()
    assert errors.mean().item() == pytest.approx(((inputs @ weight - 2) ** 2 + penalty).item(), rel=0.02)


def test_resumed_it_ends_with_the_same_weights(resumes: Any) -> None:
    resumes([ProbeThenTune(ProbeThenTune.Config(epochs=0.5)), method()])


def test_it_computes_under_autocast(train: Any, moved: Any) -> None:
    found = moved(train([method()], precision="bf16", max_steps=2))
    assert "bert.encoder.layer.0.output.dense.weight" in found


def test_nothing_to_mix_is_an_error(prepare: Prepare) -> None:
    with pytest.raises(StageError, match=r"no linear weight of a layer trains, so there is none to mix\n  hint: let"):
        prepare(PartialLayers(PartialLayers.Config(train="biases")), method())


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1])
def test_other_probabilities_are_refused(probability: float) -> None:
    with pytest.raises(ValidationError, match="probability"):
        method(probability)
