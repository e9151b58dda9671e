"""Figures agree with scipy's and scikit-learn's, and weights count rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from metier_regression.details import details
from metier_regression.figures import NumberFigures
from metier_regression.grades import Grades
from metier_regression.regression import Regression

GRADES = Grades.between(0, 5, 0.5)


def table(rows: int, *, seed: int, coarse: bool = False) -> dict[str, np.ndarray]:
    """Return a table of predictions better than chance; `coarse` ones have many equal numbers."""
    random = np.random.default_rng(seed)
    reference = random.integers(0, 11, rows) / 2
    prediction = reference + random.normal(size=rows)
    prediction = np.round(prediction) if coarse else prediction
    return {"id": np.arange(rows).astype(object), "reference": reference, "prediction": prediction}


@pytest.mark.parametrize("coarse", [False, True])
def test_figures_agree_with_other_libraries(coarse: bool) -> None:
    made = table(300, seed=1, coarse=coarse)
    made["prediction"] = np.abs(made["prediction"])  # a logarithm of 1 + number is to be defined
    right, said = made["reference"], made["prediction"]
    halves = [np.clip(np.floor(side * 2 + 0.5), 0, 10).astype(int) for side in (right, said)]
    expected = {
        "spearman": stats.spearmanr(right, said).statistic,
        "pearson": stats.pearsonr(right, said).statistic,
        "r2": metrics.r2_score(right, said),
        "mae": metrics.mean_absolute_error(right, said),
        "rmse": metrics.root_mean_squared_error(right, said),
        "rmsle": metrics.root_mean_squared_log_error(right, said),
        "quadratic_weighted_kappa": metrics.cohen_kappa_score(*halves, weights="quadratic"),
    }
    assert NumberFigures(made, GRADES, logarithmic=True)() == pytest.approx(expected)


@settings(max_examples=80, deadline=None)
@given(rows=st.integers(1, 30), seed=st.integers(0, 10_000), coarse=st.booleans())
def test_weights_count_rows(rows: int, seed: int, coarse: bool) -> None:
    made, weights = table(rows, seed=seed, coarse=coarse), np.random.default_rng(seed).integers(0, 3, rows)
    repeated = {name: np.repeat(column, weights, axis=0) for name, column in made.items()}
    assert NumberFigures(made, GRADES)(weights) == pytest.approx(NumberFigures(repeated, GRADES)())


def test_what_is_not_defined_is_left_out() -> None:
    one = {"reference": np.array([1.0, 2.0, 3.0]), "prediction": np.full(3, 0.1)}
    assert set(NumberFigures(one, None)()) == {"r2", "mae", "rmse"}
    assert set(NumberFigures({**one, "reference": one["prediction"]}, GRADES)()) == {"mae", "rmse"}
    assert NumberFigures(one, GRADES)(np.zeros(3)) == {}
    assert set(NumberFigures(one, GRADES, frozenset({"mae"}))()) == {"mae"}


def test_details_tell_small_and_large_numbers_apart() -> None:
    made = {"reference": np.array([0.0] * 6 + [1.0, 2.0, 9.0, 9.0]), "prediction": np.ones(10)}
    sizes, grades = details(made, Grades.between(0, 9, 3))
    assert sizes.rows[0] == ("0 to 0", 6, 0.0, 1.0, 1.0)  # type: ignore[union-attr]
    assert sum(row[1] for row in sizes.rows) == 10  # type: ignore[union-attr]
    assert grades.labels == ("0", "3", "6", "9")  # type: ignore[union-attr]
    assert grades.counts[3] == (2, 0, 0, 0)  # type: ignore[union-attr]
    assert len(details(made, Grades.between(0, 9, 0.01))) == 1, "no matrix of 900 grades"


ROWS = Dataset.from_dict(
    {
        "id": [f"r:{i}" for i in range(40)],
        "text": [f"{'pump' if i % 2 else 'hose'} {i}" for i in range(40)],
        "label": [10.0 + i % 2 for i in range(40)],
    }
)


def features(rows: Dataset) -> np.ndarray:
    return np.array([[float(text.startswith("pump"))] for text in rows["text"]], dtype=np.float32)


@pytest.mark.parametrize("scale", ["linear", "log1p"])
def test_baselines_learn_from_the_training_rows(scale: Any) -> None:
    head = Regression(Regression.Config(scale=scale))
    state = head.learn(ROWS)
    tables = {one.name: one.predict(ROWS, ROWS, features=features) for one in head.baselines(state)}
    figures = {name: head.measure(one, state) for name, one in tables.items()}
    assert list(figures) == ["training mean", "TF-IDF + ridge regression", "frozen model + ridge regression"]
    assert len(set(tables["training mean"]["prediction"])) == 1
    assert "spearman" not in figures["training mean"], "one number has no order"
    assert all(figures[name]["spearman"] > 0.8 for name in list(figures)[1:])
    assert all(list(one["id"]) == ROWS["id"][:] for one in tables.values())


def test_what_both_texts_share_decides_for_the_linear_baseline() -> None:
    words = [f"word{i}" for i in range(30)]
    pairs = [(words[i], words[i] if i % 2 else words[(i + 7) % 30]) for i in range(30)] * 4
    rows = Dataset.from_dict(
        {
            "id": [str(i) for i in range(len(pairs))],
            "text": [f"the {one}" for one, _ in pairs],
            "second": [f"a {other}" for _, other in pairs],
            "label": [5.0 if one == other else 0.0 for one, other in pairs],
        }
    )
    head = Regression(Regression.Config(pair=True))
    state = head.learn(rows)

    def place(some: Dataset) -> np.ndarray:
        return np.array([[float(words.index(text.split()[1]))] for text in some["text"]], dtype=np.float32)

    _, linear, probe = head.baselines(state)
    assert head.measure(linear.predict(rows, rows, features=place), state)["spearman"] > 0.8
    assert head.measure(probe.predict(rows, rows, features=place), state)["spearman"] > 0.5
