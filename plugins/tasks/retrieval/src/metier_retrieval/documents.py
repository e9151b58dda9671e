"""What heads share that answer questions from documents: their columns, their index, what is right, and figures."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from metier.components import Baseline, TaskHead
from metier.values import Column, Detail, Json
from metier_question_answering.question_answering import QUESTION
from metier_retrieval.options import DocumentOptions

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Measure, PredictionTable
    from metier_question_answering.matching import Match

ANSWERS = Column("answers", "any", aliases=("answer", "spans"), answer=True)
PASSAGE = Column("passage", aliases=("text", "context", "paragraph"), required=False, answer=True)
FILE = Column("file", "any", aliases=("path", "document"), required=False, answer=True)
PAGE = Column("page", "any", required=False, answer=True)
SECTION = Column("section", "any", required=False, answer=True)
PLACES = ("file", "page", "section")


class DocumentQuestions(TaskHead):
    """Finds passages for a question, and judges what is answered from them; how they are read is a subclass's."""

    columns: ClassVar[tuple[Column, ...]] = (QUESTION, ANSWERS, PASSAGE, FILE, PAGE, SECTION)
    corpus_columns: ClassVar[tuple[Column, ...] | None] = (
        Column("file", "label", aliases=("path",), required=False),
        Column("page", "label", required=False),
        Column("section", "label", required=False),
    )
    primary_metric: ClassVar[str] = "f1"

    config: DocumentOptions

    @abstractmethod
    def match(self, state: Mapping[str, Json]) -> Match:
        """Return how answers are compared."""

    @abstractmethod
    def longest(self, state: Mapping[str, Json]) -> int:
        """Return the characters of the longest answer that is given."""

    def null_threshold(self, state: Mapping[str, Json]) -> float | None:
        """Return the score difference from which there is no answer; None where there is no such score."""
        return None

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `questions`, how many are `without_answer`, the `longest` answer's characters, and `match`.

        Raises `DataError` where no question has an answer, and for rows as `check` does.
        """
        from metier_retrieval.rows import learn

        return learn(train)

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for a row without a question, and for answers that cannot be read."""
        from metier_retrieval.rows import check

        check(split, rows)

    def index(self, corpus: Dataset, folder: Path, *, model: Path) -> None:
        """Write `index/` into the model's folder: passages, what finds them, and the encoder."""
        from metier_retrieval.index import write

        write(corpus, folder, options=self.config, model=model, columns=("text", *PLACES), searched=("text",))

    def retrieve(self, rows: Dataset, folder: Path, *, training: bool = False) -> Dataset:
        """Return `rows` with the column `found`: passages with their place, rank and score; to train on, a right one
        too where none is read."""
        from metier_retrieval.found import with_texts
        from metier_retrieval.index import Index
        from metier_retrieval.truth import Truth

        index = Index(folder)
        judge = Truth(index).right if "answers" in rows.column_names else None
        read = self.config.passages
        return with_texts(rows, index, question="question", names=PLACES, read=read, judge=judge, training=training)

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference and prediction: lists of answers, an empty one for none, (rows,) of objects; `score`,
        the `rank` of the first right passage, whether the passage that was `cited` is right, and where it is `from`.

        `right` says where the answer is one of the true ones. Of predictions with `n_best` also `margin`, and
        `candidate`, the best span whether it was given or not.
        """
        from metier_retrieval.tables import table

        return table(predictions, rows, self.match(state))

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return F1 and exact match, recall, reciprocal rank and nDCG of right passages, and citation precision."""
        from metier_retrieval.figures import RetrievalFigures

        return RetrievalFigures(table, self.match(state), read=self.config.passages)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return what became of questions, where right passages stand, and other thresholds for "no answer"."""
        from metier_question_answering.details import details
        from metier_retrieval.figures import by_rank

        return [*details(table, self.match(state), self.null_threshold(state)), by_rank(table, self.config.passages)]

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return no answer, and readers of the first passage without a language model."""
        from metier_retrieval.baselines import FirstSentence, Linear, NearestSentence, NoAnswer

        return (NoAnswer(self, state), FirstSentence(self, state), NearestSentence(self, state), Linear(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return how many questions have an answer, several, and none; and how many say where it is."""
        from metier_retrieval.answers import answers_of

        none: list[None] = [None] * len(rows["answers"])
        passages = rows.get("passage", none)
        counts = [len(answers_of(*one)) for one in zip(rows["answers"], passages, strict=True)]
        said = zip(passages, *(rows.get(name, none) for name in PLACES), strict=True)
        return {
            "with answer": sum(count > 0 for count in counts),
            "with several true answers": sum(count > 1 for count in counts),
            "without answer": sum(count == 0 for count in counts),
            "that say the passage or its place": sum(any(one not in (None, "") for one in place) for place in said),
        }
