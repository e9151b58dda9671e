"""The recipes' data comes through preparation as the README says: whole, and with no contract on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.testing import authored
from metier_legal.labels import CLAUSES, DISPUTE_FOCI, ENTITIES, OTHER

MASTER = Path(__file__).parents[5] / "shared" / "data" / "legal" / "cuad" / "master_clauses.csv"


def test_no_sample_contract_is_on_both_sides(tmp_path: Path) -> None:
    made = authored.prepared("legal/clause-classification", tmp_path)
    authored.check_apart(made, "contract", values=32)
    assert sum(ref.rows for ref in made.datasets.values()) == 392
    assert set(made.state["labels"]) == {*CLAUSES, OTHER}


@pytest.mark.parametrize(
    ("recipe", "rows", "labels"), [("entities", 371, ENTITIES), ("dispute-focus-zh", 320, DISPUTE_FOCI)]
)
def test_no_row_is_lost(recipe: str, rows: int, labels: tuple[str, ...], tmp_path: Path) -> None:
    made = authored.prepared(f"legal/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == rows
    assert set(made.state["labels"]) == set(labels)


def test_no_instruction_is_lost(tmp_path: Path) -> None:
    made = authored.prepared("legal/document-drafting", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 60
    assert made.datasets["test"].rows >= 10


def test_no_contract_is_asked_about_on_both_sides(tmp_path: Path) -> None:
    made = authored.prepared("legal/question-answering", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 211
    authored.check_apart(made, "title", values=12)


@pytest.mark.skipif(not MASTER.is_file(), reason="CUAD is not beside this checkout")
def test_cuad_comes_through_the_recipe(tmp_path: Path) -> None:
    made = authored.prepared("legal/clause-classification", tmp_path, train=str(MASTER))
    authored.check_apart(made, "contract")
    assert made.datasets["train"].rows > 3000
    assert set(authored.column(made, "test", "label")) == set(CLAUSES)
