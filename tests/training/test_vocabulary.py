"""Training only the word embeddings that occur gives the weights that training all of them gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from datasets import Dataset

from metier.builtin.optimizers.adafactor import Adafactor
from metier.builtin.optimizers.adamw import AdamW
from metier.builtin.optimizers.sgd import Sgd
from metier.testing.models import load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.training.encoded import encode
from metier.training.engine import TrainingEngine
from metier.training.vocabulary import occurring_words
from metier.values import LocalModel

MakeEngine = Callable[..., TrainingEngine]
LARGE = 400
"""Tokens of the model's vocabulary; the rows have about forty of them."""


class Plain(TwoLabels):
    """Adds no tokens to those that were encoded."""

    adds_tokens = False


@pytest.fixture
def large(tiny: LocalModel, tmp_path: Path) -> Path:
    """A tiny classifier's folder whose vocabulary is far larger than what the rows have."""
    model: Any = build_classifier(tiny.path)
    torch.manual_seed(0)
    model.resize_token_embeddings(LARGE)
    model.save_pretrained(tmp_path / "large")
    return tmp_path / "large"


def quiet(folder: Path) -> Any:
    model = build_classifier(folder)
    for one in model.modules():
        if isinstance(one, torch.nn.Dropout):
            one.p = 0.0
    return model


@pytest.mark.parametrize("factory", [AdamW, Sgd])
def test_the_result_is_that_of_training_all_of_them(
    factory: Any, make_engine: MakeEngine, large: Path, labelled: Dataset, tmp_path: Path
) -> None:
    found = {}
    for objective in (TwoLabels(), Plain()):
        model = quiet(large)
        # as many rows as a batch has: the same batches, whichever way they are grouped
        engine = make_engine(max_steps=5, per_device_train_batch_size=64, directory=tmp_path / type(objective).__name__)
        engine.optimizer = factory(factory.Config(learning_rate=0.01, weight_decay=0.1))
        engine.train(objective, model, labelled)
        found[type(objective)] = (engine.choices["word_embeddings"], model)
    (every, whole), (some, small) = [(said, model.cpu()) for said, model in (found[TwoLabels], found[Plain])]
    assert every == "all"
    assert some.startswith("the ")
    before = build_classifier(large).get_input_embeddings().weight
    assert not torch.allclose(whole.get_input_embeddings().weight[300:], before[300:], rtol=1e-4), "they decay"
    assert type(small.get_input_embeddings()) is torch.nn.Embedding
    for (name, one), other in zip(whole.named_parameters(), small.parameters(), strict=True):
        torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-5, msg=name)


def test_what_reads_other_rows_too_keeps_them(
    make_engine: MakeEngine, large: Path, labelled: Dataset, tmp_path: Path
) -> None:
    engine = make_engine(max_steps=1)
    engine.optimizer = Adafactor(Adafactor.Config())  # it divides by the mean over rows
    engine.train(Plain(), quiet(large), labelled)
    assert engine.choices["word_embeddings"] == "all"
    engine = make_engine(max_steps=1, speed="plain", directory=tmp_path / "plain")
    engine.train(Plain(), quiet(large), labelled)
    assert engine.choices["word_embeddings"] == "all"


def test_it_is_not_done_where_it_is_wrong_or_no_gain(tiny: LocalModel, labelled: Dataset, tmp_path: Path) -> None:
    encoded = encode(labelled, Plain(), load_tokenizer(tiny.path), max_length=64, directory=tmp_path)
    frozen = build_classifier(tiny.path)
    frozen.get_input_embeddings().requires_grad_(False)
    tied = transformers.BertForMaskedLM(transformers.BertConfig.from_pretrained(tiny.path, vocab_size=LARGE))
    for model in (build_classifier(tiny.path), frozen, tied):
        with occurring_words(model, [encoded]) as tokens:
            assert tokens is None


def test_a_token_that_was_not_said_to_occur_is_an_error_and_all_is_put_back(
    large: Path, labelled: Dataset, tiny: LocalModel, tmp_path: Path
) -> None:
    model = build_classifier(large)
    before = model.get_input_embeddings()
    encoded = encode(labelled, Plain(), load_tokenizer(tiny.path), max_length=64, directory=tmp_path)
    with occurring_words(model, [encoded], special=[0, 4]) as tokens:
        assert tokens == len({*encoded.columns["input_ids"].values.tolist(), 0, 4})
        with pytest.raises(IndexError):
            model(input_ids=torch.tensor([[2, LARGE - 1, 3]]))
    assert model.get_input_embeddings() is before
