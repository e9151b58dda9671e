"""The whole path, as a user goes it: run, look, predict, evaluate, reproduce."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import load_dataset
from tests.end_to_end.conftest import Trade
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import metier


@pytest.fixture
def finished(trade: Trade) -> tuple[Trade, Path]:
    trade.metier("run", "small.yaml", "--set", "ablate=true", "--offline")
    (run,) = trade.runs()
    return trade, run


@pytest.mark.slow
def test_a_run_leaves_everything_that_the_architecture_names(finished: tuple[Trade, Path]) -> None:
    trade, run = finished
    files = {str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()}
    assert {
        "recipe.yaml", "plan.json", "environment.json", "status.json", "events.jsonl", "data/report.json",
        "model/model.safetensors", "model/config.json", "model/README.md", "model/metier.json",
        "evaluation/metrics.json", "evaluation/predictions.parquet", "report.html",
    } <= files  # fmt: skip
    assert not [name for name in files if name.endswith((".part", ".bin", ".pkl", ".pt"))]
    metrics = json.loads((run / "evaluation" / "metrics.json").read_text())
    assert [arm["name"] for arm in metrics["arms"]] == ["adapted", "plain"]
    best = metrics["arms"][0]["runs"][0]["splits"]["test"]["metrics"][metrics["primary"]]
    weakest = metrics["baselines"][0]["splits"]["test"]["metrics"][metrics["primary"]]
    assert best > weakest + 0.2, "a tiny model learns these sentences"
    predict_with_transformers_alone(run)
    predict_by_command_line(trade, run)
    evaluate_by_command_line(trade, run)
    reproduce(trade, run)


def predict_with_transformers_alone(run: Path) -> None:
    """The model folder needs nothing but transformers, and gives the probabilities that the run wrote down."""
    model = AutoModelForSequenceClassification.from_pretrained(run / "model")
    tokenizer = AutoTokenizer.from_pretrained(run / "model")
    rows = load_dataset("parquet", data_files=str(run / "evaluation" / "predictions.parquet"), split="train")
    loaded = metier.load(run)
    for row, ours in zip(rows.select(range(5)), loaded.predict(rows["text"][:5]), strict=True):
        logits = model(**tokenizer(row["text"], return_tensors="pt")).logits[0]
        label = model.config.id2label[int(logits.argmax())]
        assert label == row["prediction"] == ours["label"]


def predict_by_command_line(trade: Trade, run: Path) -> None:
    said = trade.metier("predict", str(run), "profit rose this year", "revenue fell abroad").stdout.splitlines()
    assert [json.loads(line)["label"] for line in said] == ["positive", "negative"]
    (trade.folder / "new.txt").write_text("profit rose this year\nrevenue fell abroad\n", encoding="utf-8")
    again = trade.metier("predict", str(run), "--file", "new.txt").stdout.splitlines()
    assert [json.loads(line)["label"] for line in again] == ["positive", "negative"]


def evaluate_by_command_line(trade: Trade, run: Path) -> None:
    figures = json.loads(trade.metier("evaluate", str(run), "rows.csv", "--json").stdout)
    low, high = figures["intervals"]["accuracy"]
    assert figures["rows"] == 240
    assert low <= figures["metrics"]["accuracy"] <= high


def reproduce(trade: Trade, run: Path) -> None:
    found = json.loads(trade.metier("reproduce", str(run), "--json").stdout)
    assert found["same"], found["differences"]


@pytest.mark.slow
def test_the_same_path_step_by_step(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trade.folder)
    model = metier.load_model("./model")
    data = metier.load_data("small.yaml", model=model)
    adapted = metier.adapt(model, data)
    tuned = metier.fine_tune(adapted, data)
    run = metier.evaluate(tuned, data)
    assert run.metrics["arms"][0]["runs"][0]["splits"]["test"]["metrics"]["accuracy"] > 0.6
    assert run.report.is_file()
    assert tuned.predict(["profit rose this year"])[0]["label"] == "positive"


@pytest.mark.slow
def test_a_second_run_takes_over_what_the_first_one_computed(trade: Trade) -> None:
    trade.metier("run", "small.yaml")
    trade.metier("run", "small.yaml", "--set", "training.num_train_epochs=21")
    stages = [json.loads(path.read_text()) for path in trade.runs()[1].glob("stages/*/result.json")]
    reused = {stage["stage"]: stage["reused"] for stage in stages}
    assert reused["prepare"]
    assert reused["adapt-continued-pretraining"]
    assert not reused["train"]
    assert all(stage["peak_memory"] > 1e8 for stage in stages if not stage["reused"])
