"""Numbers are learnt on a scale and said in their own unit; what cannot be learnt is said with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import DataError
from metier.testing.models import build_model, load_tokenizer
from metier_regression._torch import build
from metier_regression.grades import Grades
from metier_regression.regression import Regression
from metier_regression.targets import Scale, describe, learn, numbers

Numbers = st.lists(st.floats(-0.9, 1e6), min_size=2, max_size=20).filter(lambda one: max(one) - min(one) > 1e-3)


def rows(*values: float) -> Dataset:
    return Dataset.from_dict({"id": [f"r:{i}" for i in range(len(values))], "label": list(values)})


@settings(max_examples=100, deadline=None)
@given(Numbers, st.booleans())
def test_targets_have_mean_0_and_deviation_1_and_come_back(values: list[float], logarithmic: bool) -> None:
    state = learn(rows(*values), logarithmic=logarithmic)
    assert learn(rows(*reversed(values)), logarithmic=logarithmic) == state
    scale = Scale(state["mean"], state["deviation"], logarithmic)
    targets = scale.targets(np.array(values))
    assert targets.mean() == pytest.approx(0, abs=1e-6)
    assert targets.std() == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(scale.values(targets), values, rtol=1e-6, atol=1e-6)
    assert np.isfinite(Scale(0.0, 1.0, True).values(np.array([1e9]))).all()


@pytest.mark.parametrize(
    ("values", "logarithmic", "message", "where"),
    [
        ([1.0, float("nan"), float("inf")], False, "2 rows have no finite number", "r:1, r:2"),
        ([5.0, -1.0, 3.0], True, "1 rows have a number of -1 or less", "r:1"),
        ([2.0, 2.0], False, "only the number 2", "data.train"),
    ],
)
def test_what_cannot_be_learnt_is_said(values: Any, logarithmic: bool, message: str, where: str) -> None:
    with pytest.raises(DataError, match=message) as error:
        learn(rows(*values), logarithmic=logarithmic)
    assert error.value.problems[0].where == where
    assert error.value.problems[0].hint
    assert numbers(rows(5.0, -1.0), logarithmic=False).tolist() == [5.0, -1.0]


def test_numbers_are_counted_each_or_in_ranges() -> None:
    assert describe([1.0, 0.5, 1.0], logarithmic=False) == {"0.5": 1, "1": 2}
    ranges = describe([float(i) for i in range(1000)], logarithmic=True)
    assert len(ranges) == 10
    assert sum(ranges.values()) == 1000
    assert next(iter(ranges)).startswith("0 to 0.99")


def test_grades_are_steps_between_the_lowest_and_the_highest() -> None:
    grades = Grades.between(0.1, 0.5, 0.1)
    assert grades.names() == ("0.1", "0.2", "0.3", "0.4", "0.5")
    assert grades.of(grades.units(np.array([0.249, 0.25, 0.31, 7.0, -3.0]))) == [0.2, 0.3, 0.3, 0.5, 0.1]


@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_the_loss_is_in_deviations(loss: Any, tmp_path: Path) -> None:
    head = Regression(Regression.Config(loss=loss, round_to=10))
    state = head.learn(rows(100.0, 200.0, 300.0))
    objective = head.objective(state)
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    encoded = objective.encode({"text": ["sales rose", "costs grew"], "label": [200.0, 300.0]}, tokenizer, 16)
    examples = [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]
    batch = objective.collate(examples, tokenizer, np.random.default_rng(0))
    deviation = np.std([100, 200, 300])
    assert batch["labels"].tolist() == pytest.approx([0.0, 100 / deviation])
    outputs = torch.tensor([[0.5], [-2.0]])

    class Fixed(torch.nn.Module):
        def forward(self, **inputs: torch.Tensor) -> Any:
            return type("Answer", (), {"logits": outputs})

    errors = np.abs(outputs.squeeze().numpy() - batch["labels"].numpy())
    each = errors**2 if loss == "mse" else np.where(errors < 1, errors**2 / 2, errors - 0.5)
    assert float(objective.loss(Fixed(), batch)) == pytest.approx(each.sum(), rel=1e-5)  # type: ignore[arg-type]
    said = objective.decode(outputs, examples, tokenizer)
    assert [one["value"] for one in said] == pytest.approx([200 + deviation / 2, 200 - 2 * deviation])
    assert [one["grade"] for one in said] == [240.0, 100.0]


def test_the_model_says_that_it_gives_a_number(tmp_path: Path) -> None:
    model = build(build_model("bert", tmp_path).path, mean=True)
    assert model.config.problem_type == "regression"
    assert model.config.id2label == {0: "value"}
    assert model.config.num_hidden_layers == 3, "one more layer takes the mean"
