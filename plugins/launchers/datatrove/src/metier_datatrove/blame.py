"""Names the file, or the rows, in every error of a task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from metier.errors import MetierError, StageError


@contextmanager
def blamed(what: str, where: str, *, name: str = "") -> Iterator[None]:
    """Let a `MetierError` through with `where` in it, and make a `StageError` of anything else: `what` failed.

    An error that has `name` in it, a file's for instance, says enough.
    """
    try:
        yield
    except MetierError as error:
        if name and name in str(error):
            raise
        placed = [replace(one, where=f"{where}: {one.where}" if one.where else where) for one in error.problems]
        raise type(error)(problems=placed) from error
    except Exception as error:
        hint = "see the traceback above, or the task's log; tell the author of what failed"
        raise StageError(f"{what} failed: {type(error).__name__}: {error}", where=where, hint=hint) from error
