"""Fields of a structured draft: lines `Name: …`, or keys of a JSON object."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

BEFORE, BEHIND = r"^[ \t>#*_\-•]*(?:\d+[.)])?[ \t*_]*", r"[ \t*_]*[:：]"
"""What may stand around a name: Markdown's signs of headings, lists and strong words, and a number."""


def filled(text: str, names: Sequence[str]) -> dict[str, str]:
    """Return what each of the fields `names` holds, of those that hold something."""
    found = _of_json(text, names)
    return _of_lines(text, names) if found is None else found


def share_filled(text: str, names: Sequence[str]) -> float:
    """Return the share of the fields `names` that hold something."""
    return len(filled(text, names)) / len(names)


def _of_json(text: str, names: Sequence[str]) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    values = {name: found.get(name) for name in names}
    said = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
        if value not in (None, [], {})
    }
    return {name: value.strip() for name, value in said.items() if value.strip()}


def _of_lines(text: str, names: Sequence[str]) -> dict[str, str]:
    """Return the text behind each name, up to the next line that begins with one of them."""
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    heading = re.compile(rf"{BEFORE}({either}){BEHIND}", re.MULTILINE | re.IGNORECASE)
    places = list(heading.finditer(text))
    written = {name.casefold(): name for name in names}
    found: dict[str, str] = {}
    ends = [*(place.start() for place in places[1:]), len(text)]
    for place, end in zip(places, ends, strict=False):
        value = text[place.end() : end].strip(" \t\n*_")
        if value:
            found.setdefault(written[place.group(1).casefold()], value)
    return found
