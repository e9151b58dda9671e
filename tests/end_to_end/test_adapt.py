"""`metier adapt` ends with a model that transformers loads and other runs start from; a corpus is enough."""

from __future__ import annotations

import json

import pytest
from tests.end_to_end.conftest import Trade
from transformers import AutoModelForMaskedLM, AutoTokenizer

CORPUS_ONLY = """\
recipe: 1
model: ./model
data: {corpus: {use: text, path: corpus.txt, unit: line}}
adapt: [{use: continued-pretraining, epochs: 1, learning_rate: 1.0e-3}]
"""


@pytest.mark.slow
def test_a_corpus_is_enough_and_runs_start_from_what_comes_of_it(trade: Trade) -> None:
    (trade.folder / "adapts.yaml").write_text(CORPUS_ONLY, encoding="utf-8")
    told = json.loads(trade.metier("adapt", "adapts.yaml", "--json").stdout)
    (adaptation,) = told["adaptations"]
    assert adaptation["method"] == "continued-pretraining"
    figures = adaptation["figures"]
    assert figures["perplexity_after"] < figures["perplexity_before"]
    (run,) = trade.runs()
    assert run.parent.name == "adapts-adapted"
    assert AutoModelForMaskedLM.from_pretrained(run / "model").config.model_type == "bert"
    assert AutoTokenizer.from_pretrained(run / "model")("profit").input_ids
    card = (run / "model" / "README.md").read_text(encoding="utf-8")
    assert "continued-pretraining" in card
    assert "trained for no task" in card
    trade.metier("run", "small.yaml", "--model", str(run / "model"), "--set", "training.num_train_epochs=1")


@pytest.mark.slow
def test_a_whole_recipe_goes_on_from_its_adaptation(trade: Trade) -> None:
    trade.metier("adapt", "small.yaml")
    trade.metier("run", "small.yaml", "--set", "training.num_train_epochs=1")
    stages = [json.loads(path.read_text()) for run in trade.runs() for path in run.glob("stages/*/result.json")]
    adapted = [stage["reused"] for stage in stages if stage["stage"] == "adapt-continued-pretraining"]
    assert sorted(adapted) == [False, True]


def test_what_adapts_nothing_is_said_before_anything_is_written(trade: Trade) -> None:
    text = CORPUS_ONLY.replace("{use: continued-pretraining, epochs: 1, learning_rate: 1.0e-3}", "adversarial")
    (trade.folder / "idle.yaml").write_text(text, encoding="utf-8")
    done = trade.metier("adapt", "idle.yaml", check=False)
    assert done.returncode == 2
    assert "idle.yaml:4: adapt: no method here has a training phase of its own" in done.stderr
    assert not (trade.folder / "runs").exists()
