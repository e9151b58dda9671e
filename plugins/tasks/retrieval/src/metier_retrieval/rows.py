"""What training must know of questions and answers, and what of them cannot be learnt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from metier.errors import DataError
from metier.values import Json
from metier_question_answering.matching import match_of
from metier_retrieval.answers import answers_of

if TYPE_CHECKING:
    from datasets import Dataset


def learn(train: Dataset) -> dict[str, Json]:
    """Return how many questions there are and how many of them have no answer, the characters of the longest answer,
    and how answers are compared.

    Raises `DataError` where no question has an answer.
    """
    check("train", train)
    answers = [some for _, _, some in _rows(train)]
    if not any(answers):
        hint = "check the column of answers: `columns: {answers: …}`"
        raise DataError("no training question has an answer", where="train", hint=hint)
    return {
        "questions": len(answers),
        "without_answer": sum(not some for some in answers),
        "longest": max(len(one) for some in answers for one in some),
        "match": match_of(train["question"][:]),
    }


def check(split: str, rows: Dataset) -> None:
    """Raise `DataError` for a row without a question, and for answers that cannot be read."""
    for row, question, _ in _rows(rows):
        if not question.strip():
            raise DataError(f"this row of {split} asks nothing", where=row, hint="give it a question, or leave it out")


def _rows(rows: Dataset) -> Iterator[tuple[str, str, list[str]]]:
    names = [name for name in ("id", "question", "answers", "passage") if name in rows.column_names]
    for batch in rows.select_columns(names).iter(batch_size=1000):
        passages = batch.get("passage", [None] * len(batch["id"]))
        for row, question, value, passage in zip(
            batch["id"], batch["question"], batch["answers"], passages, strict=True
        ):
            try:
                yield row, question, answers_of(value, passage)
            except DataError as error:
                first = error.problems[0]
                raise DataError(first.message, where=row, hint=first.hint) from error
