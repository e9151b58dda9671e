"""Where adapters go, and what is refused in words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from metier.errors import StageError
from metier.testing.objective import build_classifier
from metier.testing.trial import TASK, Trial, trainable
from metier.values import ModelInfo, Use
from metier_peft.ia3 import IA3
from metier_peft.lora import Lora
from metier_peft.vera import Vera


def ends(prepared: Any) -> set[str]:
    """Return the last names of the adapted layers."""
    return {name.rpartition(".")[2] for name, one in prepared.model.named_modules() if hasattr(one, "base_layer")}


@pytest.mark.parametrize(
    ("model_type", "expected"),
    [
        ("bert", {"query", "key", "value", "dense"}),
        ("gpt2", {"c_attn", "c_proj"}),
        ("llama", {"q_proj", "k_proj", "v_proj", "o_proj"}),
        ("t5", {"q", "k", "v", "o"}),
    ],
)
def test_attention_is_found_in_every_family(model_type: str, expected: set[str], prepare: Any) -> None:
    prepared = prepare("lora", {"targets": "attention"}, model_type=model_type)
    assert ends(prepared) == expected
    names = [name for name in trainable(prepared.model) if "lora" in name]
    assert not any(".mlp." in name or "intermediate" in name or "DenseReluDense" in name for name in names)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["query", "value"], {"query", "value"}),
        (["attention.output.dense"], {"dense"}),
        (["*.layer.1.attention.self.*"], {"query", "key", "value"}),
    ],
)
def test_names_ends_of_names_and_globs(targets: list[str], expected: set[str], prepare: Any) -> None:
    prepared = prepare("vera", {"targets": targets, "rank": 8})
    assert ends(prepared) == expected
    layers = {"0", "1"} if "*" not in targets[0] else {"1"}
    names = (re.search(r"layer\.(\d)\.", name) for name in trainable(prepared.model) if "vera" in name)
    assert {match[1] for match in names if match} == layers


def test_a_name_that_matches_nothing_is_said(prepare: Any) -> None:
    with pytest.raises(StageError, match=r"lora: targets: 'quary' matches no .*\n  hint: did you mean 'query'\?"):
        prepare("lora", {"targets": ["quary"]})
    with pytest.raises(StageError, match="there are dense, key, query, value"):
        prepare("lora", {"targets": ["classifier"]})


def test_what_was_frozen_before_stays_frozen(tiny: Any, tmp_path: Any) -> None:
    trial = Trial(Lora(), tiny("bert"), tmp_path / "stage")
    model: Any = build_classifier(trial.model.path)
    model.bert.encoder.layer[0].requires_grad_(False)
    model.classifier.requires_grad_(False)
    trains = trainable(trial.method.prepare(model, trial.context()))
    assert {name for name in trains if "lora" not in name} == {"bert.pooler.dense.weight", "bert.pooler.dense.bias"}
    assert {name.split(".")[3] for name in trains if "lora" in name} == {"1"}
    frozen: Any = build_classifier(trial.model.path).requires_grad_(False)
    with pytest.raises(StageError, match="earlier methods froze them all"):
        trial.method.prepare(frozen, trial.context())


def test_a_layer_that_the_head_added_has_no_adapter(tiny: Any, tmp_path: Any) -> None:
    trial = Trial(Lora(), tiny("bert"), tmp_path / "stage")
    context = replace(trial.context(), info=replace(trial.model.info, layers=1))
    model = trial.method.prepare(build_classifier(trial.model.path), context)
    assert {name.split(".")[3] for name in trainable(model) if "lora" in name} == {"0"}


@pytest.mark.parametrize("auto", [AutoModelForCausalLM, AutoModelForMaskedLM], ids=["llama", "bert"])
def test_an_output_layer_over_the_vocabulary_stays(auto: Any, tiny: Any, tmp_path: Any) -> None:
    model_type = "llama" if auto is AutoModelForCausalLM else "bert"
    trial = Trial(Lora(), tiny(model_type), tmp_path / "stage")
    model = trial.method.prepare(auto.from_pretrained(trial.model.path), trial.context())
    output = {id(parameter) for parameter in model.get_output_embeddings().parameters()}
    assert output
    assert not output & {id(parameter) for parameter in trainable(model).values()}


def test_a_model_without_attention_is_said(tiny: Any, tmp_path: Any) -> None:
    trial = Trial(Lora(Lora.Config.model_validate({"targets": "attention"})), tiny("bert"), tmp_path / "stage")
    model: Any = build_classifier(trial.model.path)
    for layer in model.bert.encoder.layer:
        layer.attention = torch.nn.Identity()
    with pytest.raises(StageError, match="attention: none was found in a bert"):
        trial.method.prepare(model, trial.context())


def test_ia3_says_what_it_does_not_find(tiny: Any, tmp_path: Any) -> None:
    trial = Trial(IA3(), tiny("bert"), tmp_path / "stage")
    model: Any = build_classifier(trial.model.path)
    for layer in model.bert.encoder.layer:
        layer.output.dense = torch.nn.Identity()
    with pytest.raises(StageError, match="no feed-forward layers were found in a bert"):
        trial.method.prepare(model, trial.context())


def test_a_second_adapter_is_a_conflict() -> None:
    assert Lora().conflicts([Use("adaptation method", "partial-layers")]) is None
    assert "`ia3` too" in str(Lora().conflicts([Use("adaptation method", "ia3")]))
    assert "`lora` too" in str(Vera().conflicts([Use("adaptation method", "lora")]))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"variant": "pissa", "keep": True}, "is of no use on the base"),
        ({"targets": []}, "an empty list adapts nothing"),
        ({"targets": "everything"}, "all-linear"),
        ({"rank": 0}, "rank"),
        ({"variant": "loftq"}, "variant"),
    ],
)
def test_options_that_cannot_be_are_refused_with_the_recipe(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Lora.Config.model_validate(options)


def test_what_cannot_be_decomposed_is_refused_while_planning(tmp_path: Any, prepare: Any) -> None:
    info = ModelInfo(
        reference="small", model_type="gpt2", architecture="decoder", layers=6, hidden_size=8, vocabulary_size=9
    )
    olora, pissa = (Lora(Lora.Config.model_validate({"variant": one})) for one in ("olora", "pissa"))
    assert olora.refuses(info, TASK) == "olora decomposes linear layers, and gpt2 keeps its weights transposed"
    assert pissa.refuses(info, TASK) is None
    wide = Lora(Lora.Config.model_validate({"variant": "pissa", "rank": 9}))
    assert wide.refuses(info, TASK) == "pissa takes 9 directions of each weight, small has 8"
    assert Lora(Lora.Config.model_validate({"rank": 9})).refuses(info, TASK) is None
    with pytest.raises(StageError, match=r"rank is 33, and .* has 32 directions"):
        prepare("lora", {"variant": "pissa", "rank": 33})


def test_a_weight_that_is_not_finite_is_not_merged(prepare: Any) -> None:
    prepared = prepare("lora", {})
    next(one for name, one in prepared.adapters().items() if "lora_B" in name).data.fill_(float("inf"))
    with pytest.raises(StageError, match=r"the merged weight of bert\.encoder\..* is not finite"):
        prepared.finished()
