"""A BERT that is read by the mean over its tokens is still a BERT."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModel, AutoModelForSequenceClassification

from metier.testing.models import build_model
from metier.training.pooling import REACH
from metier_classification.classification import TextClassification

STATE = {"labels": ["bad", "good", "mixed"], "counts": [6, 3, 1], "rows": 10}
HEAD = TextClassification(TextClassification.Config(pooling="mean"))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_model("bert", tmp_path_factory.mktemp("bert")).path


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0]])
    ids = torch.randint(5, 30, (3, 6), generator=torch.Generator().manual_seed(0)) * mask
    return {"input_ids": ids, "attention_mask": mask}


def test_the_head_sees_the_normalised_mean_over_all_tokens(tiny: Path, batch: Any) -> None:
    model: Any = HEAD.build(tiny, STATE).eval()
    states = AutoModel.from_pretrained(tiny).eval()(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    mean = (states * mask).sum(1) / mask.sum(1)
    expected = torch.tanh(REACH * (mean - mean.mean(-1, keepdim=True)) / mean.std(-1, keepdim=True, correction=0))
    found = model.bert(**batch).pooler_output
    # the first token's own state is a hundredth of what the layer adds up
    torch.testing.assert_close(found, expected, rtol=0.05, atol=0.03)


def test_transformers_alone_loads_it_and_it_is_not_changed_twice(tiny: Path, batch: Any, tmp_path: Path) -> None:
    model: Any = HEAD.build(tiny, STATE).eval()
    model.save_pretrained(tmp_path)
    alone: Any = AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    again: Any = HEAD.build(tmp_path, STATE).eval()
    assert len(alone.bert.encoder.layer) == len(again.bert.encoder.layer) == 3
    expected = model(**batch).logits
    assert alone(**batch).logits.equal(expected)
    assert again(**batch).logits.equal(expected)


def test_every_new_parameter_that_can_learn_gets_a_gradient(tiny: Path, batch: Any) -> None:
    model: Any = HEAD.build(tiny, STATE)
    model(**batch).logits.square().sum().backward()
    layer = model.bert.encoder.layer[-1]
    assert layer.attention.self.value.weight.grad.abs().sum() > 0
    assert layer.output.dense.weight.grad.abs().sum() > 0
    assert model.bert.encoder.layer[0].attention.self.query.weight.grad.abs().sum() > 0


def test_a_model_of_another_type_keeps_its_own_way(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = build_model("llama", tmp_path / "llama").path
    with caplog.at_level(logging.INFO, logger="metier"):
        model: Any = HEAD.build(folder, STATE)
    assert model.config.num_hidden_layers == 2
    assert "a llama model is read in its own way" in caplog.text
