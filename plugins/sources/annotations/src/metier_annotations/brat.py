"""brat's standoff: a text file, and beside it `.ann` with a line an entity."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from metier.errors import DataError

SUFFIX = ".ann"
LINE = re.compile(r"[^\r\n]+")
"""What stands between line breaks: an entity's stretches do not reach over one."""


def text_beside(file: Path) -> Path:
    """Return the file with the text that `file` annotates; raises `DataError` where it is not there."""
    if file.suffix != SUFFIX:
        raise DataError(f"this is no {SUFFIX} file", where=str(file), hint=f"name the {SUFFIX} files, not their texts")
    text = file.with_suffix(".txt")
    if not text.is_file():
        hint = "brat keeps the text beside it, under the same name"
        raise DataError(f"there is no {text.name} beside it", where=str(file), hint=hint)
    return text


def entities(lines: Iterable[str], text: str, where: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return the entities of an `.ann` file, and how often what was done that a person should know.

    Raises `DataError` where an entity's text is not what stands in `text` at its place: brat counts characters, and a
    line break is one.
    """
    spans, parted, others = [], 0, 0
    for number, line in enumerate(lines, start=1):
        if not line.startswith("T"):
            others += bool(line.strip())
            continue
        place = f"{where}:{number}"
        parts = line.rstrip("\r\n").split("\t", 2)
        if len(parts) < 2 or " " not in parts[1]:
            raise DataError(
                f"{line.strip()!r} is no entity", where=place, hint="brat writes `T1<tab>Label 0 5<tab>text`"
            )
        label, _, stretches = parts[1].partition(" ")
        places = _places(stretches, len(text), place)
        parted += any(text[one[1] : other[0]].strip() != "" for one, other in itertools.pairwise(places))
        if len(parts) > 2:
            _check(parts[2], " ".join(text[start:end] for start, end in places), place)
        spans.append({"start": places[0][0], "end": places[-1][1], "label": label})
    return spans, {
        "entities in several stretches were taken as one, gaps and all": parted,
        "relations, events, attributes and notes were passed over": others,
    }


def lines(text: str, spans: Sequence[Mapping[str, Any]], where: str) -> Iterator[str]:
    """Yield an `.ann` file's lines; raises `DataError` for a label that brat cannot hold."""
    for number, span in enumerate(spans, start=1):
        start, end, label = span["start"], span["end"], span["label"]
        if re.search(r"\s", label):
            raise DataError(f"the label '{label}' has a space", where=where, hint="brat's labels have none: rename it")
        found = [(start + one.start(), start + one.end()) for one in LINE.finditer(text[start:end])]
        places = ";".join(f"{first} {last}" for first, last in found)
        yield f"T{number}\t{label} {places}\t{' '.join(text[first:last] for first, last in found)}\n"


def _places(stretches: str, length: int, where: str) -> list[tuple[int, int]]:
    """Return where an entity's stretches begin and end, in order."""
    try:
        found = sorted((int(start), int(end)) for start, end in (one.split() for one in stretches.split(";")))
    except ValueError as error:
        raise DataError(f"'{stretches}' is no place", where=where, hint="brat writes `0 5` or `0 5;8 12`") from error
    if not all(0 <= start < end <= length for start, end in found):
        hint = "offsets count characters from 0, and the end is the first character behind the entity"
        raise DataError(f"'{stretches}' is not in a text of {length} characters", where=where, hint=hint)
    return found


def _check(said: str, found: str, where: str) -> None:
    if said.split() != found.split():
        hint = "offsets count characters of the text file as it is; check that neither file was changed or re-encoded"
        raise DataError(f"the text at this place is {found!r}, not {said!r}", where=where, hint=hint)
