"""The label model on published data, as `benchmarks/weak_labels.py` shows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.weak_labels import work_orders

from metier_weak_label._combining import combine
from metier_weak_label._dawid_skene import ABSTAIN
from metier_weak_label._votes import votes_of
from metier_weak_label.functions import functions_of

DATA = Path(__file__).parents[5] / "shared" / "data"
here = pytest.mark.skipif(not DATA.is_dir(), reason="the published data sets are not beside this checkout")


@here
def test_work_orders_are_labelled_and_accuracies_estimated(tmp_path: Path) -> None:
    task = work_orders(DATA, tmp_path)
    labels = sorted(set(task.labels))
    functions = functions_of(task.config, None, labels)
    votes = votes_of(functions, task.texts, labels)
    true = np.array([labels.index(label) for label in task.labels])
    order = np.random.default_rng(0).permutation(len(true))
    known, rest = order[:60], order[60:]
    found = combine(task.config, functions, votes[rest], votes[known], true[known], labels)
    said = (votes[rest] != ABSTAIN).any(axis=1)
    assert (found.labels == true[rest])[said].mean() > 0.95
    assert found.accuracies is not None
    right = [(column == true)[column != ABSTAIN].mean() for column in votes.T]
    assert np.abs(found.accuracies - right).mean() < 0.07
