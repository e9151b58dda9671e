"""Tables for the report: figures a label, and what became of spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metier.values import Detail, TableDetail
from metier_token_classification.figures import RIGHT, SAID, TRUE, SpanFigures, f1

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

Spans = Sequence[Mapping[str, Any]]


def details(table: PredictionTable, labels: Sequence[str]) -> Sequence[Detail]:
    """Return figures a label, and the ways in which spans were got wrong."""
    counts = SpanFigures(table, labels).counts.sum(axis=0)
    rows = tuple(
        (
            label,
            _share(one[RIGHT], one[SAID]),
            _share(one[RIGHT], one[TRUE]),
            round(f1(*one), 4) if one[SAID] or one[TRUE] else None,
            int(one[TRUE]),
        )
        for label, one in zip(labels, counts, strict=True)
    )
    ways: Counter[str] = Counter()
    for true, said in zip(table["reference"], table["prediction"], strict=True):
        ways.update(_ways(true, said))
    named = ["right", "other label", "other borders", "other label and borders", "missed", "not there"]
    return (
        TableDetail("Figures a label", ("label", "precision", "recall", "f1", "support"), rows),
        TableDetail("What became of spans", ("what", "spans"), tuple((name, ways[name]) for name in named)),
    )


def _ways(true: Spans, said: Spans) -> list[str]:
    """Name what happened to each true span, and to each said one that meets none."""
    found = [_way(span, said) for span in true]
    return [*found, *("not there" for span in said if not any(_meet(span, one) for one in true))]


def _way(span: Mapping[str, Any], said: Spans) -> str:
    meeting = [one for one in said if _meet(span, one)]
    borders = [one for one in meeting if (one["start"], one["end"]) == (span["start"], span["end"])]
    if borders:
        return "right" if borders[0]["label"] == span["label"] else "other label"
    if not meeting:
        return "missed"
    return "other borders" if any(one["label"] == span["label"] for one in meeting) else "other label and borders"


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def _share(part: float, whole: float) -> float | None:
    return round(float(part / whole), 4) if whole else None
