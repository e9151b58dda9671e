"""Learning-rate schedules: the factor that multiplies the peak learning rate, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from metier.components import ScheduleName

DECAY_SHARE = 0.2
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
    return math.ceil(ratio * total)


def build_scheduler(
    optimizer: torch.optim.Optimizer, name: ScheduleName, *, warmup_ratio: float, total: int
) -> torch.optim.lr_scheduler.LambdaLR:
    """Return the scheduler that multiplies every group's own learning rate by the factor of the step."""
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, schedule(name, warmup=warmup_steps(warmup_ratio, total), total=total))


def _progress(step: int, warmup: int, total: int) -> float:
    return min(1.0, (step - warmup) / max(1, total - warmup))


def _linear(step: int, warmup: int, total: int) -> float:
    return 1.0 - _progress(step, warmup, total)


def _cosine(step: int, warmup: int, total: int) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * _progress(step, warmup, total)))


def _constant(step: int, warmup: int, total: int) -> float:
    return 1.0


def _warmup_stable_decay(step: int, warmup: int, total: int) -> float:
    decay = max(1, math.ceil(DECAY_SHARE * total))
    return min(1.0, max(0.0, (total - step) / decay))


def _inverse_sqrt(step: int, warmup: int, total: int) -> float:
    scale = max(1, warmup)
    return math.sqrt(scale / max(scale, step))


_FALLS: dict[ScheduleName, Callable[[int, int, int], float]] = {
    "linear": _linear,
    "cosine": _cosine,
    "constant": _constant,
    "wsd": _warmup_stable_decay,
    "inverse-sqrt": _inverse_sqrt,
}
