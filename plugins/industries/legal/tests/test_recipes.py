"""The recipes' data comes through preparation as the README says: whole, and with no contract on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metier.data.prepare import Prepared, prepare
from metier.data.store import load
from metier.discovery import discover
from metier.plan import make_plan
from metier.recipe import load_recipe
from metier_legal.labels import CLAUSES, DISPUTE_FOCI, ENTITIES, OTHER

MASTER = Path(__file__).parents[5] / "shared" / "data" / "legal" / "cuad" / "master_clauses.csv"


def prepared(recipe: str, folder: Path, **overrides: str) -> Prepared:
    registry = discover()
    plan = make_plan(load_recipe(recipe, overrides=overrides, registry=registry), registry)
    return prepare(plan, registry, folder, offline=True, tokenizer_path=None)


def column(made: Prepared, split: str, name: str) -> list[Any]:
    return list(load(made.datasets[split].path)[name])


def test_no_sample_contract_is_on_both_sides(tmp_path: Path) -> None:
    made = prepared("legal/clause-classification", tmp_path)
    sides = {split: set(column(made, split, "contract")) for split in made.datasets}
    assert not sides["train"] & sides["test"]
    assert sum(ref.rows for ref in made.datasets.values()) == 392
    assert set(made.state["labels"]) == {*CLAUSES, OTHER}


@pytest.mark.parametrize(
    ("recipe", "rows", "labels"), [("entities", 371, ENTITIES), ("dispute-focus-zh", 320, DISPUTE_FOCI)]
)
def test_no_row_is_lost(recipe: str, rows: int, labels: tuple[str, ...], tmp_path: Path) -> None:
    made = prepared(f"legal/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == rows
    assert set(made.state["labels"]) == set(labels)


def test_no_instruction_is_lost(tmp_path: Path) -> None:
    made = prepared("legal/document-drafting", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 60
    assert made.datasets["test"].rows >= 10


def test_no_contract_is_asked_about_on_both_sides(tmp_path: Path) -> None:
    made = prepared("legal/question-answering", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 211
    sides = {split: set(column(made, split, "title")) for split in made.datasets}
    assert len(set().union(*sides.values())) == sum(map(len, sides.values())) == 12


@pytest.mark.skipif(not MASTER.is_file(), reason="CUAD is not beside this checkout")
def test_cuad_comes_through_the_recipe(tmp_path: Path) -> None:
    made = prepared("legal/clause-classification", tmp_path, train=str(MASTER))
    contracts = {split: set(column(made, split, "contract")) for split in made.datasets}
    assert not contracts["train"] & contracts["test"]
    assert made.datasets["train"].rows > 3000
    assert set(column(made, "test", "label")) == set(CLAUSES)
