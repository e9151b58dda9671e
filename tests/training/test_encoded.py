"""Tokenised data: what went in comes out, and only what changed is encoded anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.errors import DataError, StageError
from metier.testing.models import load_tokenizer
from metier.testing.objective import TwoLabels
from metier.training import encoded as encoded_module
from metier.training.encoded import encode
from metier.values import LocalModel


class Counting(TwoLabels):
    """Counts in a list of the class how often rows are encoded."""

    asked: list[int] = []

    def encode(self, rows: Mapping[str, Sequence[Any]], tokenizer: Any, max_length: int) -> Mapping[str, Sequence[Any]]:
        self.asked.append(len(rows["text"]))
        return super().encode(rows, tokenizer, max_length)


class TakesAll(TwoLabels):
    """Takes the columns as they are."""

    def encode(self, rows: Mapping[str, Sequence[Any]], tokenizer: Any, max_length: int) -> Mapping[str, Sequence[Any]]:
        return dict(rows)


numbers = st.lists(st.integers(-5, 2**31 - 1), max_size=6)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(examples=st.lists(st.tuples(numbers, st.integers(0, 9), st.floats(-9, 9, width=32)), min_size=1, max_size=20))
def test_what_went_in_comes_out(examples: list[Any], tiny: LocalModel, tmp_path_factory: Any) -> None:
    columns = zip(*examples, strict=True)
    rows = Dataset.from_dict(dict(zip(("input_ids", "label", "weight"), map(list, columns), strict=True)))
    folder = tmp_path_factory.mktemp("encoded")
    encoded = encode(rows, TakesAll(), load_tokenizer(tiny.path), max_length=8, directory=folder)
    assert len(encoded) == encoded.rows == len(examples)
    assert encoded.lengths().tolist() == [len(ids) for ids, _, _ in examples]
    found = [encoded.example(i) for i in range(len(encoded))]
    assert [(one["input_ids"], one["label"], one["weight"]) for one in found] == examples


def test_examples_know_their_rows_across_batches(
    tiny: LocalModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoded_module, "ROWS_A_BATCH", 2)
    rows = Dataset.from_dict({"input_ids": [[1], [2], [3]], "row": [0, 1, 0]})
    found = encode(rows, TakesAll(), load_tokenizer(tiny.path), max_length=8, directory=tmp_path)
    assert found.owners().tolist() == [0, 1, 2]
    turned = Dataset.from_dict({"input_ids": [[1], [2]], "row": [1, 0]})
    with pytest.raises(StageError, match="'row' out of order"):
        encode(turned, TakesAll(), load_tokenizer(tiny.path), max_length=8, directory=tmp_path)


def test_the_same_is_encoded_once(tiny: LocalModel, labelled: Dataset, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(tiny.path)
    Counting.asked.clear()
    for max_length, rows in ((16, labelled), (16, labelled), (8, labelled), (16, labelled.select(range(4)))):
        encode(rows, Counting(), tokenizer, max_length=max_length, directory=tmp_path)
    assert Counting.asked == [64, 64, 4]


def test_an_interrupted_encoding_is_done_anew(tiny: LocalModel, labelled: Dataset, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(tiny.path)
    encode(labelled, Counting(), tokenizer, max_length=16, directory=tmp_path)
    (folder,) = tmp_path.iterdir()
    (folder / "columns.json").unlink()
    (folder / "input_ids.values").write_bytes(b"half")
    encoded = encode(labelled, Counting(), tokenizer, max_length=16, directory=tmp_path)
    assert encoded.example(0)["input_ids"] == tokenizer(labelled[0]["text"])["input_ids"]


def test_faults_of_data_and_objective_are_said(tiny: LocalModel, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(tiny.path)

    def failing(values: dict[str, Any]) -> None:
        encode(Dataset.from_dict(values), TakesAll(), tokenizer, max_length=8, directory=tmp_path)

    with pytest.raises(DataError, match="no examples come of these rows"):
        failing({"input_ids": [], "label": []})
    with pytest.raises(StageError, match="holds numbers"):
        failing({"input_ids": [[1]], "label": ["positive"]})


def test_large_numbers_are_kept(tiny: LocalModel, tmp_path: Path) -> None:
    rows = Dataset.from_dict({"input_ids": [[1], [2]], "label": [2**40, 1]})
    encoded = encode(rows, TakesAll(), load_tokenizer(tiny.path), max_length=8, directory=tmp_path)
    assert encoded.example(0)["label"] == 2**40
    assert encoded.columns["input_ids"].values.dtype == np.int32
