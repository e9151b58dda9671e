"""Registers the task head `multiple-choice`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import TaskHead


@hookimpl
def provide_task_heads() -> Sequence[type[TaskHead]]:
    """Return the head."""
    from metier_multiple_choice.multiple_choice import MultipleChoice

    return [MultipleChoice]
