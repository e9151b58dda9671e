"""The writer over passages; everything that imports torch to train it is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from metier.training.encoded import ROW
from metier_question_answering.matching import NO_ANSWER
from metier_retrieval.found import FOUND, READ
from metier_retrieval.prompting import asked, of_use
from metier_retrieval.reading import cited, listed
from metier_retrieval.support import best_support, same_words
from metier_text_generation._torch import AnswerObjective

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json
    from metier_retrieval.generation import RetrievalAugmentedGeneration


@dataclass(frozen=True)
class CitedAnswer(AnswerObjective):
    """Cross-entropy over the tokens of answers behind passages and question (Lewis et al. 2020, with what is found
    fixed); predictions are generated, and held against the passages.
    """

    options: RetrievalAugmentedGeneration.Config

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return what `text-generation` has of each prompt, and the row that it is of; see `asked`."""
        prompts = list(asked(rows, no_answer=self.options.no_answer))
        names = rows.get("id", range(len(rows[FOUND])))
        flat = {"id": [names[one.row] for one in prompts], "text": [one.text for one in prompts]}
        if "answers" in rows:
            flat["answer"] = [one.answer for one in prompts]
        return {**super().encode(flat, tokenizer, max_length), ROW: [one.row for one in prompts]}

    def log_loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return zeros: a true answer that is not in the passages read is not to be said."""
        return torch.zeros(len(batch["labels"]), 2, dtype=torch.float64, device=batch["labels"].device)

    def joined(self, pieces: Sequence[Mapping[str, Json]], row: Mapping[str, Any]) -> Mapping[str, Json]:
        """Return the `answer` of the passages that were read, with its citation; empty where it is not in them.

        What the model wrote is in `written`, `score` is the share of its words that the cited passage has, and
        `finished` whether it ended the answer itself. An answer with less support than asked for is withheld.
        """
        first, read = pieces[0], of_use(row[FOUND], READ)
        written = str(first["text"])
        support = best_support(written, row["question"], read)
        share = support.share if support else 0.0
        said = bool(written) and not same_words(written, self.options.no_answer)
        answered = said and support is not None and share >= self.options.min_support
        place = [{"text": support.passage["text"], **cited(support.passage)}] if support and answered else []
        return {
            "answer": written if answered else NO_ANSWER,
            "score": round(share, 4),
            "written": written,
            "finished": first["finished"],
            "citations": place,
            "passages": listed(row[FOUND]),
        }
