"""SMART: answers are to change little around each text, and little from those of the weights' moving average."""

from __future__ import annotations

import torch

from metier_adversarial import _average, _perturbation
from metier_adversarial._passes import Passes


def smart(
    passes: Passes,
    *,
    epsilon: float,
    steps: int,
    step_size: float,
    start_size: float,
    weight: float,
    proximal: bool,
    proximal_weight: float,
    momentum: float,
) -> torch.Tensor:
    """Return `L(x) + weight · D(p(x + r), p(x))`, and `proximal_weight · D(p(x), p'(x))` with it where `proximal`.

    Jiang et al. 2020 (arXiv 1911.03437), equations 1 and 2 and algorithm 1: `D` is the symmetric KL, or the squared
    difference of numbers; `r` makes it largest within `epsilon`, by `steps` of `step_size` from a random place at
    `start_size`; `p'` is what the moving average of the weights answers. `2 + 2/3 · steps` plain steps, and 1/3 more
    for `proximal`.
    """
    plain, answers = passes.answers()
    fixed = answers.detach()
    perturbation = passes.perturbation(_perturbation.random_direction(start_size, passes.generator))
    for _ in range(steps):
        _, moved = passes.answers(perturbation)
        perturbation.backward(fixed.symmetric_divergence(moved))
        perturbation.climb(step_size=step_size, epsilon=epsilon)
    perturbation.hold()
    _, moved = passes.answers(perturbation)
    total = plain + weight * answers.symmetric_divergence(moved)
    if not proximal:
        return total
    average = _average.of(passes.model)
    average.follow(passes.stage.progress(), momentum=momentum)
    with torch.no_grad():
        _, before = average.call(passes.answers)
    return total + proximal_weight * answers.symmetric_divergence(before)
