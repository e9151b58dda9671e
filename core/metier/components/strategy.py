"""The contract of a strategy: middleware around a whole training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from metier.components.base import Component
from metier.components.industry import Industry
from metier.values import Job, Outcome

if TYPE_CHECKING:
    from metier.components.task_head import TaskHead

Train: TypeAlias = Callable[[Job], Outcome]


class Strategy(Component):
    """Improves a whole training: augmentation, search, distillation, several seeds. Strategies nest."""

    kind: ClassVar[str] = "strategy"
    industry: Industry | None = None
    """The recipe's industry, where it names one; set by the core before `run`."""

    def needs_corpus(self) -> bool:
        """Return whether it reads `data.corpus`. Asked while planning."""
        return False

    def refuses(self, task: TaskHead) -> str | None:
        """Return why it cannot serve the task, in words; None if it can. Asked while planning."""
        return None

    def describe(self, seed: int) -> Sequence[str]:
        """Return what it is going to do, a line each, for `metier plan`; pure, no torch."""
        raise NotImplementedError(f"{type(self).__name__}.describe")

    def run(self, job: Job, train: Train) -> Outcome:
        """Call `train` once, many times, or on changed jobs, and return the outcome to keep."""
        raise NotImplementedError(f"{type(self).__name__}.run")
