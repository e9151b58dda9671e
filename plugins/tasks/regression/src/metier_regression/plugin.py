"""Registers the task head `regression`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import TaskHead


@hookimpl
def provide_task_heads() -> Sequence[type[TaskHead]]:
    """Return the head."""
    from metier_regression.regression import Regression

    return [Regression]
