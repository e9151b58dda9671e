"""Registers the task heads `retrieval-qa`, `retrieval-augmented-generation` and `faq`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import TaskHead


@hookimpl
def provide_task_heads() -> Sequence[type[TaskHead]]:
    """Return the heads."""
    from metier_retrieval.faq import Faq
    from metier_retrieval.generation import RetrievalAugmentedGeneration
    from metier_retrieval.retrieval_qa import RetrievalQA

    return [RetrievalQA, RetrievalAugmentedGeneration, Faq]
