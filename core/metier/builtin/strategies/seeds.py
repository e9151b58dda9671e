"""The strategy `seeds`: the same job with several seeds, so that a figure comes with its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from metier.components import ComponentConfig, Strategy, Train
from metier.values import Job, Outcome


class Seeds(Strategy):
    """Trains the same job with several seeds; the first one's model is kept, every one is reported."""

    name: ClassVar[str] = "seeds"

    class Config(ComponentConfig):
        """Options of `seeds`; a recipe's `seeds: n` sets `number`."""

        number: int = Field(3, ge=1)
        """How many: the recipe's seed and those that follow it."""

    config: Config

    def describe(self, seed: int) -> Sequence[str]:
        """Return one line with the seeds."""
        return [f"train with the seeds {', '.join(str(seed + i) for i in range(self.config.number))}"]

    def run(self, job: Job, train: Train) -> Outcome:
        """Train once a seed; keeping the first, and not the best, keeps the figures honest."""
        outcomes = [train(replace(job, seed=job.seed + i)) for i in range(self.config.number)]
        parts = tuple(part for outcome in outcomes for part in (outcome.parts or (outcome,)))
        return replace(outcomes[0], parts=parts)
