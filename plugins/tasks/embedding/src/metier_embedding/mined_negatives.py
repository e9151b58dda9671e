"""The strategy `mined-negatives`: pairs are told apart from the training texts that look most like a partner, too."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from metier.components import ComponentConfig, Strategy, TaskHead, Train
from metier.files import temporary_folder
from metier.values import Job, Outcome

logger = logging.getLogger("metier")
ALONE = "without mined negatives"
"""What follows a job's label where it trains on the rows as they are."""


class MinedNegatives(Strategy):
    """Trains `embedding` on hard negatives too: training texts that look most like a pair's partner and are none."""

    name: ClassVar[str] = "mined-negatives"

    class Config(ComponentConfig):
        """Options of `mined-negatives`."""

        number: int = Field(1, ge=1, le=32)
        """Negatives a pair, at most."""
        retriever: Literal["dense", "tf-idf"] = "dense"
        """What finds them: `dense` by the vectors of the untouched model, `tf-idf` by words in common."""
        relative_margin: float | None = Field(0.05, ge=0, lt=1)
        """How much less like the text than its partner a negative must be, as a share of the partner's similarity:
        what is as like is probably right too. Null for no margin, and no such bound."""
        compare: bool = False
        """Whether to train once more without them, and report both."""

    config: Config

    def refuses(self, task: TaskHead) -> str | None:
        """Refuse other tasks than `embedding` with `loss: contrastive`."""
        from metier_embedding.embedding import Embedding

        if not isinstance(task, Embedding):
            return f"the task {task.name} has no negatives"
        return None if task.config.loss == "contrastive" else f"`loss: {task.config.loss}` has no negatives"

    def describe(self, seed: int) -> Sequence[str]:
        """Return a line, and one more where it compares."""
        count = f"{self.config.number} hard negative{'s' * (self.config.number > 1)}"
        found = "the untouched model's vectors" if self.config.retriever == "dense" else "TF-IDF"
        lines = [f"mine up to {count} a pair from the training rows by {found}"]
        return [*lines, "train once more without them, and compare"] if self.config.compare else lines

    def run(self, job: Job, train: Train) -> Outcome:
        """Train on the rows with their negatives; the outcome's job is the one given."""
        from metier_embedding.mined_rows import mine, with_negatives

        mined = mine(job, self.config)
        for line in mined.lines():
            logger.info("mined-negatives: %s", line)
        with temporary_folder() as folder:
            outcome = train(with_negatives(job, mined, folder)).on_rows_of(job)
        outcome = replace(outcome, details=(*outcome.details, *mined.details()))
        if not self.config.compare:
            return outcome
        alone = train(replace(job, label=f"{job.label}, {ALONE}"))
        return replace(outcome, parts=(*(outcome.parts or (outcome,)), *(alone.parts or (alone,))))
