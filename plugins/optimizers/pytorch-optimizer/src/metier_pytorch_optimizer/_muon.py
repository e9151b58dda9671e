"""Muon that computes in bfloat16 only where the processor does: emulated, a step takes twenty times as long."""

from __future__ import annotations

from typing import Any

import torch
from pytorch_optimizer import Muon
from pytorch_optimizer.optimizer.utils.matrix import zero_power_via_newton_schulz_5

from metier.training.precision import supports_bf16


class PreciseMuon(Muon):
    """The library's Muon, which iterates in bfloat16 everywhere; this one in float32 where that is faster."""

    @staticmethod
    def _orthogonalize(group: dict[str, Any], updates: list[torch.Tensor]) -> list[torch.Tensor]:
        """Return the updates, all of one shape either way round, with singular values near 1."""
        tall = [update.size(0) > update.size(1) for update in updates]
        wide = torch.stack([update.mT if turned else update for update, turned in zip(updates, tall, strict=True)])
        dtype = torch.bfloat16 if supports_bf16(wide.device) else torch.float32
        found = zero_power_via_newton_schulz_5(
            wide, num_steps=group["ns_steps"], weights=group["ns_coeffs"], dtype=dtype
        )
        return [one.mT if turned else one for one, turned in zip(found.unbind(), tall, strict=True)]
