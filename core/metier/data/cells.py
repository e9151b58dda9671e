"""Reads what people write into one cell of a table."""

from __future__ import annotations

import json
from typing import Any


def json_list(text: str) -> list[Any] | None:
    """Return the list that a text is as JSON; None for any other text, one that only begins with a bracket too."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) else None
