"""Registers the task head `embedding`, and the strategy `mined-negatives`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import Strategy, TaskHead


@hookimpl
def provide_task_heads() -> Sequence[type[TaskHead]]:
    """Return the head."""
    from metier_embedding.embedding import Embedding

    return [Embedding]


@hookimpl
def provide_strategies() -> Sequence[type[Strategy]]:
    """Return the strategy."""
    from metier_embedding.mined_negatives import MinedNegatives

    return [MinedNegatives]
