"""What training must know of questions and answers, and what of them cannot be learnt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metier.errors import DataError
from metier.values import Json
from metier_question_answering.matching import match_of

if TYPE_CHECKING:
    from datasets import Dataset


def learn(train: Dataset) -> dict[str, Json]:
    """Return how many questions there are and how many of them have no answer, the characters of the longest answer,
    and how answers are compared.

    Raises `DataError` where no question has an answer.
    """
    check("train", train)
    answers = [spans for _, _, spans, _ in _rows(train)]
    if not any(answers):
        hint = "check the column of answers: a list of {start, end, label} in each record, or read with `use: squad`"
        raise DataError("no training question has an answer", where="train", hint=hint)
    return {
        "questions": len(answers),
        "without_answer": sum(not spans for spans in answers),
        "longest": max(span["end"] - span["start"] for spans in answers for span in spans),
        "match": match_of(train["question"][:]),
    }


def check(split: str, rows: Dataset) -> None:
    """Raise `DataError` for a row without a question, and for an answer of spaces alone."""
    for row, question, spans, text in _rows(rows):
        if not question.strip():
            raise DataError(f"this row of {split} asks nothing", where=row, hint="give it a question, or leave it out")
        for span in spans:
            if not text[span["start"] : span["end"]].strip():
                said = f"the answer from {span['start']} to {span['end']} is nothing but spaces"
                raise DataError(said, where=row, hint="correct its place, or leave it out: then there is no answer")


def _rows(rows: Dataset) -> Iterator[tuple[str, str, Sequence[Mapping[str, Any]], str]]:
    for batch in rows.select_columns(["id", "question", "spans", "text"]).iter(batch_size=1000):
        yield from zip(*(batch[name] for name in ("id", "question", "spans", "text")), strict=True)
