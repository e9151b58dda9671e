"""CUAD's categories under short names, and those of them that are asked for."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from metier_legal.labels import CUAD


def short(category: str) -> str:
    """Return a category's name as a label: `Ip Ownership Assignment` is `ip-ownership-assignment`."""
    return re.sub(r"[^a-z0-9]+", "-", category.casefold()).strip("-")


def _known(categories: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if categories is None:
        return None
    names = tuple(short(category) for category in categories)
    unknown = sorted(set(names) - set(CUAD))
    if unknown or not names:
        raise ValueError(f"{', '.join(unknown) or 'nothing'} is none of CUAD's categories: {', '.join(CUAD)}")
    return names


Categories = Annotated[tuple[str, ...] | None, AfterValidator(_known)]
"""An option that names categories of CUAD, as CUAD writes them or as labels; None for all 41."""
