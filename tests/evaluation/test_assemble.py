"""A run's figures side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metier.evaluation import assemble, evaluate


@pytest.fixture
def judge(head: Any, state: Any, answers: Any, tmp_path: Path) -> Any:
    """Judges made-up predictions and returns a split's figures."""

    def make(name: str, accuracy: float, seed: int) -> dict[str, Any]:
        rows, predictions = answers(200, accuracy=accuracy, seed=seed)
        found = evaluate(head, state, [predictions], rows, tmp_path / f"{name}-{seed}.parquet")
        return {"test": {**found.to_json(), "predictions": f"{name}-{seed}.parquet"}}

    return make


def test_arms_seeds_and_baselines(head: Any, state: Any, judge: Any, tmp_path: Path) -> None:
    arms = [
        {
            "name": name,
            "seed": seed,
            "label": f"{name}, seed {seed}",
            "seconds": 1.0,
            "splits": judge(name, accuracy, seed + step),
        }
        for seed in (13, 14)
        for name, accuracy, step in (("adapted", 0.95, 0), ("plain", 0.8, 100))
    ]
    baselines = [{"name": "majority", "splits": judge("majority", 0.5, 7)}]
    made = assemble(head, state, runs=arms, baselines=baselines, root=tmp_path, seed=13)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert (made["task"], made["primary"], made["labels"]) == ("yes-or-no", "accuracy", ["no", "yes"])
    assert [(arm["name"], [run["seed"] for run in arm["runs"]]) for arm in made["arms"]] == [
        ("adapted", [13, 14]),
        ("plain", [13, 14]),
    ]
    values = [run["splits"]["test"]["metrics"]["accuracy"] for run in made["arms"][0]["runs"]]
    assert made["arms"][0]["summary"]["test"]["accuracy"]["mean"] == pytest.approx(sum(values) / 2)
    pairs = [(one["arm"], one["against"]) for one in made["comparisons"]]
    assert pairs == [("adapted", "plain"), ("adapted", "majority"), ("plain", "majority")]
    assert all(one["interval"][0] > 0 and one["p"] < 0.05 for one in made["comparisons"])


def test_one_arm_without_test_rows_is_not_compared(head: Any, state: Any, judge: Any, tmp_path: Path) -> None:
    splits = {"validation": judge("only", 0.9, 1)["test"]}
    arms = [{"name": "fine-tuned", "seed": 1, "label": "fine-tuned", "seconds": 1.0, "splits": splits}]
    made = assemble(head, state, runs=arms, baselines=[], root=tmp_path)
    assert made["comparisons"] == []
    assert made["arms"][0]["summary"]["validation"]["accuracy"]["n"] == 1
