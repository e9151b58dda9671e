"""Registers the task head `text-generation` and the data source `conversations`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, TaskHead


@hookimpl
def provide_task_heads() -> Sequence[type[TaskHead]]:
    """Return the head."""
    from metier_text_generation.text_generation import TextGeneration

    return [TextGeneration]


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the source of conversations."""
    from metier_text_generation.conversations import Conversations

    return [Conversations]
