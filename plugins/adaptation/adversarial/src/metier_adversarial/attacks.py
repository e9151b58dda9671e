"""What each attack of `adversarial` takes, with its defaults; nothing here imports anything heavy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

AttackName: TypeAlias = Literal["fgm", "pgd", "free", "freelb", "smart", "vat", "r-drop", "neftune"]
Option: TypeAlias = float | int | bool | str

DEFAULTS: Mapping[str, Mapping[str, Option]] = {
    "fgm": {"epsilon": 0.1, "weight": 1.0},
    "pgd": {"epsilon": 0.1, "steps": 3, "step_size": 0.03, "start": "zero", "clean": False, "weight": 1.0},
    "free": {"epsilon": 0.6, "steps": 3},
    "freelb": {"epsilon": 0.6, "steps": 3, "step_size": 0.1},
    "smart": {
        "epsilon": 0.1,
        "steps": 1,
        "step_size": 0.1,
        "start_size": 0.01,
        "weight": 1.0,
        "proximal": True,
        "proximal_weight": 1.0,
        "momentum": 0.99,
    },
    "vat": {"epsilon": 0.1, "steps": 1, "start_size": 0.01, "weight": 1.0},
    "r-drop": {"weight": 1.0},
    "neftune": {"alpha": 5.0},
}
"""Attack to its options; one that is not here is not the attack's."""

COMPARING = frozenset({"smart", "vat", "r-drop"})
"""Attacks that compare what the model answers, and so need its logits."""
