"""R-Drop: two dropout masks are to give one answer."""

from __future__ import annotations

import logging
from functools import lru_cache

import torch

from metier_adversarial._passes import Passes

logger = logging.getLogger("metier")


def r_drop(passes: Passes, *, weight: float) -> torch.Tensor:
    """Return `L_1 + L_2 + weight / 2 · (KL(p_1 ‖ p_2) + KL(p_2 ‖ p_1))` of two passes with dropout masks of their own.

    Liang et al. 2021 (arXiv 2106.14448), equation 4. 2 plain steps. A model without dropout (Llama and its like as they
    come) gives the same answers twice, which is said once.
    """
    first, one = passes.answers()
    second, other = passes.answers(same_masks=False)
    if passes.stage.progress().step == 0 and one.logits.equal(other.logits):
        _say_once("r-drop: two passes give the same answers, for the model has no dropout; it only doubles the work")
    return first + second + weight / 2 * one.symmetric_divergence(other)


@lru_cache
def _say_once(message: str) -> None:
    logger.warning(message)
