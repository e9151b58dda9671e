"""The model card: metadata that the Hub reads, and nothing of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import ModelCard

from metier.files import read_json, write_json
from metier.report import write_card

HOSTILE = "a | b\n---\n# <script>alert(1)</script>"


def card(run: Path) -> tuple[dict[str, Any], str]:
    """Return metadata and text of a run's card."""
    _, front, text = write_card(run).read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), text


def test_the_hub_reads_it(run: Path) -> None:
    path = write_card(run)
    assert path == run / "model" / "README.md"
    data = ModelCard.load(path).data
    assert (data.license, data.language, data.library_name) == ("apache-2.0", ["en"], "transformers")
    assert data.pipeline_tag == "text-classification"
    assert set(data.tags or ()) == {"metier", "medical", "continued-pretraining"}
    results = {one.metric_name: one.metric_value for one in data.eval_results or ()}
    kept = read_json(run / "evaluation" / "metrics.json")["arms"][0]["runs"][0]["splits"]["test"]["metrics"]
    assert results["macro F1"] == round(kept["f1_macro"], 4)


def test_it_has_every_section(run: Path) -> None:
    _, text = card(run)
    sections = [line for line in text.splitlines() if line.startswith("## ")]
    assert sections == ["## Intended use", "## Data", "## Training", "## Evaluation", "## Limits"]
    assert "| validation | 125 | put aside from train, 10 % |" in text
    assert "It is weak (F1 below 0.5) at: " in text
    assert "adapted against plain: +" in text


def test_it_says_nothing_of_this_machine(run: Path) -> None:
    write_card(run)
    text = (run / "model" / "README.md").read_text(encoding="utf-8")
    assert "/data/private" not in text
    assert str(run) not in text


def plan_with(run: Path, **changes: Any) -> None:
    write_json(run / "plan.json", {**read_json(run / "plan.json"), **changes})


def test_only_a_model_of_the_hub_is_a_base_model(run: Path) -> None:
    assert "base_model" not in card(run)[0]
    plan_with(run, model="hub:google-bert/bert-base-uncased")
    assert card(run)[0]["base_model"] == "google-bert/bert-base-uncased"
    plan_with(run, model="local:/home/someone/models/mine", model_info=None)
    metadata, text = card(run)
    assert "base_model" not in metadata
    assert "It started from mine" in text
    assert "/home/someone" not in text


def test_hostile_words_stay_words(run: Path) -> None:
    plan_with(run, description=HOSTILE, name="x: [y")
    path = run / "evaluation" / "metrics.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"skin"', '"a|<b>"'), encoding="utf-8")
    metadata, text = card(run)
    assert metadata["model-index"][0]["name"] == "x: [y"
    assert "<script>" not in text
    assert "a\\|&lt;b>" in text
    assert "---" not in text.splitlines()
