"""The tiny models are real: they load by transformers' Auto classes, with their tokenizer."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from metier.testing.models import MODEL_TYPES, build_model
from metier.testing.samples import TEXTS


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_loads_with_its_tokenizer(model_type: str, tmp_path: Path) -> None:
    model = build_model(model_type, tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(model.path)
    loaded = AutoModelForSequenceClassification.from_pretrained(model.path, num_labels=3)
    batch = tokenizer(list(TEXTS), padding=True, return_tensors="pt", return_token_type_ids=False)
    assert loaded(**batch).logits.shape == (len(TEXTS), 3)
    assert tokenizer.unk_token_id not in batch["input_ids"]
    assert tokenizer.decode(batch["input_ids"][0], skip_special_tokens=True) == TEXTS[0]
    assert (model.info.model_type, model.info.layers, model.info.hidden_size) == (model_type, 2, 32)
    assert model.info.vocabulary_size == len(tokenizer)


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_same_seed_same_weights(model_type: str, tmp_path: Path) -> None:
    first = build_model(model_type, tmp_path / "first", seed=1)
    assert build_model(model_type, tmp_path / "second", seed=1).digest == first.digest
    assert build_model(model_type, tmp_path / "third", seed=2).digest != first.digest


def test_unknown_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bert, gpt2, llama, t5"):
        build_model("rwkv", tmp_path)
