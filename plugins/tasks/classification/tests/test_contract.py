"""`text-classification` keeps the contract of a task head, with one label a text and with several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metier.testing import TaskHeadContract
from metier.testing.samples import rows
from metier_classification.classification import TextClassification
from metier_classification.pairs import PairClassification


class TestTextClassification(TaskHeadContract):
    """One label a text."""

    component = TextClassification


class TestPairs(TaskHeadContract):
    """One label for two texts."""

    component = PairClassification


class TestSeveralLabels(TaskHeadContract):
    """Several labels a text."""

    component = TextClassification
    options = {"multi_label": True, "class_weights": "balanced"}

    def sample(self) -> Mapping[str, Sequence[Any]]:
        some = rows(16)
        labels = [sorted({row["label"], *(["strong"] if "strong" in row["text"] else [])}) for row in some]
        labels[3] = []
        return {"id": [row["id"] for row in some], "text": [row["text"] for row in some], "labels": labels}
