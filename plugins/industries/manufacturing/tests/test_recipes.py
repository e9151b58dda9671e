"""The recipes' data comes through preparation as the README says: whole, and with no answer in its prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metier.data.prepare import Prepared, prepare
from metier.data.store import load
from metier.discovery import discover
from metier.plan import make_plan
from metier.recipe import load_recipe

LESSONS = Path(__file__).parents[5] / "shared" / "data" / "manufacturing" / "nasa_llis" / "llis.jsonl"


def prepared(recipe: str | Path, folder: Path, **overrides: str) -> Prepared:
    registry = discover()
    plan = make_plan(load_recipe(str(recipe), overrides=overrides, registry=registry), registry)
    return prepare(plan, registry, folder, offline=True, tokenizer_path=None)


def column(made: Prepared, split: str, name: str) -> list[Any]:
    return list(load(made.datasets[split].path)[name])


@pytest.mark.parametrize(
    ("recipe", "rows"),
    [
        ("work-order-triage", 320),
        ("work-order-triage-zh", 288),
        ("entities", 295),
        ("fault-to-action", 80),
        ("fault-to-action-zh", 60),
        ("product-description", 60),
    ],
)
def test_no_row_is_lost(recipe: str, rows: int, tmp_path: Path) -> None:
    made = prepared(f"manufacturing/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == rows
    assert made.datasets["test"].rows >= 10


@pytest.mark.skipif(not LESSONS.is_file(), reason="NASA's lessons are not beside this checkout")
def test_lessons_learned_come_through_the_recipe(tmp_path: Path) -> None:
    recipe = tmp_path / "lessons.yaml"
    options = f"use: nasa-llis, path: {LESSONS}, parts: [driving_event], columns: {{answer: recommendation}}"
    recipe.write_text(f"recipe: 1\nextends: manufacturing/fault-to-action\ndata:\n  train: {{{options}}}\n")
    made = prepared(recipe, tmp_path / "data")
    assert sum(ref.rows for ref in made.datasets.values()) > 150
    for text, answer in zip(column(made, "test", "text"), column(made, "test", "answer"), strict=True):
        assert answer not in text, "the recommendation stands in its prompt"
