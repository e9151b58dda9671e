"""The recipes' data comes through preparation as the README says: whole, and with no answer in its prompt."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.testing import authored

LESSONS = Path(__file__).parents[5] / "shared" / "data" / "manufacturing" / "nasa_llis" / "llis.jsonl"


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
    made = authored.prepared(f"manufacturing/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == rows
    assert made.datasets["test"].rows >= 10


@pytest.mark.skipif(not LESSONS.is_file(), reason="NASA's lessons are not beside this checkout")
def test_lessons_learned_come_through_the_recipe(tmp_path: Path) -> None:
    recipe = tmp_path / "lessons.yaml"
    options = f"use: nasa-llis, path: {LESSONS}, parts: [driving_event], columns: {{answer: recommendation}}"
    recipe.write_text(f"recipe: 1\nextends: manufacturing/fault-to-action\ndata:\n  train: {{{options}}}\n")
    made = authored.prepared(recipe, tmp_path / "data")
    assert sum(ref.rows for ref in made.datasets.values()) > 150
    for text, answer in zip(
        authored.column(made, "test", "text"), authored.column(made, "test", "answer"), strict=True
    ):
        assert answer not in text, "the recommendation stands in its prompt"
