"""The contract of a strategy: it says what it will do, trains through `train` alone, and hides no failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from metier.components import Strategy
from metier.errors import StageError
from metier.files import digest
from metier.settings import TrainingSettings
from metier.testing.base import ComponentContract
from metier.testing.probe import Call
from metier.testing.samples import sample_datasets
from metier.values import Job, LocalModel, ModelInfo, Outcome, Use

SEED = 13


class Recorder:
    """Stands for `train`: notes each job, and answers with figures that depend on the job alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: list[Job] = []

    def __call__(self, job: Job) -> Outcome:
        """Return an outcome whose figures follow from the job."""
        self.jobs.append(job)
        methods = [use.name for use in job.methods]
        key = digest([job.label, job.seed, methods, dict(job.settings), dict(job.optimizer.options)])
        figure = int(key[:4], 16) / 0xFFFF
        splits = [split for split in job.datasets if split not in {"train", "corpus"}]
        path = self.folder / f"model-{len(self.jobs)}"
        path.mkdir(parents=True, exist_ok=True)
        return Outcome(
            job=job,
            model_path=path,
            metrics={split: {"loss": 1 - figure, "accuracy": figure, "f1_macro": figure} for split in splits},
            predictions={},
            seconds=0.1,
            stages=(key,),
        )


class StrategyContract(ComponentContract):
    """Tests of a strategy around a training that is only recorded; override `job` or `train` where it needs more."""

    component: ClassVar[type[Strategy]]

    def planning_calls(self) -> Sequence[Call]:
        """Planning asks for the description."""
        return [("describe", (SEED,))]

    def job(self, folder: Path) -> Job:
        """Return the job to improve: a small labelled data set, one adaptation method."""
        info = ModelInfo(
            reference="tiny", model_type="bert", architecture="encoder", layers=2, hidden_size=32, vocabulary_size=100
        )
        return Job(
            label="adapted",
            model=LocalModel(info=info, path=folder / "tiny", digest="0" * 64),
            datasets=sample_datasets(folder),
            task=Use(kind="task head", name="text-classification"),
            state={"labels": ["negative", "positive"]},
            methods=(Use(kind="adaptation method", name="partial-layers"),),
            optimizer=Use(kind="optimizer", name="adamw", options={"learning_rate": 5e-5}),
            settings=TrainingSettings().model_dump(),
            seed=SEED,
        )

    def train(self, folder: Path) -> Recorder:
        """Return what stands for the training."""
        return Recorder(folder / "trained")

    def test_describes_before_it_runs(self, made: Strategy) -> None:
        """When it fails: return from `describe` at least one line of words, from options and seed alone."""
        lines = made.describe(SEED)
        assert lines
        assert all(isinstance(line, str) and line.strip() and "\n" not in line for line in lines), lines
        assert list(lines) == list(type(made)(made.config).describe(SEED))

    def test_trains_and_keeps_one_of_the_outcomes(self, made: Strategy, tmp_path: Path) -> None:
        """When it fails: call `train` at least once and return one of its outcomes (a copy with `parts` is fine)."""
        train = self.train(tmp_path)
        outcome = made.run(self.job(tmp_path), train)
        assert train.jobs, "train was never called"
        kept = outcome.model_path
        assert kept in {train.folder / f"model-{i + 1}" for i in range(len(train.jobs))}

    def test_every_training_is_reported(self, made: Strategy, tmp_path: Path) -> None:
        """When it fails: where `train` is called more than once, put the outcomes into `parts`."""
        train = self.train(tmp_path)
        outcome = made.run(self.job(tmp_path), train)
        parts = outcome.parts or (outcome,)
        assert outcome.job in [part.job for part in parts], "the outcome kept is not among its parts"
        keys = [(part.job.label, part.job.seed) for part in parts]
        assert len(keys) == len(set(keys)), f"two parts cannot be told apart: {keys}"

    def test_same_seed_same_jobs(self, made: Strategy, tmp_path: Path) -> None:
        """When it fails: draw randomness from `job.seed` alone."""
        runs = []
        for _ in range(2):
            train = self.train(tmp_path)
            outcome = type(made)(made.config).run(self.job(tmp_path), train)
            runs.append((train.jobs, outcome.metrics))
        assert runs[0] == runs[1]

    def test_nests(self, made: Strategy, tmp_path: Path) -> None:
        """When it fails: expect nothing of `train` but its contract: another strategy may stand inside."""
        train = self.train(tmp_path)
        outcome = made.run(self.job(tmp_path), lambda job: replace(train(job), parts=()))
        assert outcome.model_path.exists()

    def test_a_failed_training_is_not_hidden(self, made: Strategy, tmp_path: Path) -> None:
        """When it fails: let what `train` raises through, or raise a `MetierError` from it."""

        def fail(job: Job) -> Outcome:
            raise StageError("out of memory", where=job.label, hint="use a smaller batch")

        with pytest.raises(StageError):
            made.run(self.job(tmp_path), fail)
