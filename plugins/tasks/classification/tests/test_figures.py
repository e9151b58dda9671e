"""Figures agree with scikit-learn's, and weights count rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from metier_classification.figures import OneLabelFigures
from metier_classification.figures_several import SeveralLabelsFigures


def one_label(rows: int, labels: int, *, seed: int, coarse: bool = False) -> dict[str, np.ndarray]:
    """Return a table of predictions better than chance; `coarse` ones have many equal probabilities."""
    random = np.random.default_rng(seed)
    reference = random.integers(0, labels, rows)
    logits = random.normal(size=(rows, labels)) + 1.5 * np.eye(labels)[reference]
    if coarse:
        logits = np.round(logits)
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    ids = np.array([f"row:{i}" for i in range(rows)], dtype=object)
    return {"id": ids, "reference": reference, "prediction": probability.argmax(axis=1), "probability": probability}


def several_labels(rows: int, labels: int, *, seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    reference = (random.random((rows, labels)) < 0.3).astype(np.int8)
    probability = 1 / (1 + np.exp(-(random.normal(size=(rows, labels)) + 2 * reference - 1)))
    ids = np.array([f"row:{i}" for i in range(rows)], dtype=object)
    prediction = (probability >= 0.5).astype(np.int8)
    return {"id": ids, "reference": reference, "prediction": prediction, "probability": probability}


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("labels", [2, 5, 22])
def test_one_label_agrees_with_scikit_learn(labels: int, coarse: bool) -> None:
    table = one_label(400, labels, seed=labels, coarse=coarse)
    weights = np.random.default_rng(0).integers(0, 4, 400).astype(float)
    found = OneLabelFigures(table, labels)(weights)
    truth, guess, scores = table["reference"], table["prediction"], table["probability"]
    macro = {"average": "macro", "zero_division": 0, "sample_weight": weights}
    areas = [metrics.roc_auc_score(truth == i, scores[:, i], sample_weight=weights) for i in range(labels)]
    if labels == 2:  # equal probabilities of one label differ by rounding in the other's: one side is asked
        areas = areas[1:]
    expected = {
        "accuracy": metrics.accuracy_score(truth, guess, sample_weight=weights),
        "f1_macro": metrics.f1_score(truth, guess, **macro),
        "precision_macro": metrics.precision_score(truth, guess, **macro),
        "recall_macro": metrics.recall_score(truth, guess, **macro),
        "log_loss": metrics.log_loss(truth, scores, sample_weight=weights, labels=range(labels)),
        "auroc": np.mean(areas),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_several_labels_agree_with_scikit_learn() -> None:
    table = several_labels(300, 6, seed=1)
    weights = np.random.default_rng(0).integers(0, 4, 300).astype(float)
    truth, guess, scores = table["reference"], table["prediction"], table["probability"]
    macro = {"average": "macro", "zero_division": 0, "sample_weight": weights}
    losses = [metrics.log_loss(truth[:, i], scores[:, i], sample_weight=weights) for i in range(6)]
    expected = {
        "accuracy": metrics.accuracy_score(truth, guess, sample_weight=weights),
        "f1_macro": metrics.f1_score(truth, guess, **macro),
        "f1_micro": metrics.f1_score(truth, guess, **{**macro, "average": "micro"}),
        "precision_macro": metrics.precision_score(truth, guess, **macro),
        "recall_macro": metrics.recall_score(truth, guess, **macro),
        "auroc": metrics.roc_auc_score(truth, scores, average="macro", sample_weight=weights),
        "log_loss": np.mean(losses),
    }
    assert SeveralLabelsFigures(table)(weights) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(1, 30), labels=st.integers(2, 4), seed=st.integers(0, 10_000), coarse=st.booleans())
def test_weights_count_rows(rows: int, labels: int, seed: int, coarse: bool) -> None:
    weights = np.random.default_rng(seed).integers(0, 3, rows)
    one, several = one_label(rows, labels, seed=seed, coarse=coarse), several_labels(rows, labels, seed=seed)
    repeat = {name: np.repeat(column, weights, axis=0) for name, column in one.items()}
    assert OneLabelFigures(one, labels)(weights) == pytest.approx(OneLabelFigures(repeat, labels)())
    repeat = {name: np.repeat(column, weights, axis=0) for name, column in several.items()}
    assert SeveralLabelsFigures(several)(weights) == pytest.approx(SeveralLabelsFigures(repeat)())


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    # Ten rows at confidence .8, of which six are right: a gap of .2.
    probability = np.tile([0.8, 0.2], (10, 1))
    reference = np.array([0] * 6 + [1] * 4)
    table = {"reference": reference, "prediction": np.zeros(10, np.int64), "probability": probability}
    assert OneLabelFigures(table, 2)()["calibration_error"] == pytest.approx(0.2)


def test_what_is_not_defined_is_left_out() -> None:
    table = one_label(5, 2, seed=0)
    table["reference"] = np.zeros(5, np.int64)
    assert "auroc" not in OneLabelFigures(table, 2)()
    assert OneLabelFigures(table, 2)(np.zeros(5)) == {}
    assert SeveralLabelsFigures(several_labels(5, 2, seed=0))(np.zeros(5)) == {}


def test_only_the_figures_asked_for() -> None:
    assert set(OneLabelFigures(one_label(9, 3, seed=0), 3, frozenset({"accuracy"}))()) == {"accuracy"}
    assert set(SeveralLabelsFigures(several_labels(9, 3, seed=0), frozenset({"f1_micro"}))()) == {"f1_micro"}
