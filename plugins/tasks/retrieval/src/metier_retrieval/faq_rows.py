"""Which pair of the FAQ is right for a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from metier.data.keys import folded
from metier.errors import DataError
from metier.values import Json
from metier_retrieval.index import Index
from metier_retrieval.ranking import Ranking

if TYPE_CHECKING:
    from datasets import Dataset


def learn(train: Dataset) -> dict[str, Json]:
    """Return `by` (`pair` or `answer`), `questions`, and those `not_in_faq`.

    Raises `DataError` where no question has a pair, and for rows as `check` does.
    """
    by = "pair" if "pair" in train.column_names else "answer"
    check("train", train, by)
    given = [said(value) for value in train[by][:]]
    if not any(given):
        hint = f"fill the column `{by}`; it is empty where a question is not in the FAQ"
        raise DataError("no training question is in the FAQ", where="train", hint=hint)
    return {"by": by, "questions": len(given), "not_in_faq": sum(not one for one in given)}


def check(split: str, rows: Dataset, by: str) -> None:
    """Raise `DataError` where rows do not say which pair is right, or ask nothing."""
    if by not in rows.column_names:
        hint = "give each question its `answer`, as the FAQ has it, or the `pair` by name; empty where there is none"
        raise DataError(f"rows of {split} do not have the column '{by}'", where=split, hint=hint)
    for row, question in zip(rows["id"][:], rows["text"][:], strict=True):
        if not question.strip():
            raise DataError(f"this row of {split} asks nothing", where=row, hint="give it a question, or leave it out")


def check_pairs(corpus: Dataset) -> None:
    """Raise `DataError` for a pair without a question or an answer."""
    for row, question, answer in zip(*(corpus[name][:] for name in ("id", "text", "answer")), strict=True):
        if not question.strip() or not answer.strip():
            missing = "answer" if question.strip() else "question"
            raise DataError(f"this pair has no {missing}", where=row, hint="complete it, or leave it out")


def said(value: Any) -> str:
    """Return what a row gives for an answer or a pair, folded; empty for none."""
    return "" if value is None else folded(str(value))


class RightPairs:
    """Tells whether pairs are right for one question."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = frozenset(numbers)

    def holds(self, number: int) -> bool:
        """Return whether a pair is right."""
        return number in self._numbers

    def first(self, ranking: Ranking) -> int | None:
        """Return the right pair that stands first in a ranking, else the first in the FAQ."""
        ranked = (number for number in ranking.numbers.tolist() if number in self._numbers)
        return next(ranked, min(self._numbers, default=None))


class Pairs:
    """Knows the pairs of an index by their answer and their name."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def right(self, row: Mapping[str, Any]) -> RightPairs | None:
        """Return what tells a question's right pairs; None where it is not in the FAQ.

        A row that gives a pair has that one, else any with its answer. Raises `DataError` for one that is not there.
        """
        for name in ("pair", "answer"):
            if value := said(row.get(name)):
                numbers = self._numbers[name].get(value)
                if numbers is None:
                    hint = "correct it; leave it empty where the question is not in the FAQ"
                    raise DataError(f"the FAQ has no {name} '{str(row[name])[:60]}'", hint=hint)
                return RightPairs(numbers)
        return None

    @cached_property
    def _numbers(self) -> Mapping[str, Mapping[str, Sequence[int]]]:
        found: dict[str, dict[str, list[int]]] = {}
        for name in ("pair", "answer"):
            found[name] = defaultdict(list)
            for value, numbers in self._index.where(name).items():
                found[name][said(value)].extend(numbers)
        return found
