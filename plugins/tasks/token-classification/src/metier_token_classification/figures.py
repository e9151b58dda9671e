"""How well spans are found, by the rules of CoNLL: a span counts where both borders and the label are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

RIGHT, SAID, TRUE = range(3)


class SpanFigures:
    """Figures over a table, for any weights of its rows."""

    def __init__(self, table: PredictionTable, labels: Sequence[str]) -> None:
        index = {label: i for i, label in enumerate(labels)}
        self.counts = np.zeros((len(table["id"]), len(labels), 3))
        """(rows, labels, 3): spans that are right, said, and true."""
        self.borders = np.zeros((len(table["id"]), 3))
        """(rows, 3): the same with labels aside."""
        for row, (true, said) in enumerate(zip(table["reference"], table["prediction"], strict=True)):
            for place, spans in ((SAID, said), (TRUE, true), (RIGHT, common(said, true))):
                for span in spans:
                    self.counts[row, index[span["label"]], place] += 1
            self.borders[row] = [sum((_places(said) & _places(true)).values()), len(said), len(true)]

    def __call__(self, weights: np.ndarray | None) -> Mapping[str, float]:
        """Return figures; one without anything to count is left out."""
        by_label = np.tensordot(np.ones(len(self.counts)) if weights is None else weights, self.counts, axes=1)
        borders = (np.ones(len(self.borders)) if weights is None else weights) @ self.borders
        total = by_label.sum(axis=0)
        each = [f1(*one) for one in by_label if one[SAID] or one[TRUE]]
        figures = {
            "f1": f1(*total) if total[SAID] or total[TRUE] else None,
            "precision": total[RIGHT] / total[SAID] if total[SAID] else None,
            "recall": total[RIGHT] / total[TRUE] if total[TRUE] else None,
            "f1_macro": float(np.mean(each)) if each else None,
            "f1_borders": f1(*borders) if borders[SAID] or borders[TRUE] else None,
        }
        return {name: float(value) for name, value in figures.items() if value is not None}


def f1(right: float, said: float, true: float) -> float:
    """Return the harmonic mean of precision and recall."""
    return float(2 * right / (said + true)) if said + true else 0.0


def common(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the spans that are in both."""
    there = Counter((span["start"], span["end"], span["label"]) for span in other)
    found = []
    for span in one:
        key = (span["start"], span["end"], span["label"])
        if there[key]:
            there[key] -= 1
            found.append(span)
    return found


def _places(spans: Sequence[Mapping[str, Any]]) -> Counter[tuple[int, int]]:
    return Counter((span["start"], span["end"]) for span in spans)
