"""The nearest of some names, for hints."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that `name` was probably meant to be, or None.

    A name that is a part of a candidate counts: `epochs` is near to `num_train_epochs`.
    """
    known = list(candidates)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return close[0]
    return next((candidate for candidate in known if len(name) > 3 and name in candidate), None)


def did_you_mean(name: str, candidates: Iterable[str], *, of: str = "") -> str:
    """Return a hint: the nearest candidate, or all of them; `of` says where they come from."""
    known = list(candidates)
    close = near(name, known)
    if close:
        return f"did you mean '{close}'?{f' ({of})' if of else ''}"
    return f"there {'are' if len(known) != 1 else 'is only'}: {', '.join(known)}" if known else "leave it out"
