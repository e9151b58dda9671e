"""The strategy `robustness`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from metier.components import ComponentConfig, Strategy, Train
from metier.files import temporary_folder
from metier.values import Job, Outcome

Perturbation = Literal["typos", "casing", "synonyms"]
WORDS: Mapping[Perturbation, str] = {
    "typos": "with typing errors",
    "casing": "in capitals or without any",
    "synonyms": "with synonyms that training did not put in",
}


class RobustnessConfig(ComponentConfig):
    """Options of `robustness`."""

    perturbations: tuple[Perturbation, ...] = Field(("typos", "casing", "synonyms"), min_length=1)
    """How the test rows are changed, each way a test split of its own: `typos` hits a neighbouring key, leaves a letter
    out or swaps two; `casing` writes a text in capitals or without any; `synonyms` exchanges terms of the industry's
    lexicon, and British and American spelling."""
    typo_rate: float = Field(0.1, gt=0, le=1)
    """Share of a text's words of four letters or more that have a typing error, one at least."""
    synonyms: Literal["held-out", "all"] = "held-out"
    """Which forms are put in: those that `lexical-substitution` keeps out of training, always the same third, or
    all."""


class Robustness(Strategy):
    """Judges every model on the test rows with typing errors, other casing and unseen synonyms, too."""

    name: ClassVar[str] = "robustness"
    Config: ClassVar[type[ComponentConfig]] = RobustnessConfig
    config: RobustnessConfig

    def describe(self, seed: int) -> Sequence[str]:
        """Return one line a further test split."""
        return [f"judge on the test rows {WORDS[one]}, too" for one in dict.fromkeys(self.config.perturbations)]

    def run(self, job: Job, train: Train) -> Outcome:
        """Train the job once, with further test splits beside its own.

        What a row becomes depends on its id and text alone, so that every arm and seed is judged on the same rows.
        Raises `StageError` where the job has no test rows, or they have no text.
        """
        from metier_adversarial._splits import perturbed, with_splits, without_splits

        with temporary_folder() as folder:
            splits = perturbed(job, self.config, self.industry, folder)
            return without_splits(train(with_splits(job, splits)), splits)
