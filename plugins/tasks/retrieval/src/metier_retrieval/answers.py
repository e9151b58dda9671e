"""The true answers of a row as people write them, and where they stand in a passage."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from metier.data.cells import json_list
from metier.errors import DataError
from metier_question_answering.matching import UNSPACED

HINT = 'give a text, a list of texts, SQuAD\'s [{"text": "…"}], or spans with the `passage` that they are in'


def answers_of(value: Any, passage: str | None) -> list[str]:
    """Return the true answers, each once; none where there is no answer.

    `value` is a text (JSON of a list, too), a list of texts, of mappings with a `text`, or of spans of the `passage`.
    Raises `DataError` for anything else.
    """
    if isinstance(value, str):
        listed = json_list(value)
        value = [value] if listed is None else listed
    elif isinstance(value, Mapping):
        texts = value.get("text")
        value = texts if isinstance(texts, list) else [value]
    if value is None:
        return []
    given = value if isinstance(value, list | tuple) else [value]
    found = [_answer(one, passage) for one in given]
    return list(dict.fromkeys(text for text in found if text.strip()))


def spans_of(value: Any) -> list[tuple[int, int]]:
    """Return the spans among what a row gives for answers."""
    given = value if isinstance(value, list | tuple) else []
    return [(int(one["start"]), int(one["end"])) for one in given if _is_span(one)]


def occurrences(text: str, answer: str) -> list[tuple[int, int]]:
    """Return where an answer stands in a text: whole words, whatever their case and the spaces between them."""
    return [found.span() for found in _pattern(answer).finditer(text)]


def holds(text: str, answers: Sequence[str]) -> bool:
    """Return whether one of the answers stands in a text."""
    return any(_pattern(answer).search(text) for answer in answers)


@functools.lru_cache(maxsize=4096)
def _pattern(answer: str) -> re.Pattern[str]:
    words = answer.split()
    before = r"(?<!\w)" if _parts(words[0][0]) else ""
    after = r"(?!\w)" if _parts(words[-1][-1]) else ""
    return re.compile(before + r"\s+".join(map(re.escape, words)) + after, re.IGNORECASE)


def _parts(character: str) -> bool:
    """Return whether a word may go on beside a character: not so in scripts without spaces between words."""
    return character.isalnum() and not UNSPACED.match(character)


def _is_span(one: Any) -> bool:
    return isinstance(one, Mapping) and one.get("text") is None and isinstance(one.get("start"), int)


def _answer(one: Any, passage: str | None) -> str:
    if isinstance(one, str):
        return one
    if isinstance(one, int | float) and not isinstance(one, bool):
        return str(one)
    if _is_span(one) and passage:
        return passage[one["start"] : one["end"]]
    if isinstance(one, Mapping) and isinstance(one.get("text"), str):
        return str(one["text"])
    raise DataError(f"{one!r} is no answer", hint=HINT)
