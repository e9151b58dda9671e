"""NEFTune: noise on the word embeddings while training."""

from __future__ import annotations

import torch

from metier_adversarial import _perturbation
from metier_adversarial._passes import Passes


def noisy_embeddings(passes: Passes, *, alpha: float) -> torch.Tensor:
    """Return `L(x + r)`, each number of `r` uniform in ±`alpha` / sqrt(words · size).

    Jain et al. 2024 (arXiv 2310.05914), algorithm 1. 1 plain step.
    """
    noise = passes.perturbation(_perturbation.uniform(alpha, passes.generator))
    noise.hold()
    return passes.loss(noise)
