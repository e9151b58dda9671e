"""Walks through SQuAD's JSON: articles hold paragraphs, paragraphs questions, questions the places of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metier.errors import DataError

LEVELS = ("data", "paragraphs", "qas")
TEXTS = ("text", "context", "passage", "document", "paragraph")
QUESTIONS = ("question", "query")
ANSWERS = ("spans", "answers", "answer", "answer_start", "is_impossible", "plausible_answers")
LABEL = "answer"
"""The label of every span: there is but one."""
HINT = 'write answers as SQuAD does: [{"text": "…", "answer_start": 0}], and an empty list where there is none'


@dataclass
class Places:
    """Finds where answers stand, and counts those of which it was not said rightly."""

    moved: int = 0
    guessed: int = 0

    def span(self, text: str, answer: str, start: Any, where: str) -> dict[str, Any]:
        """Return the span of an answer, at `start` or at the nearest place with its text.

        Raises `DataError` where it is not in the text.
        """
        said = isinstance(start, int) and start >= 0
        if not (said and text.startswith(answer, start)):
            found = [one.start() for one in re.finditer(re.escape(answer), text)]
            if not found:
                raise DataError(f"the answer '{answer[:60]}' is not in the text", where=where, hint="correct it")
            self.moved, self.guessed = self.moved + said, self.guessed + (not said)
            start = min(found, key=lambda place: abs(place - start)) if said else found[0]
        return {"start": start, "end": start + len(answer), "label": LABEL}

    def notes(self) -> Iterator[str]:
        """Yield what should be known of them."""
        if self.moved:
            yield f"{self.moved} answers do not stand where it is said; the nearest place with their text is taken"
        if self.guessed:
            yield f"{self.guessed} answers have no place; the first one with their text is taken"


def questions(
    value: Any, where: str, places: Places, *, above: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each question in an object, with its number there: `.2.0.1`, or nothing where the object is a question.

    The object is a whole file, an article, a paragraph, or a question with its text. Raises `DataError`.
    """
    if not isinstance(value, Mapping):
        raise DataError(f"an object is expected, not {type(value).__name__}", where=where, hint=HINT)
    inner = next((name for name in LEVELS if isinstance(value.get(name), list)), None)
    if inner is None:
        yield "", _row({**(above or {}), **value}, where, places)
        return
    kept = {name: value[name] for name in ("title", *TEXTS) if isinstance(value.get(name), str)}
    for number, one in enumerate(value[inner]):
        for below, row in questions(one, f"{where}.{number}", places, above={**(above or {}), **kept}):
            yield f".{number}{below}", row


def _row(value: Mapping[str, Any], where: str, places: Places) -> dict[str, Any]:
    """Return a question's `question`, `text` and `spans`, if it says of answers, and whatever else it says."""
    text = next((name for name in TEXTS if isinstance(value.get(name), str)), None)
    question = next((name for name in QUESTIONS if isinstance(value.get(name), str)), None)
    if text is None or question is None:
        what, names = ("text", TEXTS) if text is None else ("question", QUESTIONS)
        raise DataError(f"this object has no {what}", where=where, hint=f"give it under one of {', '.join(names)}")
    others = {name: one for name, one in value.items() if name not in {text, question, *ANSWERS}}
    row = {**others, "question": value[question], "text": value[text]}
    return {**row, "spans": _spans(value, row["text"], where, places)} if _says(value) else row


def _says(value: Mapping[str, Any]) -> bool:
    """Return whether a question says what its answers are, or that there are none."""
    return value.get("is_impossible") is True or any(name in value for name in ("spans", "answers", "answer"))


def _spans(value: Mapping[str, Any], text: str, where: str, places: Places) -> list[Any]:
    """Return the spans of a question's answers, each once."""
    if value.get("is_impossible") is True:
        return []
    if isinstance(value.get("spans"), list):
        return [_labelled(one) for one in value["spans"]]
    found: list[dict[str, Any]] = []
    for answer, start in _answers(value, where):
        span = places.span(text, answer, start, where) if answer else None
        if span and span not in found:
            found.append(span)
    return found


def _answers(value: Mapping[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """Yield each answer's text and the place that is said, if any."""
    answers = value.get("answers", value.get("answer"))
    if isinstance(answers, Mapping):  # as the hub's data sets have them: a list of texts, and one of places
        texts, starts = answers.get("text"), answers.get("answer_start")
        if isinstance(texts, list) and isinstance(starts, list) and len(texts) == len(starts):
            yield from zip(texts, starts, strict=True)
            return
        answers = [answers]
    if isinstance(answers, str):
        answers = [{"text": answers, "answer_start": value.get("answer_start")}]
    for one in answers or ():
        named = {"text": one} if isinstance(one, str) else one
        if not isinstance(named, Mapping) or not isinstance(named.get("text"), str):
            raise DataError(f"{one!r} is no answer", where=where, hint=HINT)
        yield named["text"], named.get("answer_start")


def _labelled(span: Any) -> Any:
    """Return a span with the one label where it has none; what is no span is told when it is taken in."""
    if isinstance(span, Mapping):
        return {"label": LABEL, **span}
    return [*span, LABEL] if isinstance(span, list) and len(span) == 2 else span
