"""Adapters alone: the weights change by a matrix of small rank, and the model is as any other afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM

from metier.testing.models import build_model
from metier_pretraining._adapters import add_adapters, linear_layers, merge
from metier_pretraining._models import language_model

KINDS = {
    "bert": AutoModelForMaskedLM,
    "gpt2": AutoModelForCausalLM,
    "llama": AutoModelForCausalLM,
    "t5": AutoModelForSeq2SeqLM,
}


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama"])
def test_what_is_learnt_is_of_small_rank(model_type: str, pretrain: Callable[..., Any], tmp_path: Path) -> None:
    local = build_model(model_type, tmp_path / "tiny")
    start: Any = KINDS[model_type].from_pretrained(local.path)
    logged: list[Any] = []
    options = {"adapters": "lora", "rank": 3, "epochs": 4, "learning_rate": 1e-2}
    model = pretrain(local, tmp_path, logged, **options)
    assert logged[-1]["perplexity_after"] < 0.95 * logged[-1]["perplexity_before"]
    body = dict(model.base_model.named_parameters())
    for name, parameter in start.base_model.named_parameters():
        change = body[name].cpu() - parameter
        if change.ndim == 2 and "embed" not in name and "wte" not in name and "wpe" not in name:
            assert 0 < int(torch.linalg.matrix_rank(change.detach(), atol=1e-4)) <= 3, name
        else:
            assert not change.any(), f"{name} moved"
    model.save_pretrained(tmp_path / "adapted")
    again: Any = KINDS[model_type].from_pretrained(tmp_path / "adapted")
    found = {name for name, _ in again.named_parameters()}
    assert found == {name for name, _ in start.named_parameters()}
    assert all(one.equal(body[name].cpu()) for name, one in again.base_model.named_parameters())


@pytest.mark.parametrize("model_type", KINDS)
def test_adapters_stand_beside_every_linear_layer_but_the_head(model_type: str, tmp_path: Path) -> None:
    local = build_model(model_type, tmp_path / "tiny")
    model, new = language_model(local.path, local.info.architecture)
    targets = linear_layers(model)
    assert not {name for name in targets if "lm_head" in name or name.startswith("cls.")}
    matrices = [name for name, one in model.base_model.named_parameters() if one.ndim == 2 and not _embeds(name)]
    assert len(targets) == len(matrices)
    before = {name: one.detach().clone() for name, one in model.named_parameters()}
    adapted = add_adapters(model, rank=2, whole=new, seed=1)
    trained = {name for name, one in model.named_parameters() if one.requires_grad}
    assert {name for name in trained if "lora_" not in name} == new & {name for name, _ in model.named_parameters()}
    assert len([name for name in trained if "lora_" in name]) == 2 * len(targets)
    merge(adapted)
    after = dict(model.named_parameters())
    assert before.keys() == after.keys()
    assert all(after[name].equal(before[name]) for name in before), "untrained adapters change nothing"
    assert all(one.requires_grad for one in after.values())


def _embeds(name: str) -> bool:
    return any(part in name for part in ("embed", "wte", "wpe", "shared", "relative_attention_bias", "lm_head"))


def test_a_new_head_is_trained_whole(pretrain: Callable[..., Any], tmp_path: Path) -> None:
    local = build_model("bert", tmp_path / "tiny")
    fitted = pretrain(local, tmp_path / "1", [], adapters="lora", learning_rate=1e-9)
    trained = pretrain(local, tmp_path / "2", [], adapters="lora", learning_rate=1e-2)
    one, two = (model.cls.predictions.transform.dense.weight for model in (fitted, trained))
    assert not torch.allclose(one, two, atol=1e-3)
