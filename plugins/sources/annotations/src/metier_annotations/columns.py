"""CoNLL files: a token a line with its tag in a column, an empty line behind each sentence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from metier.errors import DataError
from metier_annotations.schemes import TagError, spans_of

Join = Literal["auto", "space", "none"]
DOCUMENT = "-DOCSTART-"
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\u3000-\u303f\uff00-\uffef]")
"""Characters of scripts that put no space between words, and their punctuation."""
Line = tuple[int, list[str]]


def sentences(lines: Iterable[str], *, column: int, join: Join, where: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each sentence's first line, and its `text` and `spans`."""
    for full, group in itertools.groupby(_cells(lines), key=lambda one: bool(one[1])):
        if full:
            tokens = list(group)
            yield tokens[0][0], _sentence(tokens, column, join, where)


def joined(tokens: Sequence[str], join: Join) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of tokens, and where each lies; `auto` puts no space between characters that have none."""
    text, places = "", []
    for token in tokens:
        apart = bool(text) and (
            join == "space" or (join == "auto" and not (UNSPACED.match(token[0]) and UNSPACED.match(text[-1])))
        )
        text += " " if apart else ""
        places.append((len(text), len(text) + len(token)))
        text += token
    return text, places


def _cells(lines: Iterable[str]) -> Iterator[Line]:
    """Yield each line's number and cells; none for an empty line, a comment of CoNLL-U, or the mark of a document."""
    for number, line in enumerate(lines, start=1):
        cells = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
        mark = bool(cells) and (cells[0] == DOCUMENT or (cells[0].startswith("# ") and len(cells) == 1))
        yield number, [] if mark or not any(cell.strip() for cell in cells) else [cell.strip() for cell in cells]


def _sentence(tokens: Sequence[Line], column: int, join: Join, where: str) -> dict[str, Any]:
    width = len(tokens[0][1])
    for number, cells in tokens:
        if len(cells) < 2 or len(cells) != width:
            hint = "give each token its columns, and an empty line between sentences"
            raise DataError(
                f"{len(cells)} columns where the sentence has {width}", where=f"{where}:{number}", hint=hint
            )
    try:
        tags = [cells[column] for _, cells in tokens]
    except IndexError as error:
        hint = f"`column` counts from 0, or from the end with -1; there are {width}"
        raise DataError(f"there is no column {column}", where=f"{where}:{tokens[0][0]}", hint=hint) from error
    text, places = joined([cells[0] for _, cells in tokens], join)
    try:
        found = spans_of(tags)
    except TagError as error:
        hint = "say which column has the tags: `column: 3`"
        raise DataError(str(error), where=f"{where}:{tokens[error.place][0]}", hint=hint) from error
    spans = [{"start": places[one.start][0], "end": places[one.end - 1][1], "label": one.label} for one in found]
    return {"text": text, "spans": spans}
