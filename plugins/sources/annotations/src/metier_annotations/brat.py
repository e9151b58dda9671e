"""brat's standoff: a text file, and beside it `.ann` with a line an entity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metier.errors import DataError


def entities(lines: Iterable[str], text: str, where: str) -> tuple[list[dict[str, Any]], int]:
    """Return the entities of an `.ann` file, and how many of them are in several stretches, which are taken as one.

    Relations, events, attributes and notes are passed over. Raises `DataError` where an entity's text is not what
    stands in `text` at its place: brat counts characters, and a line break is one.
    """
    spans, parted = [], 0
    for number, line in enumerate(lines, start=1):
        if not line.startswith("T"):
            continue
        place = f"{where}:{number}"
        parts = line.rstrip("\r\n").split("\t")
        if len(parts) < 2 or " " not in parts[1]:
            raise DataError(
                f"{line.strip()!r} is no entity", where=place, hint="brat writes `T1<tab>Label 0 5<tab>text`"
            )
        label, _, stretches = parts[1].partition(" ")
        try:
            places = [tuple(map(int, one.split())) for one in stretches.split(";")]
            start, end = places[0][0], places[-1][1]
        except (ValueError, IndexError) as error:
            raise DataError(
                f"'{stretches}' is no place", where=place, hint="brat writes `0 5` or `0 5;8 12`"
            ) from error
        parted += len(places) > 1
        if len(parts) > 2:
            _check(parts[2], " ".join(text[one[0] : one[1]] for one in places), place)
        spans.append({"start": start, "end": end, "label": label})
    return spans, parted


def _check(said: str, found: str, where: str) -> None:
    if said.split() != found.split():
        hint = "offsets count characters of the text file as it is; check that neither file was changed or re-encoded"
        raise DataError(f"the text at this place is {found!r}, not {said!r}", where=where, hint=hint)
