"""The loss over questions and candidate pairs; everything that imports torch to train it is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from metier.errors import StageError
from metier_embedding._torch import PairObjective
from metier_retrieval.faq_reading import Scored, answer_of_pairs
from metier_retrieval.found import FOUND, NAMED

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json

NOWHERE = -2.0
"""Stands for the cosine of a candidate that there is not."""


@dataclass(frozen=True)
class PairsObjective(PairObjective):
    """Cross-entropy of the right pair among a question's candidates and "not in the FAQ".

    They are compared by their cosine with the question; that of "not in the FAQ" is `threshold`. There are two terms,
    of which a question that is not in the FAQ has the second alone: the right pair stands above all others and the
    threshold, and the threshold above all that are wrong. After InfoNCE (van den Oord et al. 2018) and the
    adaptive-thresholding loss (Zhou et al. 2021, section 4.1), with a threshold that is given.
    """

    temperature: float
    threshold: float
    searched: tuple[str, ...]
    """The columns of a pair that questions are compared with."""

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return the tokens of each row's question and candidates, one behind the other, their lengths, and which
        candidates are `right` where that is known."""
        options = {"truncation": True, "max_length": max_length}
        options |= {"return_attention_mask": False, "return_token_type_ids": False}
        pairs = [[one for one in found if one["use"] != NAMED] for found in rows[FOUND]]
        texts = [
            [question, *(self._text(one) for one in some)] for question, some in zip(rows["text"], pairs, strict=True)
        ]
        encoded = tokenizer([text for some in texts for text in some], **options)["input_ids"]
        parts = [encoded[start:end] for start, end in pairwise(np.cumsum([0, *map(len, texts)]).tolist())]
        columns: dict[str, Sequence[Any]] = {
            "input_ids": [[token for text in some for token in text] for some in parts],
            "lengths": [[len(text) for text in some] for some in parts],
        }
        if "answer" in rows or "pair" in rows:
            columns["right"] = [[0, *(int(bool(one["right"])) for one in some)] for some in pairs]
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return ids and mask (texts, sequence), of each text its `pair` (the row) and `part` (0 for the question), and
        `labels`, 1 for right candidates, (texts,)."""
        batch = dict(super().collate(examples, tokenizer, generator))
        if "right" in examples[0]:
            batch["labels"] = torch.tensor([mark for one in examples for mark in one["right"]])
        return batch

    def items(self, batch: Batch) -> int:
        """Return the questions whose right pair, or that there is none, is known."""
        return int((batch["part"] == 0).sum()) if "labels" in batch else 0

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return both terms, summed over questions."""
        cosines = self.outputs(model, batch)
        places = (batch["pair"], batch["part"])
        right = torch.zeros(cosines.shape[0], cosines.shape[1] + 1, dtype=torch.bool, device=cosines.device)
        right = right.index_put(places, batch["labels"].bool())[:, 1:]
        with torch.autocast(cosines.device.type, enabled=False):  # a small temperature would spread its rounding
            there = cosines > NOWHERE
            scores = (cosines / self.temperature).masked_fill(~there, -torch.inf)
            none = cosines.new_full((len(cosines), 1), self.threshold / self.temperature)
            asked = right.any(dim=1)
            among = torch.cat([none, scores], dim=1)[asked].logsumexp(dim=1)
            found = among - scores.masked_fill(~right, -torch.inf)[asked].logsumexp(dim=1)
            wrong = torch.cat([none, scores.masked_fill(right, -torch.inf)], dim=1).logsumexp(dim=1) - none[:, 0]
        return found.sum() + wrong.sum()

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the cosine of each question with its candidates, (rows, most candidates); -2 where there is none."""
        vectors, of, part = self.vectors(model, batch), batch["pair"], batch["part"]
        firsts = (part == 0).nonzero().flatten()
        if len(firsts) != int(of.max()) + 1:
            hint = "leave methods out that train on changed texts alone: lexical-substitution"
            raise StageError("the batch has candidates without their question", where="faq", hint=hint)
        shape = (len(firsts), int(part.max()) + 1)
        cosines = (vectors * vectors[firsts][of]).sum(dim=-1)
        return cosines.new_full(shape, NOWHERE).index_put((of, part), cosines)[:, 1:]

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return the cosines of each question's candidates; `joined` makes an answer of them."""
        counts = [len(one["lengths"]) - 1 for one in examples]
        return [{"cosines": row[:count]} for row, count in zip(outputs.tolist(), counts, strict=True)]

    def joined(self, pieces: Sequence[Mapping[str, Json]], row: Mapping[str, Any]) -> Mapping[str, Json]:
        """Return the answer of the likest pair, or that there is none; see `answer_of_pairs`."""
        (only,) = pieces
        pairs = [one for one in row[FOUND] if one["use"] != NAMED]
        scored = [Scored(*one) for one in zip(pairs, only["cosines"], strict=True)]
        return answer_of_pairs(scored, threshold=self.threshold, temperature=self.temperature)

    def _text(self, pair: Mapping[str, Any]) -> str:
        return " ".join(pair[name] for name in self.searched)
