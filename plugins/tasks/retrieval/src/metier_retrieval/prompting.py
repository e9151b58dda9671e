"""Prompts of a question with the passages that were found for it, and the answer that is to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from metier_retrieval.answers import answers_of
from metier_retrieval.found import FOUND, READ, TAUGHT

BETWEEN = "\n\n"
Passage = Mapping[str, Any]


class Asked(NamedTuple):
    """A prompt."""

    row: int
    text: str
    answer: str | None
    """What is to be written; None where nobody knows."""


def asked(rows: Mapping[str, Sequence[Any]], *, no_answer: str) -> Iterator[Asked]:
    """Yield a prompt a row: the passages that are read, the best one last, and the question.

    Where none of them is right, the answer is `no_answer`. To learn from, the row has a second prompt then, in which
    the first right passage stands in place of the last that is read.
    """
    answers = rows.get("answers")
    passages = rows.get("passage", [None] * len(rows[FOUND]))
    for row, (question, found) in enumerate(zip(rows["question"], rows[FOUND], strict=True)):
        true = answers_of(answers[row], passages[row]) if answers is not None else []
        read = of_use(found, READ)
        there = bool(true) and any(one["right"] for one in read)
        said = None if answers is None else true[0] if there else no_answer
        yield Asked(row, prompt(question, read), said)
        if true and (taught := of_use(found, TAUGHT)):
            yield Asked(row, prompt(question, [*read[:-1], *taught]), true[0])


def of_use(found: Sequence[Passage], use: str) -> list[Passage]:
    """Return the passages that are for one use, the best first."""
    return [one for one in found if one["use"] == use]


def prompt(question: str, passages: Sequence[Passage]) -> str:
    """Return passages, the best first, and a question as a prompt; what is cut at its start is of the worst."""
    return BETWEEN.join([*(one["text"] for one in reversed(passages)), question])
