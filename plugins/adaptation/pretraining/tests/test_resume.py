"""A training that was cut short and goes on ends with the weights of an unbroken one, whatever was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.testing.models import build_model
from metier.testing.samples import TEXTS


class Cut(Exception):
    """The power fails."""


class CutAt(list[Any]):
    """A log that fails where a step is logged."""

    def __init__(self, step: int) -> None:
        self.step = step

    def append(self, entry: Any) -> None:
        """Fail at the step."""
        if entry.get("step") == self.step:
            raise Cut


@pytest.mark.parametrize(
    ("model_type", "options", "step"),
    [
        ("bert", {"anchor": "l2-sp", "replay": 0.1}, 10),
        ("gpt2", {"anchor": "ewc", "anchor_strength": 100.0}, 10),
        ("bert", {"adapters": "lora", "rank": 2, "corpus": "domain+task"}, 4),  # only the task's training logs it
    ],
)
def test_a_resumed_training_equals_an_unbroken_one(
    model_type: str, options: dict[str, Any], step: int, pretrain: Callable[..., Any], tmp_path: Path
) -> None:
    local = build_model(model_type, tmp_path / "tiny")
    general = tmp_path / "general.txt"
    general.write_text("\n".join(f"the {text}" for text in TEXTS * 2), encoding="utf-8")
    train = Dataset.from_list([{"id": str(i), "text": f"{text} again"} for i, text in enumerate(TEXTS * 20)])
    given = {**options, "general": str(general), "epochs": 2, "per_device_train_batch_size": 16, "head_steps": 2}

    def run(name: str, log: list[Any]) -> dict[str, torch.Tensor]:
        model = pretrain(local, tmp_path / name, log, stage={"train": train}, **given)
        weights: dict[str, torch.Tensor] = model.state_dict()
        return weights

    unbroken = run("unbroken", [])
    with pytest.raises(Cut):
        run("broken", CutAt(step))
    kept = sorted((tmp_path / "broken" / "checkpoints").glob("training-*/checkpoint-*"))
    assert len(kept) == (2 if model_type == "bert" else 1), "the head's, and that of the domain's text"
    again = run("broken", [])
    assert again.keys() == unbroken.keys()
    assert all(again[name].equal(unbroken[name]) for name in unbroken)
