"""What the reader must beat: no answer, and readers of the passage found first that know no language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metier.components import Baseline
from metier.values import Json
from metier_question_answering.matching import NO_ANSWER
from metier_question_answering.sentences import sentences
from metier_retrieval.found import FOUND, NAMED
from metier_retrieval.reading import cited, listed
from metier_retrieval.teaching import taught_spans

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_retrieval.documents import DocumentQuestions

Passage = Mapping[str, Any]


class PassageBaseline(Baseline):
    """Reads the first passage that was found, and shapes answers as the head's own predictions."""

    def __init__(self, head: DocumentQuestions, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return answers for `rows`, fitted on `train` alone."""
        firsts = [next((one for one in found if one["rank"] == 1), None) for found in rows[FOUND][:]]
        texts = ["" if one is None else one["text"] for one in firsts]
        answers = self.answers(train, rows["question"][:], texts)
        made = [_prediction(*one) for one in zip(answers, firsts, rows[FOUND][:], strict=True)]
        return self.head.table(made, rows, self.state)

    def answers(self, train: Dataset, questions: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return an answer to each question from its text; an empty one for none."""
        raise NotImplementedError(f"{type(self).__name__}.answers")


class NoAnswer(PassageBaseline):
    """Looks at nothing, and never answers."""

    name = "no answer"

    def answers(self, train: Dataset, questions: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return nothing."""
        return [NO_ANSWER] * len(texts)


class FirstSentence(PassageBaseline):
    """Looks at no question once the passage is found."""

    name = "first sentence of the first passage"

    def answers(self, train: Dataset, questions: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return the first sentence of each text."""
        first = ((text, next(iter(sentences(text)), (0, 0))) for text in texts)
        return [text[start:end] for text, (start, end) in first]


class NearestSentence(PassageBaseline):
    """Looks for the sentence that has most in common with the question, rare words above all."""

    name = "nearest sentence of the first passage"

    def answers(self, train: Dataset, questions: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return that sentence; none where no word is shared."""
        from metier_question_answering._sklearn import Nearest

        nearest = Nearest([one["text"] for _, one in _learnt(train)] or texts, self.head.match(self.state))
        found = []
        for question, text in zip(questions, texts, strict=True):
            near = nearest(question, text)
            found.append(text[near[0].start : near[0].end] if near and near[0].similarity > 0 else NO_ANSWER)
        return found


class Linear(PassageBaseline):
    """Logistic regressions over words of the nearest sentences: which begins the answer, and which ends it."""

    name = "words beside the question + logistic regression"

    def answers(self, train: Dataset, questions: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return the best span of each text; it learns from the passages of training that are taught."""
        from metier_question_answering._linear import Asked, LinearReader

        reader = LinearReader(self.head.match(self.state), self.head.longest(self.state))
        pairs = [(row["question"], one["text"], taught_spans(row, one)) for row, one in _learnt(train)]
        asked = [Asked(question, text, spans) for question, text, spans in pairs if spans]
        if not asked:
            return [NO_ANSWER] * len(texts)
        reader.fit(asked)
        return [reader(*one) for one in zip(questions, texts, strict=True)]


def _learnt(train: Dataset) -> list[tuple[Mapping[str, Any], Passage]]:
    """Return training rows with their first right passage."""
    found = []
    for row in train:
        right = next((one for one in row[FOUND] if one["right"] and one["use"] != NAMED), None)
        if right is not None:
            found.append((row, right))
    return found


def _prediction(answer: str, first: Passage | None, found: Sequence[Passage]) -> dict[str, Json]:
    cites = [{"text": first["text"], **cited(first)}] if answer and first is not None else []
    return {"answer": answer, "score": 1.0, "citations": cites, "passages": listed(found)}
