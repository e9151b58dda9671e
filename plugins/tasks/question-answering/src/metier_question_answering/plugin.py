"""Registers the task head `question-answering` and the data source `squad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, TaskHead


@hookimpl
def provide_task_heads() -> Sequence[type[TaskHead]]:
    """Return the head."""
    from metier_question_answering.question_answering import QuestionAnswering

    return [QuestionAnswering]


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the source."""
    from metier_question_answering.squad import Squad

    return [Squad]
