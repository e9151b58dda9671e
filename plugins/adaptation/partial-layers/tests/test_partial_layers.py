"""Which parameters train, on every kind of model."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from metier.components import MethodContext
from metier.errors import StageError
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import build_classifier
from metier.values import ModelInfo, TaskInfo
from metier_partial_layers.partial_layers import PartialLayers

TASK = TaskInfo("text-classification")
LAYERS = {
    "bert": "bert.encoder.layer.{}.",
    "gpt2": "transformer.h.{}.",
    "llama": "model.layers.{}.",
    "t5": "transformer.{stack}.block.{}.",
}


def prepared(model_type: str, folder: Path, **options: Any) -> tuple[Any, set[str]]:
    """Return a prepared tiny classifier, and the names of the parameters that train."""
    local = build_model(model_type, folder)
    tokenizer = load_tokenizer(local.path)
    context = MethodContext(info=local.info, task=TASK, tokenizer=tokenizer, seed=1, directory=folder)
    method = PartialLayers(PartialLayers.Config.model_validate(options))
    model: Any = method.prepare(build_classifier(local.path), context)
    return model, {name for name, parameter in model.named_parameters() if parameter.requires_grad}


@pytest.mark.parametrize("model_type", LAYERS)
@pytest.mark.parametrize(("train", "index"), [("top-1", 1), ("bottom-1", 0)])
def test_counted_layers_train_and_the_others_do_not(model_type: str, train: str, index: int, tmp_path: Path) -> None:
    model, trains = prepared(model_type, tmp_path, train=train)
    names = {name for name, _ in model.named_parameters()}
    for stack in ("encoder", "decoder") if model_type == "t5" else ("",):
        prefixes = [LAYERS[model_type].format(i, stack=stack) for i in range(2)]
        assert {name for name in trains if name.startswith(prefixes[index])} == {
            name for name in names if name.startswith(prefixes[index])
        }
        assert not any(name.startswith(prefixes[1 - index]) for name in trains)
    embeddings = {id(module.weight) for module in model.modules() if type(module).__name__ == "Embedding"}
    before = {name for name, one in model.named_parameters() if id(one) in embeddings and "layer.0" not in name}
    assert not {name for name in before & trains if "relative" not in name}
    assert any("classif" in name or "score" in name for name in trains), "the head does not train"


def test_embeddings_train_where_asked(tmp_path: Path) -> None:
    _, trains = prepared("bert", tmp_path, train="top-1", embeddings=True)
    assert "bert.embeddings.word_embeddings.weight" in trains
    assert "bert.encoder.layer.0.output.dense.weight" not in trains


def test_globs_choose_by_name_and_the_head_trains_anyway(tmp_path: Path) -> None:
    _, trains = prepared("bert", tmp_path, train=["*.layer.0.attention.*", "*.pooler.*"])
    body = {name for name in trains if name.startswith("bert.")}
    assert body == {name for name in body if ".layer.0.attention." in name or ".pooler." in name}
    assert "bert.encoder.layer.0.attention.self.query.weight" in body
    assert trains - body == {"classifier.weight", "classifier.bias"}


def test_a_glob_that_matches_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"'\*\.layers\.9\.\*' matches no parameter\n  hint: names look like"):
        prepared("bert", tmp_path, train=["*.layers.9.*"])


@pytest.mark.parametrize("value", ["top", "top-0", "upper-2", [], "*.layer.1.*"])
def test_other_words_are_refused_with_the_recipe(value: Any) -> None:
    with pytest.raises(ValidationError, match="train"):
        PartialLayers.Config.model_validate({"train": value})


def test_more_layers_than_there_are_is_refused_while_planning() -> None:
    info = ModelInfo(
        reference="small", model_type="bert", architecture="encoder", layers=6, hidden_size=8, vocabulary_size=9
    )
    method = PartialLayers(PartialLayers.Config.model_validate({"train": "top-8"}))
    assert method.refuses(info, TASK) == "train: top-8 asks for 8 layers, small has 6"
    assert PartialLayers(PartialLayers.Config.model_validate({"train": "top-6"})).refuses(info, TASK) is None


def test_it_says_what_trains(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="metier"):
        model, trains = prepared("bert", tmp_path, train="top-1")
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    said = f"{sum(sizes[name] for name in trains):,} of {sum(sizes.values()):,} parameters train"
    assert any(
        said in message and "bert.encoder.layer.1, bert.pooler.dense, classifier" in message
        for message in caplog.messages
    )
