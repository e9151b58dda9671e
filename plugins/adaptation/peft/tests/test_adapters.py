"""Adapters that two runs kept, each loaded by PEFT alone, and both on one base."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

import metier
from metier.errors import RunError, StageError
from metier.testing.models import build_model
from metier_peft.adapters import Adapters, load_adapters
from metier_peft.commands import command

SUBJECTS = ("profit", "revenue", "output", "the margin")
VERBS = {"positive": ("rose", "grew"), "negative": ("fell", "shrank"), "neutral": ("stood", "stayed")}
ROWS = [
    (f"{subject} {verb} {when}", tone, subject.split()[-1])
    for subject in SUBJECTS
    for tone, verbs in VERBS.items()
    for verb in verbs
    for when in ("today", "abroad", "again")
]
TEXTS = ["profit rose today", "the margin fell abroad", "output stayed again"]
METHODS = {"tone": "{use: lora, rank: 4, variant: dora, keep: true}", "topic": "{use: vera, rank: 16, keep: true}"}
RANKS = "{use: adalora, rank: 2, initial_rank: 4, every: 1, keep: true}"
POOLING = {"tone": "model", "topic": "mean", "ranks": "model"}
"""By the mean the head adds a layer that the base does not have."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Two runs on one tiny model, which learn three tones and four topics."""
    folder = tmp_path_factory.mktemp("trade")
    build_model("bert", folder / "base", texts=[text for text, _, _ in ROWS])
    return {name: run(folder, name, column) for column, name in enumerate(METHODS, start=1)}


def run(folder: Path, name: str, column: int) -> Path:
    """Run a recipe of its own rows, and return the run's folder."""
    method = METHODS.get(name, RANKS)
    lines = [f"{row[0]},{row[column]}" for row in ROWS]
    (folder / f"{name}.csv").write_text("\n".join(["text,label", *lines]) + "\n", encoding="utf-8")
    (folder / f"{name}.yaml").write_text(
        f"recipe: 1\nmodel: ./base\ndata:\n  train: {name}.csv\n  split: {{test: 0.25}}\nadapt: [{method}]\n"
        f"task: {{use: text-classification, pooling: {POOLING[name]}}}\n"
        "optimizer: {use: adamw, learning_rate: 0.01}\n"
        "training: {max_steps: 4, max_length: 16, save_strategy: 'no'}\n",
        encoding="utf-8",
    )
    return metier.run(folder / f"{name}.yaml", output=folder / "runs").path


@pytest.fixture(scope="module")
def loaded(runs: Mapping[str, Path]) -> Adapters:
    """Both adapters on one base."""
    return load_adapters({name: runs[name] for name in METHODS})


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")  # PEFT uses it
@pytest.mark.parametrize(("name", "method"), [("tone", "lora"), ("ranks", "adalora")])
def test_peft_alone_loads_a_kept_adapter(name: str, method: str, runs: Mapping[str, Path]) -> None:
    folder = runs["tone"] if name == "tone" else run(runs["tone"].parents[2], name, 1)
    base = AutoModelForSequenceClassification.from_pretrained(folder.parents[2] / "base", num_labels=3)
    merged = AutoModelForSequenceClassification.from_pretrained(folder / "model")
    inputs = AutoTokenizer.from_pretrained(folder / "model")(TEXTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = merged(**inputs).logits
        assert not torch.allclose(base(**inputs).logits, expected, atol=1e-2)
        answer = PeftModel.from_pretrained(base, folder / "model" / "adapters" / method).eval()(**inputs).logits
    torch.testing.assert_close(answer, expected, rtol=1e-4, atol=1e-4)


def test_adapters_on_one_base_predict_as_the_merged_models(runs: Mapping[str, Path], loaded: Adapters) -> None:
    for name in ("tone", "topic", "tone"):
        expected = metier.load(runs[name]).predict(TEXTS)
        for found, wanted in zip(loaded.predict(name, TEXTS), expected, strict=True):
            assert found["label"] == wanted["label"]
            assert found["probabilities"] == pytest.approx(wanted["probabilities"], abs=1e-4)


def test_the_base_lies_in_memory_once(runs: Mapping[str, Path], loaded: Adapters) -> None:
    tone, topic = (
        {
            key.replace(".base_layer", ""): one.data_ptr()
            for key, one in loaded.predictors[name].model.named_parameters()
        }
        for name in METHODS
    )
    base = AutoModel.from_pretrained(runs["tone"].parents[2] / "base")
    body = {f"bert.{name}" for name, _ in base.named_parameters() if "pooler" not in name}
    assert len(body) == 5 + 2 * 16
    assert {name: tone[name] for name in body} == {name: topic[name] for name in body}
    assert len(set(tone.values()) - set(topic.values())) > 0


def test_the_command_tells_what_each_adapter_says(runs: Mapping[str, Path]) -> None:
    options = [part for name in METHODS for part in ("-a", f"{name}={runs[name]}")]
    done = CliRunner().invoke(command, ["predict", *options], input="\n".join(TEXTS) + "\n\n", catch_exceptions=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["text"], one["adapter"]) for one in lines] == [(text, name) for text in TEXTS for name in METHODS]
    assert {one["label"] for one in lines if one["adapter"] == "topic"} <= {"profit", "revenue", "output", "margin"}
    wrong = CliRunner().invoke(command, ["predict", "-a", "tone", "x"])
    assert wrong.exit_code == 2
    assert "'tone' is not NAME=RUN" in wrong.output


def test_what_is_missing_is_said(runs: Mapping[str, Path], loaded: Adapters, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no adapter named 'mood'\n  hint: there are tone, topic"):
        loaded.predict("mood", TEXTS)
    with pytest.raises(RunError, match=r"no adapter was kept here\n  hint: train it with `keep: true`"):
        load_adapters({"tone": shutil.copytree(runs["tone"] / "model", tmp_path / "bare", ignore=without_adapters)})


def without_adapters(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "adapters"]


def test_another_base_is_refused(runs: Mapping[str, Path], tmp_path: Path) -> None:
    build_model("bert", tmp_path / "other", texts=[text for text, _, _ in ROWS], seed=1)
    with pytest.raises(RunError, match="was trained on other weights"):
        load_adapters({"tone": runs["tone"]}, base=tmp_path / "other")
    folder = runs["tone"].parents[2]
    shutil.copytree(folder / "base", tmp_path / "moved")
    assert load_adapters({"tone": runs["tone"]}, base=tmp_path / "moved").predict("tone", TEXTS)


def test_a_base_that_is_gone_is_said(runs: Mapping[str, Path], tmp_path: Path) -> None:
    shutil.copytree(runs["tone"] / "model", tmp_path / "model")
    path = next((tmp_path / "model" / "adapters").iterdir()) / "adapter_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**settings, "base_model_name_or_path": str(tmp_path / "gone")}), encoding="utf-8")
    with pytest.raises(RunError, match=r"is not here\n  hint: name the folder where the model is now"):
        load_adapters({"tone": tmp_path / "model"})
    with pytest.raises(RunError, match=r"have different bases: tone on .*, topic on "):
        load_adapters({"tone": tmp_path / "model", "topic": runs["topic"]})


def test_a_head_that_did_not_train_is_kept_with_the_adapter(prepare: Any) -> None:
    prepared = prepare("lora", {"keep": True})
    prepared.model.classifier.requires_grad_(False)
    prepared.finished()
    folder = prepared.trial.folder / "model" / "adapters" / "lora"
    settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    assert settings["modules_to_save"] == ["bert.pooler.dense", "classifier"]
    kept = load_file(folder / "adapter_model.safetensors")
    torch.testing.assert_close(kept["base_model.model.classifier.weight"], prepared.model.classifier.weight.data)
    assert {key.rpartition(".lora_")[0] for key in kept if ".lora_" in key} == {
        f"base_model.model.{name}" for name, one in prepared.plain.named_modules() if is_linear_in_a_layer(name, one)
    }


def is_linear_in_a_layer(name: str, module: torch.nn.Module) -> bool:
    return isinstance(module, torch.nn.Linear) and ".layer." in name


def test_an_adapter_that_is_not_all_of_the_change_is_not_kept(prepare: Any) -> None:
    prepared = prepare("lora", {"keep": True})
    prepared.model.bert.encoder.layer[0].output.dense.base_layer.weight.requires_grad_(True)
    said = r"layer\.0\.output\.dense\.base_layer\.weight trains too"
    with pytest.raises(StageError, match=said):  # before a step is taken, and once more at the end
        prepared.trial.method.parameter_groups(prepared.model, prepared.trial.context())
    with pytest.raises(StageError, match=said):
        prepared.finished()
