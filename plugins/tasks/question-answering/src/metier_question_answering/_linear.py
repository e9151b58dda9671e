"""A reader without a language model: which words begin and end an answer, by what they are and what the question says.

After the logistic regression over candidate spans with which Rajpurkar et al. 2016 (section 5) introduced SQuAD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from metier_question_answering._sklearn import Near, Nearest
from metier_question_answering.answers import Candidate, best_over_windows, best_spans
from metier_question_answering.matching import NO_ANSWER, SEGMENT, Match
from metier_question_answering.sentences import Place, words

FEATURES = 2**18
STRENGTH = 1e-6
"""scikit-learn's `alpha`."""
PASSES = 20
"""Over the training words."""
ROWS = 2000
"""Training questions that are read at most, spread evenly."""
SENTENCES = 5
"""Of a text that are read, the nearest to the question."""
AROUND = (-2, -1, 1, 2)
"""Neighbours of a word that are looked at."""
ENDS = ("start", "end")
ASKING = re.compile(
    r"\b(?:how (?:many|much|long|often)|how|who(?:m|se)?|what|when|where|which|why)\b|多少|什么|哪|谁|何|几|怎", re.I
)


class Asked(NamedTuple):
    """A training question."""

    question: str
    text: str
    answers: Sequence[Mapping[str, Any]]


class LinearReader:
    """Two logistic regressions over words, and the score below which there is no answer."""

    def __init__(self, match: Match, longest: int) -> None:
        self._match, self._longest = match, longest
        self._hasher = FeatureHasher(FEATURES, input_type="string", alternate_sign=False, dtype=np.float32)
        self._models = [
            SGDClassifier(loss="log_loss", alpha=STRENGTH, max_iter=PASSES, tol=None, random_state=0) for _ in ENDS
        ]
        self._least = -np.inf

    def fit(self, asked: Sequence[Asked]) -> None:
        """Learn from questions; as large a share of those to come is left without an answer as training has."""
        self._nearest = Nearest([one.text for one in asked], self._match)
        mixed = [asked[at] for at in np.random.default_rng(0).permutation(len(asked))]
        learnt, others = mixed[::2], mixed[1::2]  # scores of what was learnt from would be too high
        without = sum(not one.answers for one in others) / max(len(others), 1)
        if without and any(one.answers for one in learnt):
            self._learn(learnt)
            best = [self._best(one.question, one.text) for one in _spread(others)]
            self._least = float(np.quantile([one.margin if one else -np.inf for one in best], without, method="lower"))
        self._learn(asked)

    def __call__(self, question: str, text: str) -> str:
        """Return the best span of a text; an empty one where there is none, or its score is not above the least."""
        best = self._best(question, text)
        return text[best.start : best.end] if best and best.margin > self._least else NO_ANSWER

    def _learn(self, asked: Sequence[Asked]) -> None:
        """Fit both models to the words of sentences that are near or hold the answer."""
        described, targets = list[list[str]](), list[tuple[bool, bool]]()
        for question, text, answers in _spread(asked):
            first, last = (answers[0]["start"], answers[0]["end"]) if answers else (0, 0)
            for rank, near in enumerate(self._nearest(question, text)):
                if rank < SENTENCES or (near.start < last and near.end > first):
                    found = list(words(text, (near.start, near.end)))
                    inside = [at for at, (start, end) in enumerate(found) if start < last and end > first]
                    described.extend(_described(question, text, found, near, rank))
                    targets.extend((at in inside[:1], at in inside[-1:]) for at in range(len(found)))
        features = self._hasher.transform(described)
        for model, target in zip(self._models, np.array(targets).T, strict=True):
            model.fit(features, target)

    def _best(self, question: str, text: str) -> Candidate | None:
        near = self._nearest(question, text)[:SENTENCES]
        each = (self._spans(question, text, one, rank) for rank, one in enumerate(near))
        return next(iter(best_over_windows(each, count=1)), None)

    def _spans(self, question: str, text: str, near: Near, rank: int) -> list[Candidate]:
        """Return the best span of a sentence."""
        found = list(words(text, (near.start, near.end)))
        if not found:
            return []
        features = self._hasher.transform(_described(question, text, found, near, rank))
        scores = [np.log(model.predict_proba(features)[:, 1].clip(1e-13)) for model in self._models]
        starts, ends = np.array(found).T
        return best_spans(np.stack(scores), starts, ends, longest=self._longest, count=1)


def _spread(asked: Sequence[Asked]) -> list[Asked]:
    """Return `ROWS` of some questions at most, spread evenly."""
    return [asked[int(at)] for at in np.linspace(0, len(asked) - 1, min(ROWS, len(asked)))]


def _described(question: str, text: str, places: Sequence[Place], near: Near, rank: int) -> Iterator[list[str]]:
    """Yield what is looked at of each word of a sentence."""
    asked = {found.lower() for found in SEGMENT.findall(question)}
    asking = ASKING.search(question)
    kind = asking.group().lower() if asking else "?"
    forms = [text[start:end] for start, end in places]
    for at, form in enumerate(forms):
        around = {step: forms[at + step] if 0 <= at + step < len(forms) else "<edge>" for step in AROUND}
        shown = [
            f"{kind} {_shape(form)}",
            f"{kind} {form.lower()}",
            f"rank={rank} near={near.similarity:.1f}",
            f"asked={form.lower() in asked}",
        ]
        for step, other in around.items():
            shown += [f"{step}={other.lower()}", f"{step} {_shape(other)}", f"{step} asked={other.lower() in asked}"]
        yield shown


def _shape(word: str) -> str:
    """Return a word's kinds of character, each run once: `Xx0-x` for `Beta2-blocker`."""
    kinds = ("X" if one.isupper() else "x" if one.isalpha() else "0" if one.isdigit() else one for one in word)
    return re.sub(r"(.)\1+", r"\1", "".join(kinds))
