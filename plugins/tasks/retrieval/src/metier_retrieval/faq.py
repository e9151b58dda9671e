"""The task head `faq`: a question gets the answer of the pair that asks the same, or is not in the FAQ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from metier.components import Baseline, TaskHead, TaskObjective
from metier.values import Column, Detail, Json, ModelInfo
from metier_retrieval.options import RetrievalOptions

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable

QUESTION = Column("text", aliases=("question", "query"))
ANSWER = Column("answer", "any", aliases=("response", "reply"), required=False, answer=True)
PAIR = Column("pair", "any", required=False, answer=True)
NAMES = ("answer", "pair")
POOLING = "mean"


class Faq(TaskHead):
    """Answers a question by the pair of an FAQ that asks the same, or says that it is not in the FAQ."""

    name: ClassVar[str] = "faq"
    columns: ClassVar[tuple[Column, ...]] = (QUESTION, ANSWER, PAIR)
    corpus_columns: ClassVar[tuple[Column, ...] | None] = (
        QUESTION,
        Column("answer", aliases=ANSWER.aliases),
        Column("pair", "label", required=False),
    )
    primary_metric: ClassVar[str] = "accuracy"

    class Config(RetrievalOptions):
        """Options of `faq`."""

        candidates: int = Field(10, ge=1, le=100)
        """Pairs that are found for a question, and compared with it by the trained model."""
        compare: Literal["question", "both"] = "question"
        """What of a pair a question is compared with: its question, or both question and answer."""
        threshold: float = Field(0.5, gt=-1.0, lt=1.0)
        """The cosine that a pair must reach; below it a question is not in the FAQ. Training moves right pairs above
        it, and wrong ones below."""
        temperature: float = Field(0.05, gt=0)
        """What cosines are divided by in the loss: the smaller, the more do near wrong pairs count."""

    config: Config

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse what `embedding` refuses, and an encoder that is not there."""
        from metier_embedding.embedding import Embedding

        return Embedding().refuses(model) or self.config.refusal(model)

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `by`, the column that says which pair is right, the `questions`, and how many are `not_in_faq`.

        Raises `DataError` where no question has a pair, and for rows as `check` does.
        """
        from metier_retrieval.faq_rows import learn

        return learn(train)

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` where rows do not say which pair is right, or ask nothing."""
        from metier_retrieval.faq_rows import check

        check(split, rows, state["by"])

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model without any head, as `embedding` has it."""
        from metier_embedding._torch import build

        return build(path, pooling=POOLING)

    def index(self, corpus: Dataset, folder: Path, *, model: Path) -> None:
        """Write `index/` into the model's folder: the pairs, what finds them, and the encoder.

        Raises `DataError` for a pair without an answer.
        """
        from metier_retrieval.faq_rows import check_pairs
        from metier_retrieval.index import write

        check_pairs(corpus)
        write(corpus, folder, options=self.config, model=model, columns=("text", *NAMES), searched=self.searched)

    def retrieve(self, rows: Dataset, folder: Path, *, training: bool = False) -> Dataset:
        """Return `rows` with the column `found`: pairs with their answer, rank and score; to train on, the right one
        too where it was not found."""
        from metier_retrieval.faq_rows import Pairs
        from metier_retrieval.found import with_texts
        from metier_retrieval.index import Index

        index = Index(folder)
        judge = Pairs(index).right if any(name in rows.column_names for name in NAMES) else None
        read = self.config.candidates
        return with_texts(rows, index, question="text", names=NAMES, read=read, judge=judge, training=training)

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return the loss over cosines of questions with their candidates."""
        from metier_retrieval._faq import PairsObjective

        return PairsObjective(
            POOLING, temperature=self.config.temperature, threshold=self.config.threshold, searched=self.searched
        )

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference and prediction (the pair or its answer; empty for none), (rows,) of objects, `score`,
        `similarity`, and the `rank` of the right pair by similarity."""
        from metier_retrieval.faq_tables import table

        return table(predictions, rows, state["by"])

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return accuracy, and recall, reciprocal rank and nDCG of the right pair."""
        from metier_retrieval.faq_tables import FaqFigures

        return FaqFigures(table)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return where right pairs stand, and other thresholds."""
        from metier_retrieval.faq_tables import thresholds
        from metier_retrieval.figures import by_rank

        return [by_rank(table, 1), thresholds(table, self.config.threshold)]

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return "not in the FAQ", the pair found first, and the untouched model's cosine."""
        from metier_retrieval.faq_baselines import FoundFirst, NotInFaq, Untouched

        return (NotInFaq(self, state), FoundFirst(self, state), Untouched(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return how many questions are in the FAQ, and how many are not."""
        from metier_retrieval.faq_rows import said

        known = [any(said(rows[name][row]) for name in NAMES if name in rows) for row in range(len(rows["text"]))]
        return {"in the FAQ": sum(known), "not in the FAQ": len(known) - sum(known)}

    @property
    def searched(self) -> tuple[str, ...]:
        """Return the columns of a pair that questions are compared with."""
        return ("text",) if self.config.compare == "question" else ("text", "answer")
