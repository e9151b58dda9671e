"""What the built-in optimizers promise beyond their contract."""

from __future__ import annotations

import torch

from metier.builtin.optimizers.adamw import AdamW


def test_adamw_is_fused_and_has_its_options() -> None:
    groups = [{"params": [torch.nn.Parameter(torch.ones(2))], "lr": 0.1, "weight_decay": 0.0}]
    made = AdamW(AdamW.Config.model_validate({"beta2": 0.98, "epsilon": 1e-6})).build(groups)
    assert made.defaults["fused"] is True
    assert made.param_groups[0]["betas"] == (0.9, 0.98)
    assert made.param_groups[0]["eps"] == 1e-6
