"""Puts into each row the texts of the corpus that were found for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from metier.errors import DataError
from metier_retrieval.index import Index
from metier_retrieval.ranking import Ranking

if TYPE_CHECKING:
    from datasets import Dataset

FOUND = "found"
"""The column: a list of texts of the corpus a row, the best first."""
LISTED = 10
"""Ranks that figures look at, and that predictions list."""
READ, TAUGHT, NAMED = "read", "taught", "named"
"""What a text is for: to be read; to be learnt from, although it is not read; or to be listed alone, without itself."""


class Right(Protocol):
    """Tells which texts of the corpus are right for a row."""

    def holds(self, number: int) -> bool:
        """Return whether a text is right."""

    def first(self, ranking: Ranking) -> int | None:
        """Return the right text that stands first in a ranking, else any that is known; None if there is none."""


Judge = Callable[[Mapping[str, Any]], Right | None]
"""Takes a row; None where nothing is right for it."""


def with_texts(
    rows: Dataset,
    index: Index,
    *,
    question: str,
    names: Sequence[str],
    read: int,
    judge: Judge | None,
    training: bool = False,
) -> Dataset:
    """Return `rows` with the column `found`: texts for the question in a column, the first `read` of them to be read.

    Each has `text`, the columns `names` of the corpus, `rank` from 1 (null beyond the ranking), `score`, `right` (null
    where it is not known) and `use`. With a `judge` they say which are right; for `training` the first right one is
    among them even where it is not read, to be learnt from. Raises `DataError` for a row that cannot be judged.
    """
    from datasets.features.features import generate_from_arrow_type

    rankings = index.rankings(rows[question][:])
    made = [
        _texts(index, ranking, names=names, read=read, right=judge and _judged(row, judge), training=training)
        for row, ranking in zip(rows, rankings, strict=True)
    ]
    kept = rows.remove_columns(FOUND) if FOUND in rows.column_names else rows
    column = _type(names)
    return kept.add_column(FOUND, pa.array(made, column), feature=generate_from_arrow_type(column))


def _type(names: Sequence[str]) -> pa.DataType:
    fields = {"text": pa.string(), **dict.fromkeys(names, pa.string())}
    fields |= {"rank": pa.int32(), "score": pa.float64(), "right": pa.bool_(), "use": pa.string()}
    return pa.list_(pa.struct(fields))


def _judged(row: Mapping[str, Any], judge: Judge) -> Right | None:
    try:
        return judge(row)
    except DataError as error:
        raise DataError(error.problems[0].message, where=str(row["id"]), hint=error.problems[0].hint) from error


def _texts(
    index: Index, ranking: Ranking, *, names: Sequence[str], read: int, right: Right | None, training: bool
) -> list[dict[str, Any]]:
    """Return a row's texts."""
    ranks = {number: rank for rank, number in enumerate(ranking.numbers.tolist(), start=1)}
    use = {number: READ if rank <= read else NAMED for number, rank in ranks.items() if rank <= max(read, LISTED)}
    marks = {number: right.holds(number) for number in use} if right else {}
    if training and right and not any(marks[number] for number in use if use[number] == READ):
        taught = right.first(ranking)
        if taught is not None:
            use[taught], marks[taught] = TAUGHT, True
    return [
        {
            "text": "" if way == NAMED else index.get("text", number),
            **{name: index.get(name, number) for name in names},
            "rank": ranks.get(number),
            "score": float(ranking.scores[ranks[number] - 1]) if number in ranks else None,
            "right": marks.get(number),
            "use": way,
        }
        for number, way in use.items()
    ]
