"""The strategy `weak-label`: texts of the corpus, labelled by rules, become training rows beside people's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from metier.components import ComponentConfig, Strategy, Train
from metier.files import temporary_folder
from metier.values import Job, Outcome
from metier_weak_label.options import WeakLabelConfig

logger = logging.getLogger("metier")
ALONE = "people's labels alone"
"""What follows a job's label where it trains without what the machine labelled."""


class WeakLabel(Strategy):
    """Labels the corpus by keywords, patterns, a lexicon or models, and trains on it beside people's rows."""

    name: ClassVar[str] = "weak-label"
    Config: ClassVar[type[ComponentConfig]] = WeakLabelConfig
    config: WeakLabelConfig

    def describe(self, seed: int) -> Sequence[str]:
        """Return a line, and one more where it compares."""
        config = self.config
        count = len(config.functions) + len(config.word_lists) + len(config.models)
        functions = "1 function" if count == 1 else f"{count} functions combined by {config.combine}"
        lines = [f"train on texts of the corpus too, labelled by {functions}; validation and test rows keep theirs"]
        compared = "train once more on people's labels alone, for as many steps, and compare"
        return [*lines, compared] if config.compare else lines

    def run(self, job: Job, train: Train) -> Outcome:
        """Train on people's rows and what the functions label of the corpus; the outcome's job is the one given.

        Raises `StageError` where there is no corpus, the rows have not one label each, or nothing is labelled.
        """
        from metier_weak_label._labelling import label_corpus, with_rows
        from metier_weak_label._summary import FunctionSummary

        with temporary_folder() as folder:
            labelled = label_corpus(job.datasets, job.task, job.state["labels"], self.config, self.industry)
            for line in (*labelled.lines(), *FunctionSummary.table(labelled.functions)):
                logger.info("weak-label: %s", line)
            more = with_rows(job, labelled.rows, folder)
            detail = FunctionSummary.detail(labelled.functions)
            outcome = replace(_restored(train(more), job), details=(detail,))
        if not self.config.compare:
            return outcome
        alone = train(_for_as_many_steps(job, more.datasets["train"].rows))
        return replace(outcome, parts=(*(outcome.parts or (outcome,)), *(alone.parts or (alone,))))


def _for_as_many_steps(job: Job, rows: int) -> Job:
    """Return the job on people's rows, with so many more epochs that it trains as long as one on `rows` rows."""
    epochs = job.settings["num_train_epochs"] * rows / job.datasets["train"].rows
    return replace(job, label=f"{job.label}, {ALONE}", settings={**job.settings, "num_train_epochs": epochs})


def _restored(outcome: Outcome, job: Job) -> Outcome:
    """Return an outcome whose jobs name the training rows that stay, not those of the folder that goes."""
    datasets = {**outcome.job.datasets, "train": job.datasets["train"]}
    parts = tuple(_restored(part, job) for part in outcome.parts)
    return replace(outcome, job=replace(outcome.job, datasets=datasets), parts=parts)
