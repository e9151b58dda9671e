"""What a model must beat: one answer for all, the answer of the nearest training prompt, a prompt's first sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.components import Baseline
from metier.values import Json
from metier_text_generation.overlap import words
from metier_text_generation.turns import read

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_text_generation.text_generation import TextGeneration

SENTENCE = re.compile(r".+?(?:[.!?]+(?=\s)|[。！？]+|\n+|$)\s*", re.DOTALL)


class AnswerBaseline(Baseline):
    """Shapes answers as the head's own predictions."""

    def __init__(self, head: TextGeneration, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return answers for `rows`, fitted on `train` alone."""
        known = [answer.strip() for answer in train["answer"]]
        found = self.answers(list(train["text"]), known, list(rows["text"]))
        return self.head.table([{"text": text, "finished": True} for text in found], rows, self.state)

    def answers(self, prompts: Sequence[str], answers: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return the answer to each of `texts`; `answers` are those to the training `prompts`."""
        raise NotImplementedError(f"{type(self).__name__}.answers")


class Typical(AnswerBaseline):
    """Looks at no text: says the training answer that is most like all others."""

    name = "the most typical answer"

    def answers(self, prompts: Sequence[str], answers: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return one answer for all."""
        from metier_text_generation._sklearn import most_typical

        return [answers[most_typical(answers)]] * len(texts)


class Nearest(AnswerBaseline):
    """Says the answer to the training prompt that is nearest by TF-IDF."""

    name = "answer of the nearest prompt (TF-IDF)"

    def answers(self, prompts: Sequence[str], answers: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return the answers that were found."""
        from metier_text_generation._sklearn import nearest

        return [answers[row] for row in nearest(prompts, texts)]


class Lead(AnswerBaseline):
    """Says the first sentences of the prompt, about as many words as training answers have."""

    name = "first sentences of the prompt"

    def answers(self, prompts: Sequence[str], answers: Sequence[str], texts: Sequence[str]) -> Sequence[str]:
        """Return the beginnings."""
        room = float(np.median([len(words(answer)) for answer in answers]))
        return [lead(read(text)[-1].content, room) for text in texts]


def lead(text: str, room: float) -> str:
    """Return the first sentences of a text, as many as come nearest to `room` words; one at least."""
    taken, said = "", 0
    for sentence in SENTENCE.findall(text):
        more = len(words(sentence))
        if taken and said + more / 2 > room:
            break
        taken, said = taken + sentence, said + more
    return taken.strip()
