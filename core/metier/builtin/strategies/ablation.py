"""The strategy `ablation`: the same job without its adaptation, to see what the adaptation brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from metier.components import Strategy, Train
from metier.values import Job, Outcome

PLAIN = "plain"
"""The label of the job without adaptation methods."""


class Ablation(Strategy):
    """Trains the job as it is, and once more without its adaptation methods."""

    name: ClassVar[str] = "ablation"

    def describe(self, seed: int) -> Sequence[str]:
        """Return one line."""
        return ["train the same once more without the adaptation methods, and compare"]

    def run(self, job: Job, train: Train) -> Outcome:
        """Return the job's own outcome; the plain one is a part beside it."""
        outcome = train(job)
        if not job.methods:
            return outcome
        plain = train(replace(job, methods=(), label=PLAIN))
        return replace(outcome, parts=(*(outcome.parts or (outcome,)), *(plain.parts or (plain,))))
