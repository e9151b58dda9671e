"""The answer says what the comparisons say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metier.files import read_json, write_json
from metier.report.answer import answer
from metier.report.facts import read_facts


def with_comparisons(run: Path, **intervals: tuple[float, float]) -> Any:
    """Return the answer of a run whose comparisons with the first arm are set."""
    path = run / "evaluation" / "metrics.json"
    metrics = read_json(path)
    for one in metrics["comparisons"]:
        low, high = intervals.get(one["against"].split()[0].replace("-", ""), (0.1, 0.3))
        one.update(interval=[low, high], difference=(low + high) / 2)
    write_json(path, metrics)
    return answer(read_facts(run))


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.01, 0.03), "Adaptation brought +0.020 [+0.010, +0.030]."),
        ((-0.01, 0.03), "Adaptation made no clear difference: +0.010 [\u22120.010, +0.030]."),
        ((-0.03, -0.01), "Adaptation made it worse: \u22120.020 [\u22120.030, \u22120.010]."),
    ],
)
def test_what_adaptation_brought(run: Path, interval: tuple[float, float], words: str) -> None:
    assert words in with_comparisons(run, plain=interval).lead


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.01, 0.03), "It beats the best baseline, TF-IDF + logistic regression, by +0.020"),
        ((-0.01, 0.03), "There is no clear difference from the best baseline, TF-IDF + logistic regression: +0.010"),
        ((-0.03, -0.01), "The best baseline, TF-IDF + logistic regression, is better: \u22120.020"),
    ],
)
def test_where_the_best_baseline_stands(run: Path, interval: tuple[float, float], words: str) -> None:
    assert words in with_comparisons(run, TFIDF=interval).lead


def test_lead_names_rows_and_seeds(run: Path) -> None:
    assert "macro F1 (mean of 3 seeds) on 150 test rows." in answer(read_facts(run)).lead


def test_chart_places_each_model(run: Path) -> None:
    told = answer(read_facts(run))
    values = [one.value for one in told.standings]
    assert values == sorted(values, reverse=True)
    assert {one.name: one.kind for one in told.standings}["adapted"] == "kept"
    for one in told.standings:
        assert 0 <= one.low <= one.at <= one.high <= 100
        assert len(one.seeds) == (3 if one.kind != "baseline" else 0)
