"""A plan for people: plain lines that say what is used and what will be done."""

from __future__ import annotations

from pathlib import Path

from tests.fakes import registry

from metier.plan import describe, make_plan
from metier.recipe import load_recipe

RECIPE = """\
recipe: 1
description: Verdicts of reviews
model: starter:minilm
data:
  train: {path: train.csv, columns: {label: verdict}}
  corpus: corpus.txt
  prepare: [normalize]
adapt: [{use: continued-pretraining, epochs: 2}, adversarial]
task: text-classification
training: {max_length: 64}
seeds: 3
"""


def lines(folder: Path, *sets: str) -> list[str]:
    (folder / "train.csv").write_text("text,verdict\na,b\n", encoding="utf-8")
    (folder / "corpus.txt").write_text("text\n", encoding="utf-8")
    (folder / "r.yaml").write_text(RECIPE, encoding="utf-8")
    plan = make_plan(load_recipe(folder / "r.yaml", sets=sets, registry=registry()), registry())
    return describe(plan, registry())


def test_each_component_has_a_line_with_options_and_distribution(tmp_path: Path) -> None:
    found = lines(tmp_path)
    assert "Verdicts of reviews" in found
    assert "adapt       continued-pretraining  epochs: 2.0  (metier-pretraining 0.1.0)" in found
    assert f"train       csv  path: {tmp_path}/train.csv, separator: ,, label from 'verdict'" in found
    assert "training    max_length: 64" in found


def test_the_steps_are_numbered_in_order(tmp_path: Path) -> None:
    steps = [line.strip() for line in lines(tmp_path) if line.startswith("  ")]
    assert steps == [
        "1. read train rows and the corpus, then normalize",
        "2. put aside 10% for validation and 20% for the test of the training rows (stratified)",
        "3. leave out training rows that stand, or nearly stand, among the test rows",
        "4. adapt the model by continued-pretraining on the corpus",
        "5. train text-classification with adversarial, 3 epochs in batches of 32, seed 13",
        "6. seeds: train with 3 seeds from 13",
        "7. judge the model on the test rows beside the baselines, write model, card and report",
    ]


def test_every_line_is_plain_text(tmp_path: Path) -> None:
    assert all(line == line.rstrip() and "\n" not in line and "\x1b" not in line for line in lines(tmp_path))
