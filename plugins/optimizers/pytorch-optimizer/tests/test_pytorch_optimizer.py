"""The library's optimizers by name: each that is offered keeps the contract, each that is not has its reason."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from metier.errors import StageError
from metier_pytorch_optimizer.algorithms import ALGORITHMS, REFUSED
from metier_pytorch_optimizer.pytorch_optimizer import PytorchOptimizer

RATE = 0.05
TRIED = ("it gives", "it does not", "its checkpoints", "it learns")
"""How the reasons begin that the checks below can tell."""


def factory(algorithm: str, **options: Any) -> PytorchOptimizer:
    values = {"algorithm": algorithm, "learning_rate": RATE, "options": options}
    return PytorchOptimizer(PytorchOptimizer.Config.model_validate(values))


def problem(scale: float = 1.0) -> tuple[list[torch.nn.Parameter], torch.Tensor]:
    """Return weights (4, 3) and (3,), and inputs (16, 4); with scale 0 the loss has no gradient at the matrix."""
    generator = torch.Generator().manual_seed(0)
    weights = [torch.nn.Parameter(torch.randn(4, 3, generator=generator)), torch.nn.Parameter(torch.ones(3))]
    return weights, scale * torch.randn(16, 4, generator=generator)


def steps(optimizer: Any, weights: list[torch.nn.Parameter], inputs: torch.Tensor, count: int) -> list[float]:
    losses = []
    for _ in range(count):
        optimizer.zero_grad()
        loss = (inputs @ weights[0] + weights[1]).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def built(algorithm: Any, weights: list[torch.nn.Parameter], *, rates: Any = (RATE, RATE), decay: float = 0.0) -> Any:
    torch.manual_seed(1)
    groups = [
        {"params": [one], "lr": rate, "weight_decay": decay if one.ndim == 2 else 0.0}
        for one, rate in zip(weights, rates, strict=True)
    ]
    return algorithm(groups)


def faults(algorithm: Any) -> set[str]:
    """Return what an optimizer does wrong: `algorithm` builds it over groups."""
    try:
        return breaches(algorithm)
    except (ArithmeticError, pickle.UnpicklingError) as error:
        return {f"fails: {error}"}


def breaches(algorithm: Any) -> set[str]:
    found = set()
    weights, inputs = problem()
    losses = steps(built(algorithm, weights), weights, inputs, 12)
    if losses[-1] >= losses[0]:
        found.add("does not learn")
    again, _ = problem()
    if steps(built(algorithm, again), again, inputs, 12) != losses:
        found.add("does not repeat")
    still, _ = problem()
    steps(built(algorithm, still, rates=(RATE, 0.0)), still, inputs, 3)
    if not still[1].equal(torch.ones(3)):
        found.add("moves at a learning rate of 0")
    (shrunk, nothing), (kept, _) = problem(0.0), problem(0.0)
    before = kept[0].detach().clone()
    steps(built(algorithm, shrunk, decay=0.5), shrunk, nothing, 3)
    steps(built(algorithm, kept), kept, nothing, 3)
    if not shrunk[0].norm() < before.norm() or not kept[0].equal(before):
        found.add("does not decay as told")
    return found | resumption(algorithm, inputs)


def resumption(algorithm: Any, inputs: torch.Tensor) -> set[str]:
    """Return a fault unless six steps, a checkpoint and six steps are as twelve."""
    (whole, _), (broken, _) = problem(), problem()
    optimizer = built(algorithm, whole)
    steps(optimizer, whole, inputs, 12)
    first = built(algorithm, broken)
    steps(first, broken, inputs, 6)
    file, randomness = io.BytesIO(), torch.get_rng_state()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = built(algorithm, broken)
    second.load_state_dict(torch.load(file, weights_only=True))
    torch.set_rng_state(randomness)
    steps(second, broken, inputs, 6)
    same = all(one.equal(two) for one, two in zip(whole, broken, strict=True))
    return set() if same else {"does not resume"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_offered_keeps_the_contract(algorithm: str) -> None:
    assert not faults(factory(algorithm).build)


@pytest.mark.parametrize("algorithm", [name for name, reason in REFUSED.items() if reason.startswith(TRIED)])
def test_what_is_not_offered_breaks_it(algorithm: str) -> None:
    """When it fails the library has changed: offer it."""
    from pytorch_optimizer import load_optimizer

    optimizer: Any = load_optimizer(algorithm)
    assert faults(lambda groups: optimizer(groups, lr=RATE))


def test_every_optimizer_of_the_library_is_one_or_the_other() -> None:
    from pytorch_optimizer import get_supported_optimizers

    assert sorted([*ALGORITHMS, *REFUSED]) == sorted(get_supported_optimizers())


@pytest.mark.parametrize(
    ("algorithm", "said"),
    [
        ("stableadam", "the library has no optimizer 'stableadam'; the nearest is 'stableadamw'"),
        ("", "the library has no optimizer ''"),
        ("sophiah", "'sophiah' is not offered: it needs second derivatives"),
        ("lion", "'lion' is not offered: it has a component of its own"),
    ],
)
def test_another_name_is_refused_with_the_recipe(algorithm: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        PytorchOptimizer.Config.model_validate({"algorithm": algorithm, "learning_rate": RATE})


def test_a_learning_rate_must_be_given() -> None:
    with pytest.raises(ValidationError, match="learning_rate"):
        PytorchOptimizer.Config.model_validate({"algorithm": "soap"})


def test_options_are_the_librarys_own() -> None:
    weights, _ = problem()
    optimizer: Any = factory("ademamix", betas=[0.8, 0.9, 0.95], alpha=2.0).build([{"params": weights, "lr": 0.1}])
    assert optimizer.param_groups[0]["betas"] == (0.8, 0.9, 0.95)
    assert optimizer.param_groups[0]["alpha"] == 2.0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"beta": 0.9}, "ademamix has no option 'beta'\n  hint: did you mean 'betas'?"),
        ({"lr": 1.0}, "ademamix has no option 'lr'"),
        ({"maximize": True}, "ademamix has no option 'maximize'"),
        ({"kwargs": 1}, "ademamix has no option 'kwargs'"),
        ({"alpha": -1.0}, "ademamix refuses: alpha must be non-negative"),
        ({"betas": 0.9}, "ademamix refuses: "),
    ],
)
def test_options_that_it_does_not_take_are_said(options: dict[str, Any], said: str) -> None:
    weights, _ = problem()
    with pytest.raises(StageError) as caught:
        factory("ademamix", **options).build([{"params": weights, "lr": 0.1, "weight_decay": 0.0}])
    assert str(caught.value).startswith(f"optimizer.options: {said}")


def test_the_readme_names_them_all() -> None:
    text = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
    assert [name for name in ALGORITHMS if f"`{name}`" not in text] == []
