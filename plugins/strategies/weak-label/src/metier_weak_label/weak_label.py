"""The strategy `weak-label`: texts of the corpus, labelled by rules, become training rows beside people's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from metier.components import ComponentConfig, Strategy, TaskHead, Train
from metier.files import temporary_folder
from metier.values import Job, Outcome
from metier_weak_label.options import WeakLabelConfig
from metier_weak_label.prompts import Answered, refusal

logger = logging.getLogger("metier")
ALONE = "people's labels alone"
"""What follows a job's label where it trains without what the machine labelled."""


class WeakLabel(Strategy):
    """Labels the corpus by keywords, patterns, a lexicon, models or prompts, and trains on it beside people's rows."""

    name: ClassVar[str] = "weak-label"
    Config: ClassVar[type[ComponentConfig]] = WeakLabelConfig
    config: WeakLabelConfig

    def needs_corpus(self) -> bool:
        """Return true: the corpus is what is labelled."""
        return True

    def refuses(self, task: TaskHead) -> str | None:
        """Refuse rows that are not a text and its label, and a prompt to a model that is known not to write."""
        from metier_weak_label.functions import says_one_label

        if not says_one_label(task):
            return f"it labels texts with one label each, and the rows of {task.name} are none"
        return next(filter(None, map(refusal, self.config.prompts)), None)

    def describe(self, seed: int) -> Sequence[str]:
        """Return a line, one for each model that is asked a prompt, and one where it compares."""
        config = self.config
        functions = "1 function" if config.count == 1 else f"{config.count} functions combined by {config.combine}"
        lines = [f"train on texts of the corpus too, labelled by {functions}; validation and test rows keep theirs"]
        lines += [f"ask {one.model}, as it is, for the label of each text" for one in config.prompts]
        compared = "train once more on people's labels alone, for as many steps, and compare"
        return [*lines, compared] if config.compare else lines

    def run(self, job: Job, train: Train) -> Outcome:
        """Train on people's rows and what the functions label of the corpus; the outcome's job is the one given.

        Raises `StageError` where there is no corpus, the rows have not one label each, or nothing is labelled.
        """
        from metier_weak_label._labelling import label_corpus, with_rows
        from metier_weak_label._summary import FunctionSummary

        with temporary_folder() as folder:
            labelled = label_corpus(
                job.datasets, job.task, job.state["labels"], self.config, self.industry, self._answered
            )
            for line in (*labelled.lines(), *FunctionSummary.table(labelled.functions)):
                logger.info("weak-label: %s", line)
            more = with_rows(job, labelled.rows, folder)
            detail = FunctionSummary.detail(labelled.functions)
            outcome = replace(train(more).on_rows_of(job), details=(detail,))
        if not self.config.compare:
            return outcome
        alone = train(_for_as_many_steps(job, more.datasets["train"].rows))
        return replace(outcome, parts=(*(outcome.parts or (outcome,)), *(alone.parts or (alone,))))

    @cached_property
    def _answered(self) -> Answered:
        """What prompts have answered, for the next seed."""
        return {}


def _for_as_many_steps(job: Job, rows: int) -> Job:
    """Return the job on people's rows, with so many more epochs that it trains as long as one on `rows` rows."""
    epochs = job.settings["num_train_epochs"] * rows / job.datasets["train"].rows
    return replace(job, label=f"{job.label}, {ALONE}", settings={**job.settings, "num_train_epochs": epochs})
