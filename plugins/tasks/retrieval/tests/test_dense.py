"""Vectors: how texts are read, which encoder reads them, and that it stays where texts change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import AutoModel

from metier.errors import RunError
from metier.files import write_json
from metier.testing.models import build_model, load_tokenizer
from metier.testing.samples import TEXTS
from metier_retrieval import _dense
from metier_retrieval._dense import pooling_of
from metier_retrieval.index import Index, write
from metier_retrieval.options import RetrievalOptions

NAMES = ("text",)


def corpus(*texts: str) -> Dataset:
    return Dataset.from_dict({"id": [str(number) for number in range(len(texts))], "text": list(texts)})


def test_vectors_are_means_over_tokens_of_length_1(tmp_path: Path) -> None:
    """Reimers and Gurevych 2019, section 3: the mean over the last layer; their product is the cosine."""
    path = build_model("bert", tmp_path / "model").path
    write(
        corpus(*TEXTS), tmp_path, options=RetrievalOptions(retriever="dense"), model=path, columns=NAMES, searched=NAMES
    )
    tokenizer, model = load_tokenizer(path), AutoModel.from_pretrained(path).eval()
    expected = []
    for text in TEXTS:
        with torch.no_grad():
            mean = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(dim=0)
        expected.append((mean / mean.norm()).numpy())
    vectors = np.load(tmp_path / "index" / "vectors.npy")
    assert vectors == pytest.approx(np.array(expected), abs=1e-5)
    (ranking,) = Index(tmp_path).rankings([TEXTS[3]], 2)
    assert ranking.numbers[0] == 3
    assert ranking.scores[0] == pytest.approx(1, abs=1e-5)


def test_the_encoder_is_copied_and_stays_where_texts_are_replaced(tmp_path: Path) -> None:
    here, other = build_model("bert", tmp_path / "one").path, build_model("bert", tmp_path / "two", seed=9).path
    options = RetrievalOptions(encoder=str(here))
    write(corpus(*TEXTS), tmp_path, options=options, model=other, columns=NAMES, searched=NAMES)
    here.rename(tmp_path / "gone")
    before = (tmp_path / "index" / "encoder" / "model.safetensors").read_bytes()
    assert Index(tmp_path).rankings([TEXTS[5]], 1)[0].numbers.tolist() == [5]
    write(corpus(*TEXTS[4:]), tmp_path, options=options, model=other, columns=NAMES, searched=NAMES)
    assert (tmp_path / "index" / "encoder" / "model.safetensors").read_bytes() == before
    index = Index(tmp_path)
    assert index.rankings([TEXTS[5]], 1)[0].numbers.tolist() == [1]
    assert index.get("text", 1) == TEXTS[5]


def test_the_same_texts_are_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(_dense, "_KEPT", {})
    whole = _dense.encoded
    monkeypatch.setattr(_dense, "encoded", lambda *given, **options: asked.append(1) or whole(*given, **options))
    one, two = build_model("bert", tmp_path / "one").path, build_model("bert", tmp_path / "two", seed=9).path
    for number, (model, texts) in enumerate(((one, TEXTS), (one, TEXTS), (two, TEXTS), (two, TEXTS[:2]))):
        _dense.write(texts, tmp_path / str(number), model=model)
    assert len(asked) == 3
    vectors = [np.load(tmp_path / str(number) / "vectors.npy") for number in range(4)]
    assert (vectors[0] == vectors[1]).all()
    assert not np.allclose(vectors[1], vectors[2])
    assert vectors[3] == pytest.approx(vectors[2][:2], abs=1e-5)


def test_an_encoder_that_reads_otherwise_is_refused(tmp_path: Path) -> None:
    assert pooling_of(tmp_path) == "mean"
    for name, expected in (("pooling_mode_lasttoken", "last"), ("pooling_mode_cls_token", None)):
        write_json(tmp_path / "1_Pooling" / "config.json", {name: True})
        if expected:
            assert pooling_of(tmp_path) == expected
        else:
            with pytest.raises(RunError, match="neither by the mean nor by the last token"):
                pooling_of(tmp_path)
