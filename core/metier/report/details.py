"""What the task head tells beside figures: tables a label, confusion, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.report import wording
from metier.report.facts import Facts

LARGEST_MATRIX = 100
"""Labels up to which the confusion matrix is drawn."""
SHOWN_CONFUSIONS = 10
STRONG = 0.55
"""Share from which a cell is dark enough for light text."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table; a share has a bar."""

    text: str
    numeric: bool
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table from the task head."""

    title: str
    columns: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[TableCell]]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A count, and its share of the row."""

    count: int
    share: float
    right: bool
    strong: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts of reference against prediction; no `rows` where there are too many labels to draw."""

    title: str
    labels: Sequence[str]
    rows: Sequence[tuple[str, int, Sequence[MatrixCell]]]
    confusions: Sequence[tuple[str, str, int, str]]
    """The most frequent: reference, prediction, how often, share of the reference's rows."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often the model is right where it is so sure: points in percent of both axes."""

    points: Sequence[tuple[float, float, float, str]]
    """Confidence, accuracy, radius, and the words of each."""
    error: str


def tables(facts: Facts) -> list[Table]:
    """Return the tables of the head, but the calibration, and of strategies."""
    return [_table(one) for one in _details(facts) if one["kind"] == "table" and not _is_calibration(one)]


def matrices(facts: Facts) -> list[Matrix]:
    """Return the head's matrices."""
    return [_matrix(one) for one in _details(facts) if one["kind"] == "matrix"]


def calibration(facts: Facts) -> Calibration | None:
    """Return the calibration, where the head tells it."""
    for one in _details(facts):
        if _is_calibration(one) and one["rows"]:
            most = max(rows for *_, rows in one["rows"])
            points = [
                (
                    round(100 * confidence, 2),
                    round(100 * accuracy, 2),
                    round(1.2 + 3.3 * (rows / most) ** 0.5, 2),
                    f"said {wording.share(confidence)}, right {wording.share(accuracy)}, {wording.count(rows)} rows",
                )
                for confidence, accuracy, rows in one["rows"]
            ]
            return Calibration(points, wording.number(facts.judged["metrics"].get("calibration_error")))
    return None


def _details(facts: Facts) -> Sequence[Mapping[str, Any]]:
    return [*facts.judged["details"], *facts.metrics.get("details", ())]


def _is_calibration(detail: Mapping[str, Any]) -> bool:
    return detail["kind"] == "table" and list(detail["columns"]) == ["confidence", "accuracy", "rows"]


def _table(detail: Mapping[str, Any]) -> Table:
    shares = [all(map(_may_be_share, column)) for column in zip(*detail["rows"], strict=True)]
    rows = [[_cell(*one) for one in zip(row, shares, strict=True)] for row in detail["rows"]]
    numeric = [all(row[i].numeric for row in rows) for i in range(len(detail["columns"]))]
    return Table(detail["title"], [str(column) for column in detail["columns"]], numeric, rows)


def _may_be_share(value: Any) -> bool:
    return not isinstance(value, float) or 0 <= value <= 1


def _cell(value: Any, share: bool) -> TableCell:
    """Return a value as a cell; `share` says that no value of its column lies outside 0 and 1."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return TableCell(wording.DASH if value is None else str(value), numeric=False)
    if isinstance(value, int):
        return TableCell(wording.count(value), numeric=True)
    return TableCell(wording.number(value), numeric=True, bar=value if share else None)


def _matrix(detail: Mapping[str, Any]) -> Matrix:
    labels, counts = detail["labels"], detail["counts"]
    totals = [sum(row) for row in counts]
    wrong = [
        (row[j], labels[i], labels[j], totals[i])
        for i, row in enumerate(counts)
        for j in range(len(labels))
        if i != j and row[j]
    ]
    top = sorted(wrong, key=lambda one: (-one[0], one[1], one[2]))[:SHOWN_CONFUSIONS]
    confusions = [(reference, said, times, wording.share(times / total)) for times, reference, said, total in top]
    drawn = range(len(labels)) if len(labels) <= LARGEST_MATRIX else ()
    rows = [(labels[i], totals[i], [_matrix_cell(counts[i][j], totals[i], i == j) for j in drawn]) for i in drawn]
    return Matrix(detail["title"], labels, rows, confusions)


def _matrix_cell(count: int, total: int, right: bool) -> MatrixCell:
    share = count / total if total else 0.0
    return MatrixCell(count, round(share, 3), right, share >= STRONG)
