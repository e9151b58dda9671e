"""From a file to a report, on real maintenance orders and their costs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import metier
from metier.testing.models import build_model

REAL = Path(__file__).parents[5] / "shared" / "data" / "manufacturing" / "excavators_mwo" / "excavators_annotated.csv"
ORDERS = 300


@pytest.mark.skipif(not REAL.is_file(), reason="the real maintenance orders are not on this machine")
def test_costs_of_real_orders(tmp_path: Path) -> None:
    with REAL.open(encoding="utf-8-sig", newline="") as file:
        orders = [row for row in csv.DictReader(file) if row["Cost"] and float(row["Cost"]) >= 0][:ORDERS]
    build_model("bert", tmp_path / "tiny", texts=[row["OriginalShorttext"] for row in orders])
    with (tmp_path / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["OriginalShorttext", "Cost"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(orders)
    recipe = f"""
recipe: 1
model: local:{tmp_path / "tiny"}
data:
  train: {{use: csv, path: orders.csv, columns: {{text: OriginalShorttext}}}}
  split: {{validation: 0.1, test: 0.2}}
task: {{use: regression, scale: log1p, loss: huber}}
optimizer: {{use: adamw, learning_rate: 3.0e-3}}
training: {{num_train_epochs: 4, max_length: 24}}
"""
    (tmp_path / "costs.yaml").write_text(recipe, encoding="utf-8")
    run = metier.run(tmp_path / "costs.yaml", output=tmp_path / "runs")
    figures = run.metrics["arms"][0]["runs"][0]["splits"]["test"]["metrics"]
    assert set(figures) == {"spearman", "pearson", "r2", "mae", "rmse", "rmsle"}
    assert figures["spearman"] > 0.1, "better than no order at all"
    assert run.metrics["primary"] == "spearman"
    against = {one["against"] for one in run.metrics["comparisons"]}
    assert against == {"TF-IDF + ridge regression", "frozen model + ridge regression"}, "a mean has no order to compare"
    assert run.report.is_file()
    cheap, dear = run.model().predict(["grease all", "replace engine"])
    assert 0 <= cheap["value"] < dear["value"] < 1e6
