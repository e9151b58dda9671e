"""Reads choices, and which of them is right, from what people write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metier.data.cells import json_list
from metier.data.keys import folded
from metier.data.tables import place
from metier.errors import DataError
from metier.values import Json

if TYPE_CHECKING:
    from datasets import Dataset

LETTER = re.compile(r"\W*([A-Za-z])\W*")
FIRST, LETTERS = ord("A"), 26
HINT = "give a list of texts, JSON of one, or a line a choice: two are the least"


def choices_of(value: Any) -> list[str]:
    """Return a row's choices: of a list, of text as a JSON list, or of the lines of a text.

    Raises `DataError` where there are not at least two, or one is empty.
    """
    if isinstance(value, str):
        listed = json_list(value)
        value = [line for line in value.splitlines() if line.strip()] if listed is None else listed
    if not isinstance(value, list | tuple):
        raise DataError(f"the choices are {type(value).__name__}, not a list of texts", hint=HINT)
    found = ["" if one is None else str(one).strip() for one in value]
    if len(found) < 2 or not all(found):
        what = "an empty choice" if len(found) > 1 else f"{len(found)} choices"
        raise DataError(f"the choices {value!r} have {what}", hint=HINT)
    return found


def _letter(answer: str, choices: Sequence[str]) -> int | None:
    found = LETTER.fullmatch(answer)
    return ord(found[1].upper()) - FIRST if found else None


def _index(answer: str, choices: Sequence[str]) -> int | None:
    return int(answer) if answer.isdecimal() else None


def _number(answer: str, choices: Sequence[str]) -> int | None:
    return int(answer) - 1 if answer.isdecimal() else None


def _text(answer: str, choices: Sequence[str]) -> int | None:
    same = [i for i, choice in enumerate(choices) if folded(choice) == folded(answer)]
    return same[0] if len(same) == 1 else None


WAYS: Mapping[str, Callable[[str, Sequence[str]], int | None]] = {
    "letter": _letter, "index": _index, "number": _number, "text": _text
}  # fmt: skip


def right_place(answer: Any, choices: Sequence[str], way: str) -> int | None:
    """Return which of `choices` an answer says, counted from 0; None where it says none of them."""
    found = None if answer is None else WAYS[way](str(answer).strip(), choices)
    return found if found is not None and 0 <= found < len(choices) else None


def every_choices(rows: Dataset) -> list[list[str]]:
    """Return the choices of each row; raises `DataError`, with the row, where they cannot be read."""
    found = []
    for name, value in zip(rows["id"][:], rows["choices"][:], strict=True):
        try:
            found.append(choices_of(value))
        except DataError as error:
            raise DataError(error.problems[0].message, where=str(name), hint=error.problems[0].hint) from error
    return found


def right_places(rows: Dataset, way: str) -> list[int]:
    """Return the place of each row's right choice, from 0; raises `DataError` for answers that say none of them."""
    choices, answers = every_choices(rows), rows["label"][:]
    found = [right_place(answer, some, way) for answer, some in zip(answers, choices, strict=True)]
    strange = [i for i, one in enumerate(found) if one is None]
    if strange:
        first = strange[0]
        message = f"{len(strange)} rows have an answer that is the {way} of none of their choices: "
        message += f"{answers[first]!r} of {len(choices[first])} choices"
        raise DataError(message, where=place(rows, strange), hint="correct these rows, or say `answers:` in the task")
    return [one for one in found if one is not None]


def learn(train: Dataset, given: str) -> dict[str, Json]:
    """Return `answers`, the way in which they are given, and `places`: how often each place was right.

    Raises `DataError` where no way fits the rows, or several do that do not agree.
    """
    way = _way(train) if given == "auto" else given
    counts = Counter(right_places(train, way))
    return {"answers": way, "places": [counts[i] for i in range(max(counts) + 1)], "rows": len(train)}


def _way(train: Dataset) -> str:
    """Return the way that fits all rows; that which fits most, so that the others are named, where none does."""
    choices, answers = every_choices(train), train["label"][:]
    read = {
        way: [right_place(answer, some, way) for answer, some in zip(answers, choices, strict=True)] for way in WAYS
    }
    whole = [way for way, found in read.items() if None not in found]
    if not whole:
        return max(read, key=lambda way: len(train) - read[way].count(None))
    if any(read[way] != read[whole[0]] for way in whole):
        hint = f"say which in the task: `answers: {whole[0]}`"
        message = f"the answers can be read as {' or '.join(whole)} of the choices, and these do not agree"
        raise DataError(message, where="data.train", hint=hint)
    return whole[0]


def named(place: int, choices: Sequence[str]) -> str:
    """Return a choice as people read it: `B. the gearbox`."""
    name = chr(FIRST + place) if len(choices) <= LETTERS else str(place + 1)
    return f"{name}. {choices[place]}"
