"""The task head `question-answering`: questions to texts of any length, answered by spans of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from metier.components import Baseline, ComponentConfig, TaskHead, TaskObjective
from metier.values import Column, Detail, Json

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable
    from metier_question_answering.matching import Match

QUESTION = Column("question", aliases=("query",))
TEXT = Column("text", aliases=("context", "passage", "document", "paragraph"))
SPANS = Column("spans", "spans", aliases=("answers",))


class QuestionAnswering(TaskHead):
    """Answers questions to a text by a span of it, or says that the answer is not there."""

    name: ClassVar[str] = "question-answering"
    columns: ClassVar[tuple[Column, ...]] = (QUESTION, TEXT, SPANS)
    windows: ClassVar[bool] = True
    primary_metric: ClassVar[str] = "f1"

    class Config(ComponentConfig):
        """Options of `question-answering`."""

        stride: int = Field(128, ge=0)
        """Tokens that two windows of a text longer than `training.max_length` share; a third of a window at most."""
        max_answer_length: int | None = Field(None, ge=1)
        """Characters (SQuAD's scripts count tokens) of the longest answer that is given; by default those of the
        longest one in training."""
        within_words: bool = False
        """Whether an answer may begin or end inside a word."""
        n_best: int = Field(5, ge=1)
        """Spans that a prediction lists."""
        null_threshold: float | None = None
        """There is no answer where that scores higher than the best span by more than this (SQuAD 2.0's null score
        difference); by default 0 where training has questions without an answer, and else there always is one."""
        null_weight: float = Field(1.0, gt=0.0)
        """How much a window without the answer counts in the loss; less than 1 where long texts make most such."""
        match: Literal["auto", "words", "characters"] = "auto"
        """How answers are compared: by `words` as SQuAD's script does, by `characters` as that of CMRC 2018 does;
        `auto` takes characters where the training questions are written without spaces between words."""

    config: Config

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `questions`, how many are `without_answer`, the `longest` answer's characters, and `match`.

        Raises `DataError` where no question has an answer, and for rows as `check` does.
        """
        from metier_question_answering.rows import learn

        return learn(train)

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for a row without a question, and for an answer of spaces alone."""
        from metier_question_answering.rows import check

        check(split, rows)

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model with a linear layer over the two ends of an answer."""
        from metier_question_answering._torch import build

        return build(path)

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return cross-entropy over where an answer begins and ends."""
        from metier_question_answering._torch import SpanObjective

        return SpanObjective(**self.reading(state))

    def reading(self, state: Mapping[str, Json]) -> dict[str, Any]:
        """Return how texts are read and answers chosen: the fields of `SpanObjective`."""
        return {
            "stride": self.config.stride,
            "longest": self.longest(state),
            "n_best": self.config.n_best,
            "null_threshold": self.null_threshold(state),
            "within_words": self.config.within_words,
            "null_weight": self.config.null_weight,
        }

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference, prediction: lists of answers, an empty one for none, (rows,) of objects; and `score`.

        `right` says where the answer is one of the true ones. Of predictions with `n_best` also `margin`, and
        `candidate`, the best span whether it was given or not.
        """
        from metier_question_answering.tables import table

        return table(predictions, rows, self.match(state))

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return F1 and exact match over all questions, and over those with and without an answer.

        Answers are compared once.
        """
        from metier_question_answering.figures import AnswerFigures

        return AnswerFigures(table, self.match(state))

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return what became of questions, figures by the answer's length, and other thresholds for "no answer"."""
        from metier_question_answering.details import details

        return details(table, self.match(state), self.null_threshold(state))

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return no answer, the first sentence, that nearest to the question, and a linear model over its words."""
        from metier_question_answering.baselines import FirstSentence, Linear, NearestSentence, NoAnswer

        return (NoAnswer(self, state), FirstSentence(self, state), NearestSentence(self, state), Linear(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return how many questions have an answer, several, and none."""
        counts = [len(spans) for spans in rows["spans"]]
        return {
            "with answer": sum(count > 0 for count in counts),
            "with several true answers": sum(count > 1 for count in counts),
            "without answer": sum(count == 0 for count in counts),
        }

    def match(self, state: Mapping[str, Json]) -> Match:
        """Return how answers are compared."""
        found: Match = state["match"] if self.config.match == "auto" else self.config.match
        return found

    def longest(self, state: Mapping[str, Json]) -> int:
        """Return the characters of the longest answer that is given."""
        return int(self.config.max_answer_length or state["longest"])

    def null_threshold(self, state: Mapping[str, Json]) -> float | None:
        """Return the score difference from which there is no answer; None where there always is one."""
        if self.config.null_threshold is None and state["without_answer"]:
            return 0.0
        return self.config.null_threshold
