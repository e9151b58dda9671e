"""Registers the task heads `text-classification` and `pair-classification`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import TaskHead


@hookimpl
def provide_task_heads() -> Sequence[type[TaskHead]]:
    """Return the heads."""
    from metier_classification.classification import TextClassification
    from metier_classification.pairs import PairClassification

    return [TextClassification, PairClassification]
