"""Sharpness-aware minimisation against a reference of a few lines, and under what the engine does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.builtin.optimizers.sgd import Sgd
from metier.components import AdaptationMethod, MethodContext
from metier.errors import StageError
from metier.settings import TrainingSettings
from metier.testing.breaking import broken_off
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier.training.trainer import Step
from metier.values import LocalModel, TaskInfo, Use
from metier_sharpness_aware._torch import shift
from metier_sharpness_aware.sharpness_aware import SharpnessAware

Tensors = dict[str, torch.Tensor]
RHO = 0.2


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return build_model("bert", tmp_path_factory.mktemp("bert"))


@pytest.fixture
def context(tiny: LocalModel, tmp_path: Path) -> MethodContext:
    tokenizer = load_tokenizer(tiny.path)
    return MethodContext(info=tiny.info, task=TaskInfo("task"), tokenizer=tokenizer, seed=1, directory=tmp_path)


@pytest.fixture
def batches(tiny: LocalModel) -> list[dict[str, torch.Tensor]]:
    """Two batches of four texts."""
    tokenizer = load_tokenizer(tiny.path)
    texts = [row["text"] for row in rows(8)]
    padded = tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
    whole = {**padded, "labels": torch.tensor([0, 1, 1, 0, 1, 0, 0, 0])}
    return [{name: value[start : start + 4] for name, value in whole.items()} for start in (0, 4)]


@pytest.fixture
def model(tiny: LocalModel) -> Any:
    """A classifier without dropout."""
    return build_classifier(tiny.path).eval()


def wrapped(context: MethodContext, **options: Any) -> Any:
    method = SharpnessAware(SharpnessAware.Config.model_validate({"rho": RHO, **options}))
    return method.wrap_loss(TwoLabels().loss, context)


def gradients(model: Any) -> Tensors:
    return {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}


def reference(model: Any, batch: Tensors, *, adaptive: bool, scale: float = 1.0) -> tuple[float, Tensors]:
    """Return loss and gradient at the moved weights, without moving any."""
    inputs = {name: value for name, value in batch.items() if name != "labels"}

    def loss(weights: Tensors) -> torch.Tensor:
        logits = torch.func.functional_call(model, weights, kwargs=inputs).logits
        return scale * torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="sum")

    weights = {name: one for name, one in model.named_parameters() if one.requires_grad}
    steepest = dict(zip(weights, torch.autograd.grad(loss(weights), [*weights.values()]), strict=True))
    size = {name: one.abs() + 0.01 if adaptive and "bias" not in name else 1.0 for name, one in weights.items()}
    norm = sum((size[name] * one).square().sum() for name, one in steepest.items()) ** 0.5
    moved = {
        name: (one + RHO * size[name] ** 2 * steepest[name] / norm).detach().requires_grad_()
        for name, one in weights.items()
    }
    found = loss(moved)
    return found.item(), dict(zip(weights, torch.autograd.grad(found, [*moved.values()]), strict=True))


def close(found: Tensors, expected: Tensors) -> None:
    assert set(found) == set(expected)
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, expected[name], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("adaptive", [False, True])
def test_it_is_the_method_of_the_paper(model: Any, context: MethodContext, batches: Any, adaptive: bool) -> None:
    expected, expected_gradients = reference(model, batches[0], adaptive=adaptive)
    loss = wrapped(context, adaptive=adaptive)(model, batches[0])
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert loss.item() > TwoLabels().loss(model, batches[0]).item()
    close(gradients(model), expected_gradients)


def test_the_scale_of_the_engine_does_not_change_the_shift() -> None:
    weights = {"a.weight": torch.tensor([[3.0, 0.0], [0.0, 4.0]]), "a.bias": torch.tensor([2.0])}
    slope = {"a.weight": torch.tensor([[0.0, 3.0], [4.0, 0.0]]), "a.bias": torch.tensor([12.0])}
    for factor in (1e-6, 1.0, 1e6):
        found = shift(weights, {name: factor * one for name, one in slope.items()}, rho=1.3, adaptive=False)
        torch.testing.assert_close(found, {name: one / 10 for name, one in slope.items()})
    adaptive = shift(weights, slope, rho=1.3, adaptive=True)
    assert adaptive["a.bias"].item() == pytest.approx(1.3, abs=1e-4)  # the weights at the slope's places are 0


def test_rescaled_layers_are_shifted_alike() -> None:
    """The point of ASAM: halving one layer and doubling the next is the same function, and the same shift."""
    weights = {"one.weight": torch.full((3, 3), 20.0), "two.weight": torch.full((3, 3), -30.0)}
    slope = {"one.weight": torch.rand(3, 3), "two.weight": torch.rand(3, 3)}
    factor = {"one.weight": 0.5, "two.weight": 2.0}
    plain = shift(weights, slope, rho=0.5, adaptive=True)
    rescaled = shift(
        {name: factor[name] * one for name, one in weights.items()},
        {name: one / factor[name] for name, one in slope.items()},
        rho=0.5,
        adaptive=True,
    )
    for name, by in plain.items():
        torch.testing.assert_close(rescaled[name], factor[name] * by, rtol=5e-3, atol=0.0)


def test_weights_are_put_back_and_gradients_add_up(model: Any, context: MethodContext, batches: Any) -> None:
    before = {name: one.detach().clone() for name, one in model.named_parameters()}
    expected = [reference(model, batch, adaptive=False)[1] for batch in batches]
    loss = wrapped(context)
    for batch in batches:
        loss(model, batch)
    assert all(one.equal(before[name]) for name, one in model.named_parameters())
    close(gradients(model), {name: one + expected[1][name] for name, one in expected[0].items()})


@pytest.mark.parametrize("at", [1, 2])
def test_a_pass_that_fails_leaves_all_as_it_was(model: Any, context: MethodContext, batches: Any, at: int) -> None:
    calls = []

    def failing(model: Any, batch: Any) -> torch.Tensor:
        calls.append(model.classifier.weight.detach().clone())
        if len(calls) == at:
            raise ValueError("in the middle")
        return TwoLabels().loss(model, batch)

    wrapped(context)(model, batches[0])
    before, added = {name: one.detach().clone() for name, one in model.named_parameters()}, gradients(model)
    with pytest.raises(ValueError, match="in the middle"):
        SharpnessAware().wrap_loss(failing, context)(model, batches[0])
    assert at == 1 or not calls[0].equal(calls[1]), "the second pass sees other weights"
    assert all(one.equal(before[name]) for name, one in model.named_parameters())
    assert all(one.equal(added[name]) for name, one in gradients(model).items())


def test_both_passes_draw_the_same_dropout(model: Any, context: MethodContext, batches: Any) -> None:
    seen = []

    def watched(model: Any, batch: Any) -> torch.Tensor:
        seen.append(TwoLabels().loss(model, batch))
        return seen[-1]

    method = SharpnessAware(SharpnessAware.Config(rho=1e-9))
    model.train()
    torch.manual_seed(5)
    method.wrap_loss(watched, context)(model, batches[0])
    after = torch.rand(1)
    assert seen[0].item() == pytest.approx(seen[1].item(), rel=1e-6)
    torch.manual_seed(5)
    assert TwoLabels().loss(model, batches[0]).item() == pytest.approx(seen[1].item(), rel=1e-6)
    assert after.equal(torch.rand(1)), "it uses as much randomness as a plain step"
    assert seen[0].item() != pytest.approx(TwoLabels().loss(model, batches[0]).item(), rel=1e-6)


def test_autocast_sees_the_moved_weights(model: Any, context: MethodContext, batches: Any) -> None:
    """Autocast keeps the weights in bfloat16; the second pass must not take those of the first."""
    context = replace(context, backpropagate=Step().backward)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        plain = TwoLabels().loss(model, batches[0])
        near = wrapped(context, rho=1e-9)(model, batches[0])
        far = wrapped(context, rho=1.0)(model, batches[0])
        again = TwoLabels().loss(model, batches[0])
    rise = wrapped(context, rho=1.0)(model, batches[0]).item() - TwoLabels().loss(model, batches[0]).item()
    assert near.item() == again.item() == plain.item()
    assert far.item() - plain.item() > rise / 2  # the gradient in bfloat16 points elsewhere by some degrees


def test_frozen_weights_stay_and_do_not_count(model: Any, context: MethodContext, batches: Any) -> None:
    model.bert.requires_grad_(False)
    expected, expected_gradients = reference(model, batches[0], adaptive=False)
    assert wrapped(context)(model, batches[0]).item() == pytest.approx(expected, rel=1e-5)
    close(gradients(model), expected_gradients)


def test_it_measures_nothing_but_the_plain_loss(model: Any, context: MethodContext, batches: Any) -> None:
    with torch.no_grad():
        found = wrapped(context)(model, batches[0])
    assert found.item() == TwoLabels().loss(model, batches[0]).item()
    assert not gradients(model)


def test_where_the_loss_is_flat_nothing_moves(model: Any, context: MethodContext, batches: Any) -> None:
    loss = SharpnessAware().wrap_loss(lambda model, batch: 0.0 * TwoLabels().loss(model, batch), context)
    assert loss(model, batches[0]).item() == 0.0
    assert all((one == 0).all() for one in gradients(model).values())


def test_a_gradient_that_is_not_finite_is_said(model: Any, context: MethodContext, batches: Any) -> None:
    before = model.classifier.weight.detach().clone()
    loss = SharpnessAware().wrap_loss(lambda model, batch: TwoLabels().loss(model, batch) * float("inf"), context)
    with pytest.raises(StageError, match=r"sharpness-aware: the gradient is (nan|inf) before the weights are moved"):
        loss(model, batches[0])
    assert model.classifier.weight.equal(before)


def test_it_goes_around_a_method_that_goes_backward_itself(model: Any, context: MethodContext, batches: Any) -> None:
    """Such a method has added one third of its loss before it returns the others."""

    def inner(model: Any, batch: Any) -> torch.Tensor:
        part = TwoLabels().loss(model, batch)
        context.backward(part)
        return part.detach() + 2 * TwoLabels().loss(model, batch)

    expected, expected_gradients = reference(model, batches[0], adaptive=False, scale=3.0)
    found = SharpnessAware(SharpnessAware.Config(rho=RHO)).wrap_loss(inner, context)(model, batches[0])
    assert found.item() == pytest.approx(expected, rel=1e-5)
    close(gradients(model), expected_gradients)


def methods(*names: str) -> list[Use]:
    return [Use(AdaptationMethod.kind, name) for name in names]


@pytest.mark.parametrize("other", ["adversarial", "lexical-substitution", "sharpness-aware"])
def test_it_refuses_what_goes_backward_within_a_step(other: str) -> None:
    reason = f"it and {other} both take gradients of their own within a step"
    assert SharpnessAware().conflicts(methods("partial-layers", other)) == reason


def test_it_stands_beside_others() -> None:
    assert SharpnessAware().conflicts(methods("partial-layers", "continued-pretraining", "lora")) is None


def test_the_papers_values_hold_where_none_are_given(model: Any, context: MethodContext, batches: Any) -> None:
    for adaptive, rho in ((False, 0.05), (True, 0.5)):
        expected = wrapped(context, rho=rho, adaptive=adaptive)(model, batches[0])
        assert wrapped(context, rho=None, adaptive=adaptive)(model, batches[0]).equal(expected)


def train(
    tiny: LocalModel, acting: list[AdaptationMethod], context: MethodContext, directory: Path, **given: Any
) -> Any:
    settings = {"max_steps": 1, "save_strategy": "no", "max_grad_norm": 0.0, "speed": "plain", **given}
    engine = TrainingEngine(
        tokenizer=context.tokenizer,
        settings=TrainingSettings.model_validate(settings),
        optimizer=Sgd(Sgd.Config(learning_rate=0.1, momentum=0.0, warmup_ratio=0.0, schedule="constant")),
        methods=[(one, context) for one in acting],
        directory=directory,
        seed=1,
        log=lambda metrics: None,
    )
    model: Any = build_classifier(tiny.path)
    if given.get("gradient_accumulation_steps"):
        model.config.hidden_dropout_prob = 0.0
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
    engine.train(TwoLabels(), model, Dataset.from_list(rows(8)))
    return engine.trained


def test_with_accumulation_each_batch_moves_the_weights_itself(
    tiny: LocalModel, model: Any, context: MethodContext, tmp_path: Path
) -> None:
    method = SharpnessAware(SharpnessAware.Config(rho=RHO))
    halves = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 2}
    trained = train(tiny, [method], context, tmp_path, **halves)
    batches = drawn(tiny, tmp_path, context, **halves)
    found = [reference(model, batch, adaptive=False)[1] for batch in batches]
    for name, weight in model.named_parameters():
        expected = weight.detach() - 0.1 * (found[0][name] + found[1][name]) / 8
        torch.testing.assert_close(trained.get_parameter(name).detach().cpu(), expected, rtol=1e-4, atol=1e-5)


def drawn(tiny: LocalModel, directory: Path, context: MethodContext, **settings: Any) -> list[Tensors]:
    """Return the batches that the engine draws."""
    seen: list[Tensors] = []

    class Watch(AdaptationMethod):
        """Looks on."""

        def wrap_loss(self, loss: Callable[..., Any], stage: MethodContext) -> Any:
            def watched(model: Any, batch: Tensors) -> torch.Tensor:
                seen.append({name: one.cpu() for name, one in batch.items()})
                return loss(model, batch)

            return watched

    train(tiny, [Watch()], context, directory / "watched", **settings)
    return seen


def test_a_broken_training_goes_on_to_the_same_weights(
    tiny: LocalModel, context: MethodContext, tmp_path: Path
) -> None:
    settings = {"max_steps": 5, "per_device_train_batch_size": 4, "save_strategy": "steps", "save_steps": 2}
    method = SharpnessAware()
    unbroken = train(tiny, [method], context, tmp_path / "unbroken", **settings)
    plain = train(tiny, [], context, tmp_path / "plain", **settings)
    with broken_off(3):
        train(tiny, [method], context, tmp_path / "broken", **settings)
    resumed = train(tiny, [method], context, tmp_path / "broken", **settings)
    assert all(one.equal(resumed.get_parameter(name)) for name, one in unbroken.named_parameters())
    assert not unbroken.classifier.weight.equal(plain.classifier.weight)
