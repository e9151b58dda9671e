"""Registers the transforms `chunk` and `quality`, and the strategy `balance`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import Strategy, Transform


@hookimpl
def provide_transforms() -> Sequence[type[Transform]]:
    """Return the transforms."""
    from metier_text.chunk import Chunk
    from metier_text.quality import Quality

    return [Chunk, Quality]


@hookimpl
def provide_strategies() -> Sequence[type[Strategy]]:
    """Return the strategy."""
    from metier_text.balance import Balance

    return [Balance]
