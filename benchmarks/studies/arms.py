"""The studies: which methods stand side by side, on which material."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Arm = Mapping[str, Any]
"""The keys of a recipe in which an arm differs from plain fine-tuning."""
DOMAIN = {"use": "continued-pretraining", "corpus": "domain", "epochs": 1}
TASK = {"use": "continued-pretraining", "corpus": "task", "epochs": 3, "grouping": "lines"}


@dataclass(frozen=True)
class Study:
    """Arms that are each compared with plain fine-tuning on the same rows and seeds."""

    title: str
    materials: Sequence[str]
    arms: Mapping[str, Arm]
    splits: Mapping[str, str] = field(default_factory=lambda: {"test": ""})
    """Test splits to what they add to a column's heading."""
    common: Arm = field(default_factory=dict)
    """Keys that every arm has, plain fine-tuning too."""
    timed: bool = False
    """Whether the table has times: such a study must have its processor cores for itself."""


def _attack(name: str, **options: float) -> Arm:
    return {"adapt": [{"use": "adversarial", "attack": name, **options}]}


STUDIES = {
    "pretraining": Study(
        "Continued pretraining",
        ("chemprot", "acl-arc", "phrasebank", "scientsbank"),
        {
            "DAPT": {"adapt": [DOMAIN]},
            "TAPT": {"adapt": [TASK]},
            "DAPT + TAPT": {"adapt": [DOMAIN, TASK]},
        },
    ),
    "adversarial": Study(
        "Adversarial training",
        ("phrasebank",),
        {
            "FGM, length 0.1": _attack("fgm", epsilon=0.1),
            "FGM, length 1": _attack("fgm", epsilon=1.0),
            "PGD-3, length 0.1": _attack("pgd", epsilon=0.1, step_size=0.03),
            "PGD-3, length 1": _attack("pgd", epsilon=1.0, step_size=0.3),
            "FreeLB-3, length 0.6": _attack("freelb", epsilon=0.6, step_size=0.1),
            "SMART, length 0.1": _attack("smart", epsilon=0.1, step_size=0.1, start_size=0.01),
            "SMART, length 1": _attack("smart", epsilon=1.0, step_size=1.0, start_size=0.1),
            "lexicon (HotFlip)": {"adapt": [{"use": "lexical-substitution"}]},
        },
        splits={"test": "clean", "test-typos": "typos", "test-casing": "casing", "test-synonyms": "held-out synonyms"},
        common={"improve": ["robustness"]},
    ),
    "parameters": Study(
        "Training fewer parameters",
        ("phrasebank",),
        {
            "top 2 of 6 layers": {"adapt": [{"use": "partial-layers", "train": "top-2", "cache": "off"}]},
            "top 2 of 6 layers, trunk cached": {"adapt": [{"use": "partial-layers", "train": "top-2", "cache": "on"}]},
            "biases (BitFit), rate x 10": {
                "adapt": [{"use": "partial-layers", "train": "biases"}],
                "optimizer": {"learning_rate": 2e-3},
            },
            "LoRA, rank 8, rate x 5": {"adapt": [{"use": "lora", "rank": 8}], "optimizer": {"learning_rate": 1e-3}},
        },
        timed=True,
    ),
}
"""Name to study."""
