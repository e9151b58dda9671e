"""The model, and the objective that trains it; everything that imports torch or transformers is here."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from transformers import AutoModelForQuestionAnswering

from metier.components import TaskObjective
from metier.training.encoded import ROW
from metier.training.heads import model_over
from metier.training.padding import KINDS, pad, pad_token_id
from metier_question_answering.answers import Candidate, answer_of, best_over_windows, candidates_of
from metier_question_answering.windows import shared, targets, windows

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json

NAMES = ("start", "end")
INPUTS = frozenset({"input_ids", "attention_mask", KINDS, "inputs_embeds"})


def build(path: Path) -> PreTrainedModel:
    """Return the model at `path` with a linear layer over the two ends of an answer, in float32.

    Raises `RunError` where transformers has no such model, or its tokenizer nothing to pad with.
    """
    types = "bert, modernbert, gpt2, llama, qwen3, t5"
    return model_over(AutoModelForQuestionAnswering, path, NAMES, task="question answering", types=types)


@dataclass(frozen=True)
class SpanObjective(TaskObjective):
    """Cross-entropy over where an answer begins and ends; a long text is several windows that share `stride` tokens."""

    adds_tokens: ClassVar[bool] = False

    stride: int
    longest: int
    """Characters of an answer."""
    n_best: int
    null_threshold: float | None
    within_words: bool = False
    null_weight: float = 1.0

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return windows: `input_ids`, `row`, where each token lies in the text and whether an answer may begin or end
        there, the token that stands for no answer, and where the rows have spans the answer's first and last token.
        """
        stride = shared(self.stride, max_length)
        found = list(windows(rows["question"], rows["text"], tokenizer, max_length=max_length, stride=stride))
        columns: dict[str, Sequence[Any]] = {
            "input_ids": [one.input_ids for one in found],
            ROW: [one.row for one in found],
            "starts": [one.starts for one in found],
            "ends": [one.ends for one in found],
            "borders": [one.borders for one in found],
            "null": [one.null for one in found],
        }
        if found and found[0].kinds is not None:
            columns[KINDS] = [one.kinds for one in found]
        if "spans" in rows:
            grouped = itertools.groupby(found, key=lambda one: one.row)
            names = rows.get("id", [""] * len(rows["spans"]))
            places = [
                place
                for row, group in grouped
                for place in targets(list(group), rows["spans"][row], where=str(names[row]))
            ]
            columns["first"], columns["last"] = zip(*places, strict=True)
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return token ids and mask (batch, sequence), padded on the right, which tokens may begin or end an answer,
        and labels (batch, 2) if known.
        """
        input_ids, attention_mask = pad([one["input_ids"] for one in examples], value=pad_token_id(tokenizer))
        batch = {"input_ids": input_ids, "attention_mask": attention_mask}
        if KINDS in examples[0]:
            batch[KINDS] = pad([one[KINDS] for one in examples], value=0)[0]
        starts, ends = (pad([one[name] for one in examples], value=0)[0] for name in ("starts", "ends"))
        batch["candidates"] = ends > starts
        batch["candidates"][range(len(examples)), [one["null"] for one in examples]] = True
        if "first" in examples[0]:
            batch["labels"] = torch.tensor([[one["first"], one["last"]] for one in examples])
            batch["weights"] = torch.tensor([self._weight(one) for one in examples])
        return batch

    def items(self, batch: Batch) -> int:
        """Return the windows, all of which teach something: where the answer is, or that it is not there."""
        return len(batch["labels"]) if "labels" in batch else 0

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the mean of both ends' cross-entropies among the tokens that may be one, summed over windows."""
        logits = self.outputs(model, batch).masked_fill(~batch["candidates"].unsqueeze(1), -torch.inf)
        losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), batch["labels"], reduction="none")
        return losses.mean(dim=1) @ batch["weights"]

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return logits (batch, 2, sequence) of where an answer begins and ends, float32."""
        found = model(**{name: value for name, value in batch.items() if name in INPUTS})
        return torch.stack([found.start_logits, found.end_logits], dim=1).float()

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return the best spans of each window; `joined` makes an answer of them."""
        scores = outputs.numpy().astype(np.float64)
        return [
            {
                "candidates": candidates_of(
                    score, one, within_words=self.within_words, longest=self.longest, count=self.n_best
                )
            }
            for one, score in zip(examples, scores, strict=True)
        ]

    def joined(self, pieces: Sequence[Mapping[str, Json]], row: Mapping[str, Any]) -> Mapping[str, Json]:
        """Return `answer`, `start`, `end`, `score`, `margin` and `n_best` of a row; see `answer_of`."""
        found = ([Candidate(*one) for one in window["candidates"]] for window in pieces)
        candidates = best_over_windows(found, count=self.n_best)
        return answer_of(row["text"], candidates, null_threshold=self.null_threshold)

    def _weight(self, example: Mapping[str, Any]) -> float:
        """Return how much a window counts: `null_weight` where it points at no answer."""
        return self.null_weight if example["first"] == example["null"] else 1.0
