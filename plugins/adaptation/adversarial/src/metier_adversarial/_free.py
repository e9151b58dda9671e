"""Training on every perturbation on the way up: FreeAT and FreeLB, whose ascent steps train the weights as well."""

from __future__ import annotations

import torch

from metier_adversarial import _perturbation
from metier_adversarial._passes import Passes
from metier_adversarial._perturbation import Start


def free_large_batch(passes: Passes, *, epsilon: float, steps: int, step_size: float) -> torch.Tensor:
    """Return the mean of `L(x + r_t)` over `steps`, `r_0` random in the ball of radius `epsilon`.

    FreeLB, Zhu et al. 2020 (arXiv 1909.11764), algorithm 1: each pass gives a `1 / steps` share of the weights'
    gradient, and the perturbation's next step. `steps` plain steps.
    """
    start = _perturbation.uniform(epsilon, passes.generator)
    return _mean_on_the_way(passes, start=start, epsilon=epsilon, steps=steps, step_size=step_size)


def free(passes: Passes, *, epsilon: float, steps: int) -> torch.Tensor:
    """Return the mean of `L(x + r_t)` over `steps` replays of a batch, `r_0 = 0`, each step as long as `epsilon`.

    FreeAT, Shafahi et al. 2019 (arXiv 1904.12843), algorithm 1, in one optimizer step a batch: the paper takes one at
    each replay, so `steps` times as many on the same passes. Nor does `r` go on from the batch before, whose texts
    had other lengths. `steps` plain steps.
    """
    return _mean_on_the_way(passes, start=_perturbation.zero, epsilon=epsilon, steps=steps, step_size=epsilon)


def _mean_on_the_way(passes: Passes, *, start: Start, epsilon: float, steps: int, step_size: float) -> torch.Tensor:
    perturbation = passes.perturbation(start)
    total = torch.zeros((), device=passes.device)
    for _ in range(steps - 1):
        share = passes.loss(perturbation) / steps
        passes.stage.backward(share)
        perturbation.climb(step_size=step_size, epsilon=epsilon)
        total = total + share.detach()
    perturbation.hold()  # the last gradient would find a perturbation that nothing trains on
    return total + passes.loss(perturbation) / steps
