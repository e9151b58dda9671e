"""Each optimizer's steps against its paper's equations, written down again in a few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from metier.components import OptimizerFactory
from metier_pytorch_optimizer import _muon
from metier_pytorch_optimizer.adan import Adan
from metier_pytorch_optimizer.came import Came
from metier_pytorch_optimizer.galore_adamw import GaloreAdamW
from metier_pytorch_optimizer.lion import Lion
from metier_pytorch_optimizer.muon import Muon

RATE, DECAY, STEPS = 0.1, 0.3, 7
SHAPE = (6, 4)
Reference = Callable[[torch.Tensor, list[torch.Tensor]], torch.Tensor]


def random(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def gradients(shape: tuple[int, ...], *, seed: int) -> list[torch.Tensor]:
    return [random(*shape, seed=100 * seed + step) for step in range(STEPS)]


def stepped(factory: OptimizerFactory, weights: list[torch.Tensor], given: list[list[torch.Tensor]]) -> list[Any]:
    """Return the weights after a step for each of the gradients given for them."""
    parameters = [torch.nn.Parameter(one.clone()) for one in weights]
    optimizer = factory.build([{"params": parameters, "lr": RATE, "weight_decay": DECAY}])
    for now in zip(*given, strict=True):
        for parameter, gradient in zip(parameters, now, strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
    return [parameter.detach() for parameter in parameters]


def made(component: type[OptimizerFactory], **options: Any) -> OptimizerFactory:
    return component(component.Config.model_validate(options))


def lion(weight: torch.Tensor, given: list[torch.Tensor]) -> torch.Tensor:
    """Chen et al. 2023 (arXiv 2302.06675), algorithm 2."""
    mean = torch.zeros_like(weight)
    for gradient in given:
        update = (0.9 * mean + 0.1 * gradient).sign()
        weight = weight - RATE * (update + DECAY * weight)
        mean = 0.99 * mean + 0.01 * gradient
    return weight


def adan(weight: torch.Tensor, given: list[torch.Tensor]) -> torch.Tensor:
    """Xie et al. 2022 (arXiv 2208.06677), algorithm 1, its means corrected for their start as in the authors' code."""
    first, second, third = 0.02, 0.08, 0.01
    mean = difference = squares = torch.zeros_like(weight)
    before = given[0]
    for step, gradient in enumerate(given, 1):
        change = gradient - before
        mean = (1 - first) * mean + first * gradient
        difference = (1 - second) * difference + second * change
        squares = (1 - third) * squares + third * (gradient + (1 - second) * change) ** 2
        ahead = mean / (1 - (1 - first) ** step) + (1 - second) * difference / (1 - (1 - second) ** step)
        size = (squares / (1 - (1 - third) ** step)).sqrt() + 1e-8
        weight = (weight - RATE * ahead / size) / (1 + DECAY * RATE)
        before = gradient
    return weight


def came(weight: torch.Tensor, given: list[torch.Tensor]) -> torch.Tensor:
    """Luo et al. 2023 (arXiv 2307.02047), algorithm 2; a vector's squares are kept whole."""
    rows, columns, far_rows, far_columns, mean, squares = 0.0, 0.0, 0.0, 0.0, torch.zeros_like(weight), 0.0
    for gradient in given:
        square = gradient**2 + 1e-30
        if weight.ndim == 2:
            rows = 0.999 * rows + 0.001 * square.mean(1, keepdim=True)
            columns = 0.999 * columns + 0.001 * square.mean(0, keepdim=True)
            update = gradient / (rows * columns / rows.mean()).sqrt()  # type: ignore[attr-defined]
        else:
            squares = 0.999 * squares + 0.001 * square
            update = gradient / squares.sqrt()  # type: ignore[attr-defined]
        update = update / max(1.0, update.square().mean().sqrt().item())
        mean = 0.9 * mean + 0.1 * update
        weight = weight - RATE * DECAY * weight
        if weight.ndim == 2:
            far = (update - mean) ** 2 + 1e-16
            far_rows = 0.9999 * far_rows + 0.0001 * far.mean(1, keepdim=True)
            far_columns = 0.9999 * far_columns + 0.0001 * far.mean(0, keepdim=True)
            weight = weight - RATE * mean / (far_rows * far_columns / far_rows.mean()).sqrt()  # type: ignore[attr-defined]
        else:
            weight = weight - RATE * mean
    return weight


@pytest.mark.parametrize("shape", [SHAPE, (5,)])
@pytest.mark.parametrize(("component", "reference"), [(Lion, lion), (Adan, adan), (Came, came)])
def test_it_takes_the_steps_of_its_paper(
    component: type[OptimizerFactory], reference: Reference, shape: tuple[int, ...]
) -> None:
    weight, given = random(*shape, seed=1), gradients(shape, seed=2)
    (found,) = stepped(made(component), [weight], [given])
    torch.testing.assert_close(found, reference(weight, given), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("component", [Lion, Adan])
def test_a_row_without_gradient_only_decays(component: type[OptimizerFactory]) -> None:
    """By the same factor, whatever the other rows do: `rows_apart` says so."""
    assert component.rows_apart
    weight, given = random(6, 4, seed=1), gradients((6, 4), seed=2)
    for gradient in given:
        gradient[2:4] = 0.0
    (whole,) = stepped(made(component), [weight], [given])
    (alone,) = stepped(made(component), [torch.ones(1, 1)], [[torch.zeros(1, 1)] * STEPS])
    torch.testing.assert_close(whole[2:4], weight[2:4] * alone)
    (fewer,) = stepped(made(component), [weight[:3]], [[gradient[:3] for gradient in given]])
    assert fewer.equal(whole[:3])
    assert 0 < alone.item() < 1


def adamw(
    weight: torch.Tensor, given: list[torch.Tensor], betas: tuple[float, float], epsilon: float = 1e-8
) -> Iterator[torch.Tensor]:
    """Yield Adam's update at each step, the learning rate and the decay left out."""
    mean = squares = torch.zeros_like(weight)
    for step, gradient in enumerate(given, 1):
        mean = betas[0] * mean + (1 - betas[0]) * gradient
        squares = betas[1] * squares + (1 - betas[1]) * gradient**2
        yield mean / (1 - betas[0] ** step) / ((squares / (1 - betas[1] ** step)).sqrt() + epsilon)


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Return the polynomial of Jordan et al. 2024 applied five times to the singular values, by decomposition."""
    left, values, right = torch.linalg.svd(matrix / matrix.norm(), full_matrices=False)
    for _ in range(5):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    return left @ values.diag() @ right


@pytest.mark.parametrize("shape", [(6, 4), (4, 6)])
@pytest.mark.parametrize("in_hardware", [True, False])
def test_muon_orthogonalises_hidden_matrices(
    shape: tuple[int, int], in_hardware: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bfloat16 where the processor multiplies it, in float32 elsewhere."""
    monkeypatch.setattr(_muon, "supports_bf16", lambda device: in_hardware)
    weights = [random(*shape, seed=seed) for seed in range(3)]
    given = [gradients(shape, seed=seed + 1) for seed in range(3)]
    found = stepped(made(Muon), weights, given)
    for weight, those, after in zip(weights, given, found, strict=True):
        mean = torch.zeros(shape)
        for gradient in those:
            mean = 0.95 * mean + gradient
            update = orthogonal(gradient + 0.95 * mean)
            weight = weight - RATE * (0.2 * 6**0.5 * update + DECAY * weight)
        off = (after - weight).abs().max().item()
        assert 1e-4 < off < 0.02 if in_hardware else off < 1e-4


def test_muon_takes_matrices_either_way_round_together() -> None:
    weights = [random(6, 4, seed=1), random(4, 6, seed=2), random(6, 4, seed=3)]
    given = [gradients(tuple(one.shape), seed=seed) for seed, one in enumerate(weights)]
    turned = stepped(made(Muon), [one.T for one in weights], [[one.T for one in those] for those in given])
    for one, other in zip(stepped(made(Muon), weights, given), turned, strict=True):
        torch.testing.assert_close(one, other.T, rtol=1e-3, atol=1e-3)


def test_muon_moves_all_directions_alike() -> None:
    """However unlike the singular values of the gradient are, those of the update are near 1."""
    left, _, right = torch.linalg.svd(random(8, 8, seed=1))
    gradient = left @ torch.tensor([1.0, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05]).diag() @ right
    weights = [torch.zeros(8, 8)] * 3
    moved = stepped(made(Muon), weights, [[gradient]] * 3)[0] / (-RATE * 0.2 * 8**0.5)
    values = torch.linalg.svdvals(moved)
    assert values.min() > 0.6
    assert values.max() < 1.3
    assert torch.linalg.svdvals(left.T @ moved @ right.T - torch.eye(8)).max() < 0.4  # along the gradient's own


def test_muon_leaves_the_others_to_adamw() -> None:
    weights = [*(random(6, 4, seed=seed) for seed in range(3)), random(9, 4, seed=8), random(5, seed=9)]
    given = [gradients(tuple(one.shape), seed=seed + 1) for seed, one in enumerate(weights)]
    found = stepped(made(Muon), weights, given)
    for weight, those, after in list(zip(weights, given, found, strict=True))[3:]:
        for update in adamw(weight, those, (0.9, 0.95)):
            weight = weight - RATE * (update + DECAY * weight)
        torch.testing.assert_close(after, weight, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(8, 5), (5, 8)])
def test_galore_is_adam_in_the_gradients_main_directions(shape: tuple[int, int]) -> None:
    """Zhao et al. 2024 (arXiv 2403.03507), algorithm 2: the longer side is kept, the shorter one projected."""
    weights = [random(*shape, seed=seed) for seed in range(3)]
    given = [gradients(shape, seed=seed + 1) for seed in range(3)]
    found = stepped(made(GaloreAdamW, rank=2, update_interval=3, scale=0.5), weights, given)
    for weight, those, after in zip(weights, given, found, strict=True):
        mean = squares = torch.zeros(())
        for step, gradient in enumerate(those, 1):
            wide = gradient if shape[0] <= shape[1] else gradient.T
            if step == 1 or step % 3 == 0:
                # Signs are arbitrary, and moments of other directions stay: decompose the same matrix as the library.
                left, _, right = torch.linalg.svd(gradient, full_matrices=False)
                directions = left[:, :2] if shape[0] <= shape[1] else right[:2].T
            projected = directions.T @ wide
            mean = 0.9 * mean + 0.1 * projected
            squares = 0.999 * squares + 0.001 * projected**2
            rate = RATE * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
            back = 0.5 * directions @ (mean / (squares.sqrt() + 1e-6))
            weight = (weight - rate * (back if shape[0] <= shape[1] else back.T)) * (1 - RATE * DECAY)
        torch.testing.assert_close(after, weight, rtol=1e-4, atol=1e-4)


def test_galore_keeps_little_of_hidden_matrices() -> None:
    parameters = [torch.nn.Parameter(random(64, 32, seed=seed)) for seed in range(3)]
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    optimizer = made(GaloreAdamW).build([{"params": parameters, "lr": RATE, "weight_decay": 0.0}])
    optimizer.step()
    kept = optimizer.state_dict()["state"][0]
    assert {name: tuple(value.shape) for name, value in kept.items() if isinstance(value, torch.Tensor)} == {
        "exp_avg": (64, 4),
        "exp_avg_sq": (64, 4),
        "directions": (4, 32),
    }
