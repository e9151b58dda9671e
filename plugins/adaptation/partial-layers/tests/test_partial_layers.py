"""Which parameters train, on every kind of model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from metier.errors import StageError
from metier.values import LocalModel, ModelInfo, TaskInfo, Use
from metier_partial_layers.choice import indices, read
from metier_partial_layers.partial_layers import BIASLESS, PartialLayers

TASK = TaskInfo("text-classification")
LAYERS = {
    "bert": "bert.encoder.layer.{}.",
    "gpt2": "transformer.h.{}.",
    "llama": "model.layers.{}.",
    "t5": "transformer.{stack}.block.{}.",
}
HEAD = {"bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"}
NORMS = {"bert": "LayerNorm", "gpt2": ".ln_", "llama": "norm", "t5": "layer_norm"}
Prepare = Callable[..., Any]


def method(**options: Any) -> PartialLayers:
    """Return the method with options."""
    return PartialLayers(PartialLayers.Config.model_validate(options))


def trains(model: Any) -> set[str]:
    """Return the names of the parameters that train."""
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def names(model: Any) -> set[str]:
    """Return the names of all parameters."""
    return {name for name, _ in model.named_parameters()}


def outside(model: Any) -> set[str]:
    """Return the names of the parameters outside the pretrained body, and of BERT's pooler."""
    return {name for name in names(model) if not name.startswith(f"{model.base_model_prefix}.") or ".pooler." in name}


@pytest.mark.parametrize("model_type", LAYERS)
@pytest.mark.parametrize(("train", "index"), [("top-1", 1), ("bottom-1", 0), ("every-2", 1)])
def test_counted_layers_train_and_the_others_do_not(model_type: str, train: str, index: int, prepare: Prepare) -> None:
    model = prepare(method(train=train), model_type=model_type)
    for stack in ("encoder", "decoder") if model_type == "t5" else ("",):
        prefixes = [LAYERS[model_type].format(i, stack=stack) for i in range(2)]
        assert {name for name in trains(model) if name.startswith(prefixes[index])} == {
            name for name in names(model) if name.startswith(prefixes[index])
        }
        assert not any(name.startswith(prefixes[1 - index]) for name in trains(model))
    embeddings = {id(module.weight) for module in model.modules() if type(module).__name__ == "Embedding"}
    before = {name for name, one in model.named_parameters() if id(one) in embeddings and "relative" not in name}
    assert before
    assert not before & trains(model)
    assert outside(model) <= trains(model), "the head does not train"


@pytest.mark.parametrize(
    ("train", "size", "expected"),
    [
        ("top-2", 6, {4, 5}),
        ("bottom-2", 6, {0, 1}),
        ("every-2", 6, {1, 3, 5}),
        ("every-3", 7, {0, 3, 6}),
        ("every-1", 3, {0, 1, 2}),
        ("top-4", 2, {0, 1}),  # the shorter stack of two
        ("bottom-4", 2, {0, 1}),
    ],
)
def test_layers_are_counted(train: str, size: int, expected: set[int]) -> None:
    assert indices(read(train), size) == expected


@pytest.mark.parametrize("model_type", NORMS)
def test_layer_norms_are_found_by_their_type(model_type: str, prepare: Prepare) -> None:
    model = prepare(method(train="layer-norms"), model_type=model_type)
    expected = {name for name in names(model) if NORMS[model_type] in name}
    assert expected
    assert trains(model) == expected | outside(model)


@pytest.mark.parametrize("model_type", ["bert", "gpt2"])
def test_biases_are_those_of_the_whole_body(model_type: str, prepare: Prepare) -> None:
    model = prepare(method(train="biases"), model_type=model_type)
    assert trains(model) == {name for name in names(model) if name.endswith(".bias")} | outside(model)


@pytest.mark.parametrize("model_type", ["llama", "t5"])
def test_models_without_biases_refuse_them(
    model_type: str, prepare: Prepare, local: Callable[[str], LocalModel]
) -> None:
    biases = method(train="biases")
    reason = biases.refuses(local(model_type).info, TASK)
    assert reason == f"train: biases has nothing to train, a {model_type} model has no biases"
    with pytest.raises(StageError, match=r"the model has no biases\n  hint: choose `layer-norms`"):
        prepare(biases, model_type=model_type)


@pytest.mark.parametrize("model_type", sorted(BIASLESS))
def test_types_said_to_be_without_biases_are(model_type: str) -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    config: Any = AutoConfig.for_model(model_type)
    if hasattr(config, "layer_types"):
        config.layer_types = config.layer_types[:1] if config.layer_types else None
    config.num_hidden_layers = config.num_layers = config.num_decoder_layers = 1
    with torch.device("meta"):
        model = AutoModel.from_config(config)
    assert not [name for name, _ in model.named_parameters() if name.endswith("bias")]


def test_embeddings_or_the_head_alone(prepare: Prepare) -> None:
    model = prepare(method(train="embeddings"))
    assert trains(model) == {name for name in names(model) if name.startswith("bert.embeddings.")} | HEAD
    assert trains(prepare(method(train="head"))) == HEAD


def test_embeddings_train_beside_layers_where_asked(prepare: Prepare) -> None:
    found = trains(prepare(method(train="top-1", embeddings=True)))
    assert "bert.embeddings.word_embeddings.weight" in found
    assert "bert.encoder.layer.0.output.dense.weight" not in found


def test_globs_choose_by_name_and_the_head_trains_anyway(prepare: Prepare) -> None:
    model = prepare(method(train=["*.layer.0.attention.*", "*.token_type_embeddings.*"]))
    wanted = {name for name in names(model) if ".layer.0.attention." in name or "token_type" in name}
    assert "bert.encoder.layer.0.attention.self.query.weight" in wanted
    assert trains(model) == wanted | HEAD


def test_a_layer_that_the_task_put_on_top_is_not_counted(prepare: Prepare, context: Any) -> None:
    model = prepare()
    model.config.mean_pooling_layers = 1
    found = trains(method(train="top-1").prepare(model, context()))
    assert {name.split(".layer.")[1][0] for name in found if ".layer." in name} == {"0", "1"}
    assert trains(method(train="head").prepare(model, context())) == HEAD


def test_two_choices_are_what_both_name(prepare: Prepare) -> None:
    model = prepare(method(train="top-1"), method(train="biases"))
    assert trains(model) == {name for name in names(model) if ".layer.1." in name and name.endswith(".bias")} | HEAD
    with pytest.raises(StageError, match="all that is to train is frozen already"):
        prepare(method(train="top-1"), method(train="bottom-1"))


@pytest.mark.parametrize(
    "said", ["top-1", "bottom-1", "biases", "layer-norms", "embeddings", "head", "auto-1", ["*.layer.0.output.*"]]
)
def test_what_trains_moves_and_nothing_else_does(said: Any, train: Any, moved: Any, prepare: Prepare) -> None:
    chosen = method(train=said)
    expected = trains(prepare(chosen))
    found = moved(train([chosen], max_steps=3))
    # The bias of a key raises all of a query's scores alike, and so has no gradient but rounding.
    assert found <= expected, "frozen parameters moved"
    assert all(name.endswith(".key.bias") for name in expected - found), expected - found


def test_a_glob_that_matches_nothing_is_said(prepare: Prepare) -> None:
    with pytest.raises(StageError, match=r"'\*\.layers\.9\.\*' matches no parameter\n  hint: names look like"):
        prepare(method(train=["*.layers.9.*"]))


@pytest.mark.parametrize(
    "value", ["top", "top-0", "every-0", "auto-0", "upper-2", "bias", [], "*.layer.1.*", "top--1", "top-2.5"]
)
def test_other_words_are_refused_with_the_recipe(value: Any) -> None:
    with pytest.raises(ValidationError, match="train"):
        method(train=value)


@pytest.mark.parametrize("train", ["top-99", "bottom-7", "every-7", "auto-7"])
def test_more_layers_than_there_are_is_refused_while_planning(train: str) -> None:
    info = ModelInfo(
        reference="small", model_type="bert", architecture="encoder", layers=6, hidden_size=8, vocabulary_size=9
    )
    number = train.rpartition("-")[2]
    assert method(train=train).refuses(info, TASK) == f"train: {train} asks for {number} layers, small has 6"
    assert method(train=f"{train.rpartition('-')[0]}-6").refuses(info, TASK) is None


def test_adapters_are_put_in_before_layers_are_chosen() -> None:
    lora = Use("adaptation method", "lora", distribution="metier-peft", path="adapt[0]")
    assert method(train="top-2").conflicts([lora]) is None
    after = method(train="top-2").conflicts([Use(lora.kind, "lora", {}, "metier-peft", path="adapt[1]")])
    assert after is not None
    assert "list it after them" in after
    biases = method(train="biases").conflicts([lora])
    assert biases is not None
    assert "which adapters keep frozen" in biases
    assert method(train="biases").conflicts([Use(lora.kind, "adversarial", path="adapt[1]")]) is None


def test_adapters_that_are_there_train_in_the_layers_that_are_counted(prepare: Prepare) -> None:
    from peft import LoraConfig, inject_adapter_in_model

    model = inject_adapter_in_model(LoraConfig(target_modules=["query", "value"]), prepare())
    model.classifier.requires_grad_(True)
    method(train="top-1").prepare(model, None)
    found = {name for name in trains(model) if ".layer." in name}
    assert found == {name for name in names(model) if ".layer.1." in name and "lora_" in name}
    assert len(found) == 4


def test_it_says_what_trains(prepare: Prepare, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="metier"):
        model = prepare(method(train="top-1"))
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    said = f"{sum(sizes[name] for name in trains(model)):,} of {sum(sizes.values()):,} parameters train"
    assert any(
        said in message and "bert.encoder.layer.1, bert.pooler.dense, classifier" in message
        for message in caplog.messages
    )
