"""What a model must beat: no answer, the first sentence, the one nearest to the question, and a linear reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from metier.components import Baseline
from metier.values import Json
from metier_question_answering.matching import NO_ANSWER
from metier_question_answering.sentences import sentences

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_question_answering.question_answering import QuestionAnswering


class AnswerBaseline(Baseline):
    """Shapes answers as the head's own predictions."""

    def __init__(self, head: QuestionAnswering, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return answers for `rows`, fitted on `train` alone."""
        found = [{"answer": answer, "score": 1.0} for answer in self.answers(train, rows)]
        return self.head.table(found, rows, self.state)

    def answers(self, train: Dataset, rows: Dataset) -> Sequence[str]:
        """Return an answer a row; an empty one for none."""
        raise NotImplementedError(f"{type(self).__name__}.answers")


class NoAnswer(AnswerBaseline):
    """Looks at nothing, and never answers."""

    name = "no answer"

    def answers(self, train: Dataset, rows: Dataset) -> Sequence[str]:
        """Return nothing."""
        return [NO_ANSWER] * len(rows)


class FirstSentence(AnswerBaseline):
    """Looks at no question."""

    name = "first sentence"

    def answers(self, train: Dataset, rows: Dataset) -> Sequence[str]:
        """Return the first sentence of each text."""
        first = ((text, next(iter(sentences(text)), (0, 0))) for text in rows["text"][:])
        return [text[start:end] for text, (start, end) in first]


class NearestSentence(AnswerBaseline):
    """Looks for the sentence that has most in common with the question, rare words above all."""

    name = "nearest sentence by TF-IDF"

    def answers(self, train: Dataset, rows: Dataset) -> Sequence[str]:
        """Return that sentence; none where no word is shared and questions may be without an answer."""
        from metier_question_answering._sklearn import Nearest

        nearest = Nearest(train["text"][:], self.head.match(self.state))
        found = []
        for question, text in zip(rows["question"][:], rows["text"][:], strict=True):
            near = nearest(question, text)
            none = not near or (near[0].similarity == 0 and bool(self.state["without_answer"]))
            found.append(NO_ANSWER if none else text[near[0].start : near[0].end])
        return found


class Linear(AnswerBaseline):
    """Logistic regressions over words of the nearest sentences: which begins the answer, and which ends it."""

    name = "words beside the question + logistic regression"

    def answers(self, train: Dataset, rows: Dataset) -> Sequence[str]:
        """Return the best span of each text."""
        from metier_question_answering._linear import Asked, LinearReader

        reader = LinearReader(self.head.match(self.state), self.head.longest(self.state))
        columns = (train[name][:] for name in ("question", "text", "spans"))
        reader.fit([Asked(*one) for one in zip(*columns, strict=True)])
        return [reader(*one) for one in zip(rows["question"][:], rows["text"][:], strict=True)]
