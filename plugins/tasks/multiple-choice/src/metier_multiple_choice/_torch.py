"""The model, and the objective that trains it; everything that imports torch or transformers is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification

from metier.components import TaskObjective
from metier.errors import StageError
from metier.training.heads import model_over
from metier.training.padding import KINDS, pad, pad_token_id
from metier.training.pooling import read_by_the_mean
from metier_multiple_choice.answers import choices_of, right_place
from metier_multiple_choice.tables import prediction

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json


def build(path: Path, *, mean: bool) -> PreTrainedModel:
    """Return the model at `path` with a linear layer that gives a question with a choice one score, in float32.

    `mean` lets a BERT encoder be read by the mean over its tokens. Raises `RunError` where transformers has no such
    model for sequences, or its tokenizer nothing to pad with.
    """
    types = "bert, modernbert, llama, qwen3"
    model = model_over(AutoModelForSequenceClassification, path, ("score",), task="multiple choice", types=types)
    if mean:
        read_by_the_mean(model)
    return model


@dataclass(frozen=True)
class ChoiceObjective(TaskObjective):
    """Cross-entropy over each question's choices; a row is one example, with a text for each of its choices.

    The texts of an example lie one behind the other in `input_ids`, and `lengths` tells where each ends: choices of a
    question are compared, so that they must be in one batch. A batch has a row a text; `question` and `choice` tell
    whose it is.
    """

    first_token: ClassVar[bool] = True  # transformers' BERT-like classifiers read nothing else
    adds_tokens: ClassVar[bool] = False

    answers: str
    """The way in which right answers are given."""

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return the tokens of each row's texts, cut to `max_length`, their lengths, and `right` where it is known.

        A text is the question with a choice, or the context with both. Of two parts the longer is cut first, at its
        beginning: what is asked stands at the end.
        """
        choices = [choices_of(value) for value in rows["choices"]]
        kinds = KINDS in tokenizer.model_input_names
        between = "" if tokenizer.sep_token else "\n"  # a decoder has nothing of its own that parts two texts
        firsts, seconds = _parts(rows, choices)
        with _cutting_the_left(tokenizer):
            encoded = tokenizer(
                firsts,
                [between + text for text in seconds],
                truncation=True,
                max_length=max_length,
                return_attention_mask=False,
                return_token_type_ids=kinds,
            )
        ends = np.cumsum([0, *map(len, choices)]).tolist()
        texts = [encoded["input_ids"][start:end] for start, end in pairwise(ends)]
        columns: dict[str, Sequence[Any]] = {
            "input_ids": [_joined(some) for some in texts],
            "lengths": [[len(one) for one in some] for some in texts],
        }
        if kinds:
            columns[KINDS] = [_joined(encoded[KINDS][start:end]) for start, end in pairwise(ends)]
        if "label" in rows:
            given = zip(rows["label"], choices, strict=True)
            columns["right"] = [right_place(answer, some, self.answers) for answer, some in given]
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return ids and mask (texts, sequence), padded on the right, whose `question` and which `choice` of it a text
        is (texts,), and `labels` (texts,), 1 for right choices, where they are known."""
        sizes = [len(one["lengths"]) for one in examples]
        ids = [text for one in examples for text in _apart(one["input_ids"], one["lengths"])]
        input_ids, attention_mask = pad(ids, value=pad_token_id(tokenizer))
        batch = {"input_ids": input_ids, "attention_mask": attention_mask}
        if KINDS in examples[0]:
            kinds = [text for one in examples for text in _apart(one[KINDS], one["lengths"])]
            batch[KINDS] = pad(kinds, value=0)[0]
        batch["question"] = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
        batch["choice"] = torch.cat([torch.arange(size) for size in sizes])
        if "right" in examples[0]:
            right = torch.tensor([one["right"] for one in examples])
            batch["labels"] = (batch["choice"] == right[batch["question"]]).long()
        return batch

    def items(self, batch: Batch) -> int:
        """Return the questions whose right choice is known."""
        return int(batch["labels"].sum()) if "labels" in batch else 0

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the cross-entropy over the choices, summed over questions."""
        logits, right = self.outputs(model, batch), batch["labels"].bool()
        if int(right.sum()) < len(logits):
            hint = "leave methods out that train on changed texts alone: lexical-substitution"
            raise StageError("the batch has questions without their right choice", where="multiple-choice", hint=hint)
        return torch.nn.functional.cross_entropy(logits, batch["choice"][right], reduction="sum")

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return logits (questions, most choices), float32; the smallest number where a question has fewer."""
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask", KINDS) if name in batch}
        scores: torch.Tensor = model(**inputs).logits.float().squeeze(-1)
        shape = [int(batch[name].max()) + 1 for name in ("question", "choice")]
        logits = scores.new_full(shape, torch.finfo(scores.dtype).min)
        return logits.index_put((batch["question"], batch["choice"]), scores)

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return each question's most probable choice: `index`, from 0, its `score`, and all `probabilities`."""
        probabilities = outputs.softmax(dim=-1).numpy()
        return [prediction(row[: len(one["lengths"])]) for row, one in zip(probabilities, examples, strict=True)]

    def joined(self, pieces: Sequence[Mapping[str, Json]], row: Mapping[str, Any]) -> Mapping[str, Json]:
        """Return the prediction with the words of the choice."""
        (only,) = pieces
        return {"choice": choices_of(row["choices"])[only["index"]], **only}


def _parts(rows: Mapping[str, Sequence[Any]], choices: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return both parts of each text, a text a choice."""
    contexts = rows.get("context")
    firsts, seconds = [], []
    for number, (question, some) in enumerate(zip(rows["text"], choices, strict=True)):
        for choice in some:
            firsts.append(question if contexts is None else contexts[number])
            seconds.append(choice if contexts is None else f"{question} {choice}")
    return firsts, seconds


@contextmanager
def _cutting_the_left(tokenizer: PreTrainedTokenizerFast) -> Iterator[None]:
    """Let the tokenizer cut texts at their beginning, inside the block: it takes the side from nowhere else."""
    former = tokenizer.truncation_side
    tokenizer.truncation_side = "left"
    try:
        yield
    finally:
        tokenizer.truncation_side = former


def _joined(texts: Sequence[Sequence[int]]) -> list[int]:
    return [token for text in texts for token in text]


def _apart(tokens: Sequence[int], lengths: Sequence[int]) -> list[Sequence[int]]:
    """Return the texts of an example."""
    return [tokens[start:end] for start, end in pairwise(np.cumsum([0, *lengths]).tolist())]
