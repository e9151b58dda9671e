"""Virtual adversarial training: answers are to change little where they change most, whatever the label."""

from __future__ import annotations

import torch

from metier_adversarial import _perturbation
from metier_adversarial._passes import Passes


def virtual_adversarial(
    passes: Passes, *, epsilon: float, steps: int, start_size: float, weight: float
) -> torch.Tensor:
    """Return `L(x) + weight · KL(p(x) ‖ p(x + r))`, `p(x)` held constant, `r` as long as `epsilon`.

    Miyato et al. 2018 (arXiv 1704.03976), equations 5 to 8 and algorithm 1: `r` points where the KL grows fastest,
    found by `steps` power iterations from a random direction; `start_size` is the paper's ξ, at which the KL's
    gradient stands for the product of its Hessian and the direction. `2 + 2/3 · steps` plain steps.
    """
    plain, answers = passes.answers()
    passes.stage.backward(plain)
    answers = answers.detach()
    perturbation = passes.perturbation(_perturbation.random_direction(start_size, passes.generator))
    for left in reversed(range(steps)):
        _, moved = passes.answers(perturbation)
        perturbation.backward(answers.divergence(moved))
        perturbation.turn(start_size if left else epsilon)
    perturbation.hold()
    _, moved = passes.answers(perturbation)
    return plain.detach() + weight * answers.divergence(moved)
