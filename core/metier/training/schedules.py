"""Learning-rate schedules: the factor that multiplies the peak learning rate, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from metier.components import ScheduleName

DECAY_SHARE = 0.1
"""The last share of a `wsd` training in which the learning rate falls (Hu et al. 2024, MiniCPM, arXiv 2404.06395)."""


def schedule(name: ScheduleName, *, warmup: int, total: int) -> Callable[[int], float]:
    """Return the factor at each step: it rises linearly over `warmup` steps, then falls as `name` says until `total`.

    It is never 0 before the end: no step is spent for nothing.
    """
    fall = _FALLS[name]

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / (warmup + 1)
        return fall(step, warmup, total)

    return factor


def warmup_steps(ratio: float, total: int) -> int:
    """Return the steps of warm-up: a share of all, rounded up."""
    return _share(ratio, total)


def build_scheduler(
    optimizer: torch.optim.Optimizer, name: ScheduleName, *, warmup_ratio: float, total: int
) -> torch.optim.lr_scheduler.LambdaLR:
    """Return the scheduler that multiplies every group's own learning rate by the factor of the step."""
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, schedule(name, warmup=warmup_steps(warmup_ratio, total), total=total))


def _share(ratio: float, total: int) -> int:
    """Return `ratio` of `total`, rounded up; 0.07 of 100 is 7, though their product as floats lies above it."""
    return math.ceil(round(ratio * total, 6))


def _progress(step: int, warmup: int, total: int) -> float:
    return min(1.0, (step - warmup) / max(1, total - warmup))


def _linear(step: int, warmup: int, total: int) -> float:
    return 1.0 - _progress(step, warmup, total)


def _cosine(step: int, warmup: int, total: int) -> float:
    """Loshchilov & Hutter 2017 (arXiv 1608.03983), equation 5, without restarts, down to 0."""
    return 0.5 * (1.0 + math.cos(math.pi * _progress(step, warmup, total)))


def _constant(step: int, warmup: int, total: int) -> float:
    return 1.0


def _warmup_stable_decay(step: int, warmup: int, total: int) -> float:
    """Hu et al. 2024, equation 1. It leaves open how the rate falls; here in a line to 0 (Hägele et al. 2024,
    arXiv 2405.18392). Where the warm-up reaches into the last share, the fall begins at its end."""
    decay = max(1, min(_share(DECAY_SHARE, total), total - warmup))
    return min(1.0, max(0.0, (total - step) / decay))


def _inverse_sqrt(step: int, warmup: int, total: int) -> float:
    """Vaswani et al. 2017 (arXiv 1706.03762), equation 3, with a peak of 1; steps count from 1 there, from 0 here."""
    return math.sqrt((warmup + 1) / (step + 1))


_FALLS: dict[ScheduleName, Callable[[int, int, int], float]] = {
    "linear": _linear,
    "cosine": _cosine,
    "constant": _constant,
    "wsd": _warmup_stable_decay,
    "inverse-sqrt": _inverse_sqrt,
}
