"""Which matrices are taken for hidden ones, on every kind of model."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from metier.components import OptimizerConfig
from metier.testing.models import build_model
from metier.testing.objective import build_classifier
from metier.training.parameters import optimizer_groups
from metier_pytorch_optimizer._hidden import split

BLOCKS = {"bert": ".layer.", "gpt2": ".h.", "llama": ".layers.", "t5": ".block."}
# GPT-2 keeps query, key and value in one matrix: an attention has one matrix of a shape, two layers have two.
RARE = {"gpt2": ".attn."}


def hidden_names(model: Any, **options: Any) -> set[str]:
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    groups = split(
        optimizer_groups(model, OptimizerConfig()), "test", hidden={"hidden": True}, others={"hidden": False}, **options
    )
    assert sum(len(group["params"]) for group in groups) == len(names)
    return {names[id(parameter)] for group in groups if group["hidden"] for parameter in group["params"]}


@pytest.mark.parametrize("model_type", BLOCKS)
def test_hidden_matrices_are_those_of_the_layers(model_type: str, tmp_path: Path) -> None:
    model: Any = build_classifier(build_model(model_type, tmp_path).path)
    matrices = {name for name, parameter in model.named_parameters() if parameter.ndim == 2}
    layers = {name for name in matrices if BLOCKS[model_type] in name and "relative" not in name}
    layers = {name for name in layers if model_type not in RARE or RARE[model_type] not in name}
    found = hidden_names(model)
    # The tiny models have as many positions, 64, as their layers are wide; BERT's pooler is as square as its layers.
    assert found - layers <= {
        "bert.embeddings.position_embeddings.weight",
        "bert.pooler.dense.weight",
        "transformer.wpe.weight",
        "classification_head.dense.weight",
    }
    assert layers <= found


def test_untied_embeddings_are_not_hidden() -> None:
    embedded, out = (torch.nn.Parameter(torch.zeros(50, 8)) for _ in range(2))
    layers = [torch.nn.Parameter(torch.zeros(8, 8)) for _ in range(3)]
    group = {"params": [embedded, *layers, out, torch.nn.Parameter(torch.zeros(8))], "lr": 1.0, "weight_decay": 0.0}
    parts = split([group], "test", hidden={"hidden": True}, others={"hidden": False})
    assert [(part["hidden"], len(part["params"])) for part in parts] == [(True, 3), (False, 3)]


def test_groups_keep_their_options_and_their_order() -> None:
    layers = [torch.nn.Parameter(torch.zeros(8, 8)) for _ in range(4)]
    groups = [
        {"params": layers[:1], "lr": 1.0, "weight_decay": 0.1},
        {"params": layers[1:], "lr": 0.5, "weight_decay": 0.0},
    ]
    parts = split(groups, "test", hidden={"rank": 2}, others={})
    assert [(part["lr"], part["weight_decay"], part["rank"], part["params"]) for part in parts] == [
        (1.0, 0.1, 2, layers[:1]),
        (0.5, 0.0, 2, layers[1:]),
    ]


def test_what_is_no_longer_than_the_rank_is_not_projected(tmp_path: Path) -> None:
    model: Any = build_classifier(build_model("bert", tmp_path).path)
    assert hidden_names(model, above=31)
    assert not hidden_names(model, above=32)


def test_it_says_how_many(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    layers = [torch.nn.Parameter(torch.zeros(8, 8)) for _ in range(3)]
    with caplog.at_level(logging.INFO, logger="metier"):
        split([{"params": [*layers, torch.nn.Parameter(torch.zeros(8))]}], "muon", hidden={}, others={})
    assert caplog.messages == ["muon: 3 hidden matrices with 192 of 200 trained numbers; AdamW trains the others"]
