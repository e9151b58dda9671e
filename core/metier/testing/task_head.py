"""The contract of a task head: it learns its data, its figures tell good from bad, and its model loads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from metier.components import TaskHead
from metier.testing.figures import FiguresContract
from metier.testing.models import MODEL_TYPES, build_model
from metier.testing.probe import Call
from metier.testing.samples import rows
from metier.values import Json, ModelInfo

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.testing.task import Task

every_model = pytest.mark.parametrize("model_type", MODEL_TYPES)


class TaskHeadContract(FiguresContract):
    """Tests of a task head on tiny models; override `sample` where it needs other columns than texts and labels."""

    def sample(self) -> Mapping[str, Sequence[Any]]:
        """Return columns of sixteen rows: `id`, and what the head's `columns` ask for."""
        some = rows(16)
        made: dict[str, Sequence[Any]] = {"id": [row["id"] for row in some]}
        values: dict[str, Callable[[dict[str, Any]], Any]] = {
            "text": lambda row: row["text"],
            "label": lambda row: row["label"],
            "labels": lambda row: [row["label"], *(["strong"] if "strong" in row["text"] else [])],
            "number": lambda row: float(len(row["text"])),
            "spans": first_word,
            "any": lambda row: row["text"],
        }
        for column in self.component.columns:
            made[column.name] = [values[column.kind](row) for row in some]
        return made

    def planning_calls(self) -> Sequence[Call]:
        """Planning asks whether it serves a model."""
        info = ModelInfo(
            reference="tiny", model_type="bert", architecture="encoder", layers=2, hidden_size=32, vocabulary_size=100
        )
        return [("refuses", (info,))]

    def dataset(self) -> Dataset:
        """Return the sample as a data set."""
        from datasets import Dataset

        return Dataset.from_dict(dict(self.sample()))

    def corpus(self) -> Dataset:
        """Return texts for a head that reads a corpus: those of the sample, with what `corpus_columns` ask for."""
        from datasets import Dataset

        texts = [row["text"] for row in rows(16)]
        more = {column.name: [column.name] * len(texts) for column in self.component.corpus_columns or ()}
        return Dataset.from_dict({**more, "id": [f"passage-{number}" for number in range(len(texts))], "text": texts})

    def task(self, model_type: str, folder: Path) -> Task:
        """Return the head on a tiny model; skips, with its reason, where it refuses."""
        from metier.testing.task import Task

        model = build_model(model_type, folder / model_type)
        head = self.make(folder)
        reason = head.refuses(model.info)
        if reason is not None:
            pytest.skip(f"it refuses {model_type}: {reason}")
        given = self.dataset()
        if head.corpus_columns is not None:
            head.index(self.corpus(), folder / "index", model=model.path)
            given = head.retrieve(given, folder / "index", training=True)
        return Task(head=head, model=model, rows=given)

    def any_task(self, folder: Path) -> Task:
        """Return the head on the first tiny model that it serves."""
        for model_type in MODEL_TYPES:
            if self.make(folder).refuses(build_model(model_type, folder / model_type).info) is None:
                return self.task(model_type, folder)
        raise AssertionError("it refuses every tiny model")

    def test_says_its_columns_and_figure(self) -> None:
        """When it fails: set `columns` to what a record must hold, and `primary_metric` to the figure to compare by."""
        names = [column.name for column in self.component.columns]
        assert names
        assert len(names) == len(set(names))
        assert self.component.primary_metric

    def test_learns_what_json_can_hold(self, made: TaskHead) -> None:
        """When it fails: return from `learn` plain lists, strings and numbers: state is kept as JSON."""
        state = dict(made.learn(self.dataset()))
        assert json.loads(json.dumps(state, allow_nan=False)) == state
        made.check("train", self.dataset(), state)

    def test_learns_the_same_in_any_order(self, made: TaskHead) -> None:
        """When it fails: sort what is collected from rows: labels must not depend on which row comes first."""
        state = made.learn(self.dataset())
        turned = self.dataset().select(range(len(self.dataset()) - 1, -1, -1))
        assert made.learn(turned) == state

    @every_model
    def test_loss_is_a_sum_over_items(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: sum the loss over the items that `items` counts, in float32, without a mean."""
        import torch

        task = self.task(model_type, tmp_path)
        model = task.build().eval()
        whole, first, second = task.batch(range(8)), task.batch(range(4)), task.batch(range(4, 8))
        assert task.objective.items(whole) == task.objective.items(first) + task.objective.items(second) > 0
        loss = task.objective.loss(model, whole)
        assert (loss.shape, loss.dtype) == (torch.Size([]), torch.float32)
        halves = task.objective.loss(model, first) + task.objective.loss(model, second)
        torch.testing.assert_close(loss, halves, rtol=1e-3, atol=1e-3)

    @every_model
    def test_can_be_learnt(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: the gradient of `loss` does not reach the head, or labels do not match rows."""
        task = self.task(model_type, tmp_path)
        before, after = task.learn_by_heart()
        assert after < 0.7 * before, f"the loss of the sample went from {before} to {after}"

    @every_model
    def test_saved_model_gives_equal_outputs(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: keep everything that the head has in the model's weights and configuration."""
        import torch

        task = self.task(model_type, tmp_path)
        model = task.build()
        expected = task.outputs(model)
        model.save_pretrained(tmp_path / "saved")
        torch.testing.assert_close(task.outputs(task.build(tmp_path / "saved")), expected, rtol=1e-5, atol=1e-5)

    def test_decodes_each_row(self, tmp_path: Path) -> None:
        """When it fails: return from `decode` one mapping a row, of what JSON can hold."""
        predictions = self.any_task(tmp_path).predictions()
        assert len(predictions) == len(self.dataset())
        assert json.loads(json.dumps([dict(one) for one in predictions], allow_nan=False))

    def test_table_has_a_row_each(self, tmp_path: Path) -> None:
        """When it fails: return from `table` the columns id, reference and prediction, in the order of the rows."""
        table = self.any_task(tmp_path).table()
        assert {"id", "reference", "prediction"} <= set(table)
        assert {len(column) for column in table.values()} == {len(self.dataset())}
        assert list(table["id"]) == list(self.dataset()["id"])

    def test_describes_rows_as_json(self, made: TaskHead) -> None:
        """When it fails: return from `describe_rows` counts that JSON can hold."""
        described: Mapping[str, Json] = made.describe_rows(dict(self.sample()))
        json.dumps(dict(described), allow_nan=False)

    def test_same_seed_same_result(self, tmp_path: Path) -> None:
        """When it fails: draw randomness from torch alone while building the head."""
        task = self.any_task(tmp_path)
        assert task.outputs(task.build()).equal(task.outputs(task.build()))


def first_word(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one span, the text's first word, with the row's label."""
    return [{"start": 0, "end": len(row["text"].split()[0]), "label": row["label"]}]
