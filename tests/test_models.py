"""What a model folder says of itself is read without loading the model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metier.errors import RecipeError
from metier.models import digest_folder, read_model_info

BERT = {
    "model_type": "bert",
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "vocab_size": 99,
    "max_position_embeddings": 64,
}
GPT2 = {"model_type": "gpt2", "n_layer": 3, "n_embd": 48, "vocab_size": 50, "n_positions": 128}
T5 = {"model_type": "t5", "num_layers": 4, "d_model": 64, "vocab_size": 70, "is_encoder_decoder": True}


@pytest.mark.parametrize(
    ("config", "architecture", "layers", "length"),
    [(BERT, "encoder", 2, 64), (GPT2, "decoder", 3, 128), (T5, "encoder-decoder", 4, None)],
)
def test_each_family_is_told_by_its_configuration(
    tmp_path: Path, config: dict[str, object], architecture: str, layers: int, length: int | None
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    info = read_model_info(tmp_path, reference="here")
    assert (info.architecture, info.layers, info.max_length) == (architecture, layers, length)


def test_a_folder_without_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no config\.json in this folder"):
        read_model_info(tmp_path, reference="here")


@pytest.mark.parametrize("text", ["{", "[]", '{"model_type": "bert"}'])
def test_a_configuration_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(RecipeError, match="not the configuration of a transformers model"):
        read_model_info(tmp_path, reference="here")


def test_the_digest_follows_weights_and_not_notes(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"1")
    before = digest_folder(tmp_path)
    (tmp_path / "README.md").write_text("card")
    assert digest_folder(tmp_path) == before
    (tmp_path / "model.safetensors").write_bytes(b"2")
    assert digest_folder(tmp_path) != before
