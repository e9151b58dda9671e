"""The reader over passages; everything that imports torch to train it is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from metier.training.encoded import ROW
from metier_question_answering._torch import SpanObjective
from metier_retrieval.found import FOUND, NAMED
from metier_retrieval.reading import answer_of_passages
from metier_retrieval.teaching import taught_spans

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from metier.values import Json

PASSAGE, TAUGHT = "passage", "taught"
NOTHING = {"text": "", "right": None}
"""What is read where nothing was found, so that the answer is that there is none."""


@dataclass(frozen=True)
class PassageObjective(SpanObjective):
    """Cross-entropy over where an answer begins and ends in each window of each passage, or that it is not there.

    The null score is each window's own, so that margins of different passages compare (Clark and Gardner 2018, section
    3.2, the "no-answer option").
    """

    rank_weight: float = 0.0

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return windows over each row's question and each of its passages: what `question-answering` has of each, the
        `passage` that it is of, and where answers are known whether it is `taught`.

        A passage that has the answer's words and is not the right one is not: nobody knows whether they answer there.
        """
        pairs = [(row, number, one) for row, found in enumerate(rows[FOUND]) for number, one in _read(found)]
        flat: dict[str, Sequence[Any]] = {
            "question": [rows["question"][row] for row, _, _ in pairs],
            "text": [one["text"] for _, _, one in pairs],
        }
        spans: list[list[dict[str, Any]] | None] = []
        if "answers" in rows:
            names = [name for name in ("id", "answers", "passage", "file", "page", "section") if name in rows]
            given = [{name: rows[name][row] for name in names} for row in range(len(rows["question"]))]
            spans = [taught_spans(given[row], one) for row, _, one in pairs]
            flat |= {"spans": [some or [] for some in spans]}
            flat |= {"id": [str(given[row].get("id", "")) for row, _, _ in pairs]}
        columns = dict(super().encode(flat, tokenizer, max_length))
        owners = columns[ROW]
        columns[ROW] = [pairs[owner][0] for owner in owners]
        columns[PASSAGE] = [pairs[owner][1] for owner in owners]
        if spans:
            columns[TAUGHT] = [int(spans[owner] is not None) for owner in owners]
        return columns

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return the best spans of each window, and whose passage's they are; `joined` makes an answer of them."""
        found = super().decode(outputs, examples, tokenizer)
        return [{**one, PASSAGE: example[PASSAGE]} for one, example in zip(found, examples, strict=True)]

    def joined(self, pieces: Sequence[Mapping[str, Json]], row: Mapping[str, Any]) -> Mapping[str, Json]:
        """Return the answer with its citations; see `answer_of_passages`."""
        return answer_of_passages(
            pieces,
            row[FOUND],
            count=self.n_best,
            null_threshold=self.null_threshold,
            rank_weight=self.rank_weight,
        )

    def _weight(self, example: Mapping[str, Any]) -> float:
        """Return how much a window counts: nothing where it is not taught."""
        return super()._weight(example) if example[TAUGHT] else 0.0


def _read(found: Sequence[Mapping[str, Any]]) -> list[tuple[int, Mapping[str, Any]]]:
    """Return a row's passages that have a text, with their number; an empty one where there is none."""
    return [(number, one) for number, one in enumerate(found) if one["use"] != NAMED] or [(0, NOTHING)]
