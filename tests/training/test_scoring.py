"""Measuring and predicting stream, keep row order, and leave the model as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.components.task_head import TaskObjective
from metier.errors import DataError, StageError
from metier.testing.models import load_tokenizer
from metier.testing.objective import TwoLabels
from metier.testing.samples import rows
from metier.training import scoring
from metier.training.engine import TrainingEngine
from metier.training.padding import pad
from metier.values import LocalModel

MakeEngine = Callable[..., TrainingEngine]


class Readable(TwoLabels, TaskObjective):
    """Two labels with predictions."""

    def outputs(self, model: Any, batch: Any) -> torch.Tensor:
        assert not model.training
        assert not torch.is_grad_enabled()
        logits: torch.Tensor = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        return logits.float()

    def decode(self, outputs: torch.Tensor, examples: Any, tokenizer: Any) -> Sequence[Mapping[str, Any]]:
        return [{"logits": one} for one in outputs.tolist()]


@pytest.mark.parametrize("window", [1, 64])
def test_predictions_come_in_row_order(
    window: int, make_engine: MakeEngine, classifier: Any, tiny: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "WINDOW", window)
    data = Dataset.from_list(rows(37))
    classifier.train()
    parts = list(make_engine(per_device_eval_batch_size=8).predict(Readable(), classifier, data))
    assert [len(part) for part in parts] == ([8, 8, 8, 8, 5] if window == 1 else [37])
    found = [one["logits"] for part in parts for one in part]
    assert classifier.training
    classifier.eval()
    tokenizer = load_tokenizer(tiny.path)
    for row, logits in zip(data, found, strict=True):
        with torch.no_grad():
            alone = classifier.cpu()(**tokenizer(row["text"], return_tensors="pt", return_token_type_ids=False)).logits[
                0
            ]
        assert logits == pytest.approx(alone.tolist(), abs=1e-5)


class Halves(Readable):
    """Makes two examples of a row, and of their predictions one again."""

    split: bool = True
    named: bool = True

    def encode(self, rows: Any, tokenizer: Any, max_length: int) -> Mapping[str, Sequence[Any]]:
        whole = super().encode(rows, tokenizer, max_length)
        count = len(rows["text"])
        found = {name: [value for value in values for _ in range(2)] for name, values in whole.items()}
        return {**found, **({"row": [i for i in range(count) for _ in range(2)]} if self.named else {})}

    def decode(self, outputs: torch.Tensor, examples: Any, tokenizer: Any) -> Sequence[Mapping[str, Any]]:
        assert len(outputs) == len(examples)
        return [{"tokens": len(one["input_ids"])} for one in examples]

    def joined(self, pieces: Any, row: Any) -> Mapping[str, Any]:
        return {"id": row["id"], "tokens": [one["tokens"] for one in pieces]}


@pytest.mark.parametrize("window", [1, 64])
def test_a_row_of_several_examples_has_one_prediction(
    window: int, make_engine: MakeEngine, classifier: Any, tiny: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "WINDOW", window)
    data = Dataset.from_list(rows(19))
    found = [
        one for part in make_engine(per_device_eval_batch_size=4).predict(Halves(), classifier, data) for one in part
    ]
    lengths = [len(ids) for ids in load_tokenizer(tiny.path)(data["text"][:])["input_ids"]]
    assert found == [{"id": row["id"], "tokens": [length] * 2} for row, length in zip(data, lengths, strict=True)]


def test_examples_of_no_known_row_are_an_error(make_engine: MakeEngine, classifier: Any) -> None:
    objective = Halves()
    objective.named = False
    with pytest.raises(StageError, match="6 examples, and which is whose is not said"):
        list(make_engine().predict(objective, classifier, Dataset.from_list(rows(3))))


def test_the_loss_is_per_item_whatever_the_batch(make_engine: MakeEngine, classifier: Any, labelled: Dataset) -> None:
    losses = [
        make_engine(per_device_eval_batch_size=size).evaluate(TwoLabels(), classifier, labelled)["loss"]
        for size in (1, 7, 64)
    ]
    assert losses[1:] == pytest.approx([losses[0]] * 2, rel=1e-5)


class Silent(TwoLabels):
    """Supervises nothing."""

    def items(self, batch: Any) -> int:
        return 0


def test_rows_without_supervised_items_cannot_be_measured(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset
) -> None:
    with pytest.raises(DataError, match="no item in these rows is supervised"):
        make_engine().evaluate(Silent(), classifier, labelled)


def test_padding_fills_on_the_right() -> None:
    ids, mask = pad([[5, 6, 7], [], [8]], value=9)
    assert ids.tolist() == [[5, 6, 7], [9, 9, 9], [8, 9, 9]]
    assert mask.tolist() == [[1, 1, 1], [0, 0, 0], [1, 0, 0]]
