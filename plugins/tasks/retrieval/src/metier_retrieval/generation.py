"""The task head `retrieval-augmented-generation`: questions to documents, answered in words that are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from metier.components import TaskObjective
from metier.values import Json, ModelInfo
from metier_retrieval.documents import DocumentQuestions
from metier_retrieval.options import DocumentOptions
from metier_text_generation.options import Options
from metier_text_generation.text_generation import TextGeneration

if TYPE_CHECKING:
    from metier_question_answering.matching import Match

SYSTEM = "Answer the question at the end from the passages, in a few words, or say that it is not in the documents."


class RetrievalAugmentedGeneration(DocumentQuestions, TextGeneration):
    """Answers questions from documents: finds passages, writes an answer from them, and cites the one it is from."""

    name: ClassVar[str] = "retrieval-augmented-generation"

    class Config(DocumentOptions, Options):
        """Options of `retrieval-augmented-generation`."""

        retriever: Literal["bm25", "dense", "fused"] = "bm25"
        """How texts of the corpus are found: `bm25` by the words that they share with the question, `dense` by the
        vectors of an `encoder`, `fused` by both, the ranks put together."""
        passages: int = Field(2, ge=1, le=100)
        """Passages that stand in the prompt, the best one last: where a prompt is too long, the worst is cut."""
        system: str = SYSTEM
        """What the model is told before everything else."""
        max_new_tokens: int | None = Field(48, ge=1)
        """Tokens that an answer may have, its end included; the prompt has the rest of `training.max_length`."""
        no_answer: str = "Not in the documents."
        """What is written where the answer is not in the passages."""
        min_support: float = Field(0.5, ge=0.0, le=1.0)
        """Share of an answer's words that the passage must have which is cited; words of the question do not count.
        An answer with less is withheld."""

    config: Config

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse encoders, and a model whose vectors cannot be had, where passages are found by them."""
        return TextGeneration.refuses(self, model) or self.config.refusal(model)

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return cross-entropy over the tokens of answers behind passages and question."""
        from metier_retrieval._generation import CitedAnswer

        return CitedAnswer(self.config)

    def match(self, state: Mapping[str, Json]) -> Match:
        """Return how answers are compared: as the training questions are written."""
        found: Match = state["match"]
        return found

    def longest(self, state: Mapping[str, Json]) -> int:
        """Return the characters of the longest answer in training."""
        return int(state["longest"])
