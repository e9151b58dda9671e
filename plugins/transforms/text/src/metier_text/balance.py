"""The strategy `balance`: labels in like numbers in the training rows, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from metier.components import ComponentConfig, Strategy, TaskHead, Train
from metier.files import temporary_folder
from metier.values import Job, Outcome


class Balance(Strategy):
    """Brings the labels of the training rows into balance by repeating or leaving out rows; other splits stay."""

    name: ClassVar[str] = "balance"

    class Config(ComponentConfig):
        """Options of `balance`."""

        by: Literal["up-sampling", "down-sampling"] = "up-sampling"
        """`up-sampling` repeats rows of the rarer labels, `down-sampling` leaves out rows of the commoner ones."""
        ratio: float = Field(1.0, ge=1)
        """How many rows the commonest label may have for each row of the rarest; 1 makes all alike."""

    config: Config

    def refuses(self, task: TaskHead) -> str | None:
        """Refuse tasks without one label a row."""
        one_label = any(column.kind == "label" for column in task.columns)
        several = "; `class_weights: balanced` of the task serves several labels a row"
        return None if one_label else f"the rows of {task.name} have not one label each{several}"

    def describe(self, seed: int) -> Sequence[str]:
        """Return one line."""
        does = (
            "repeat training rows of rarer labels"
            if self.config.by == "up-sampling"
            else "leave out training rows of commoner labels"
        )
        return [f"{does} until none has more than {self.config.ratio:g} times the rows of another"]

    def run(self, job: Job, train: Train) -> Outcome:
        """Train the job once, on balanced training rows; which rows are drawn follows from the job's seed.

        Raises `StageError` where the training rows have not one label each.
        """
        from metier_text._balanced import balanced

        with temporary_folder() as folder:
            return train(balanced(job, self.config, folder)).on_rows_of(job)
