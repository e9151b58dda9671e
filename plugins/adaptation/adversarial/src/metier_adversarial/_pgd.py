"""Training on the worst perturbation that an ascent finds: the fast gradient method, and projected gradient descent."""

from __future__ import annotations

from typing import Literal

import torch

from metier_adversarial import _perturbation
from metier_adversarial._passes import Passes


def fast_gradient(passes: Passes, *, epsilon: float, weight: float) -> torch.Tensor:
    """Return `L(x) + weight · L(x + r)` with `r = epsilon · g / ‖g‖`, `g` the gradient of `L` at the embeddings.

    Miyato, Dai & Goodfellow 2017 (arXiv 1605.07725), equations 3 and 5. One ascent step from the text itself, whose
    gradient comes with that of the plain loss: 2 plain steps.
    """
    return projected_gradient(
        passes, epsilon=epsilon, steps=1, step_size=epsilon, start="zero", clean=True, weight=weight
    )


def projected_gradient(
    passes: Passes,
    *,
    epsilon: float,
    steps: int,
    step_size: float,
    start: Literal["zero", "random"],
    clean: bool,
    weight: float,
) -> torch.Tensor:
    """Return `weight · L(x + r)`, and `L(x)` with it where `clean`; `r` after `steps` of `step_size` within `epsilon`.

    Madry et al. 2018 (arXiv 1706.06083), equation 2.1, with Euclidean balls. A pure ascent pass computes no gradient
    of a parameter: 2/3 of a plain step. The plain loss, where it counts and the ascent starts from the text itself,
    gives the first step's gradient as well.
    """
    start_at = _perturbation.zero if start == "zero" else _perturbation.uniform(epsilon, passes.generator)
    perturbation = passes.perturbation(start_at)
    plain = torch.zeros((), device=passes.device)
    ascents = steps
    if clean and start == "zero":
        plain = passes.loss(perturbation)
        passes.stage.backward(plain)
        perturbation.climb(step_size=step_size, epsilon=epsilon)
        ascents -= 1
    elif clean:
        plain = passes.loss()
        passes.stage.backward(plain)
    for _ in range(ascents):
        perturbation.backward(passes.loss(perturbation))
        perturbation.climb(step_size=step_size, epsilon=epsilon)
    perturbation.hold()
    return plain.detach() + weight * passes.loss(perturbation)
