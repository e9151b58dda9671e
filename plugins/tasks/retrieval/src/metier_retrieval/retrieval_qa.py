"""The task head `retrieval-qa`: questions to documents, answered from passages that are found, read and cited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from metier.components import TaskObjective
from metier.values import Json, ModelInfo
from metier_question_answering.question_answering import QuestionAnswering
from metier_retrieval.documents import DocumentQuestions
from metier_retrieval.options import DocumentOptions


class RetrievalQA(DocumentQuestions, QuestionAnswering):
    """Answers questions from documents: finds passages, reads them, and cites file, page and section."""

    name: ClassVar[str] = "retrieval-qa"

    class Config(DocumentOptions, QuestionAnswering.Config):
        """Options of `retrieval-qa`."""

        rank_weight: float = Field(2.0, ge=0.0)
        """How much it counts against a span that its passage was found late: so many times the logarithm of the
        rank."""
        null_weight: float = Field(0.2, gt=0.0)
        """How much a window without the answer counts in the loss: less than 1, as most passages that are read have
        none."""

    config: Config

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse a model whose vectors cannot be had, where passages are found by them."""
        return self.config.refusal(model)

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return cross-entropy over where an answer begins and ends in each passage."""
        from metier_retrieval._torch import PassageObjective

        return PassageObjective(**self.reading(state), rank_weight=self.config.rank_weight)

    match = QuestionAnswering.match
    longest = QuestionAnswering.longest
    null_threshold = QuestionAnswering.null_threshold
