"""The middle of a run: each job's adaptations, its training, and what its model says of the held-out rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.components import AdaptationMethod, Industry, OptimizerFactory, TaskHead
from metier.files import read_json
from metier.models import local_model, read_model_info
from metier.pipeline.context import RunContext
from metier.pipeline.store import Stage
from metier.plan import pretrains
from metier.settings import TrainingSettings
from metier.values import Job, Json, LocalModel, Outcome, TaskInfo, Use

SHARED_SETTINGS = ("precision", "speed", "max_length", "max_grad_norm", "logging_steps", "save_strategy", "save_steps")
"""Training settings that an adaptation follows too; the others are the task's own, and its method has its own."""
SHARED = "shared"
"""The folder beside the finished stages in which methods keep what further runs can use."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """Trains the jobs of a run: `train(job)` is what strategies call."""

    context: RunContext
    industry: Industry | None = None

    def train(self, job: Job) -> Outcome:
        """Return the outcome of a job; every stage of it that was done before is taken from the store."""
        model, stages, seconds = self.adapted(job)
        return self.judged(job, self.fine_tuned(job, model), stages, seconds)

    def judged(self, job: Job, trained: Stage, stages: tuple[str, ...], seconds: float) -> Outcome:
        """Return the outcome of a trained job; `stages` and `seconds` are those of its adaptations."""
        model = trained.path / "model"
        evaluated = {split: self.evaluated(job, model, trained.digest, split) for split in held_out(job)}
        return Outcome(
            job=job,
            model_path=model,
            metrics={split: stage.result["metrics"] for split, stage in evaluated.items()},
            predictions={split: stage.path / "predictions.parquet" for split, stage in evaluated.items()},
            seconds=round(seconds + trained.seconds, 3),
            stages=(*stages, trained.digest, *(stage.digest for stage in evaluated.values())),
        )

    def adapted(self, job: Job) -> tuple[LocalModel, tuple[str, ...], float]:
        """Return the job's model after every adaptation that has a training phase of its own."""
        model, digests, seconds = job.model, [], 0.0
        seen: Counter[str] = Counter()
        for use in job.methods:
            if pretrains(self.context.registry, use):
                seen[use.name] += 1
                model, digest, took = self._adapt(job, use, model, turn=seen[use.name])
                digests.append(digest)
                seconds += took
        return model, tuple(digests), seconds

    def _adapt(self, job: Job, use: Use, model: LocalModel, *, turn: int) -> tuple[LocalModel, str, float]:
        """Run a method's own phase; `turn` tells those of a method that is listed more than once apart."""
        from metier.training import jobs

        name = f"adapt-{use.name}" if turn == 1 else f"adapt-{use.name}-{turn}"
        method = self.context.registry.create(AdaptationMethod, use)
        reads = method.reads([split for split in ("corpus", "train") if split in job.datasets])
        datasets = {split: job.datasets[split] for split in reads}
        settings = {name: job.settings[name] for name in SHARED_SETTINGS}
        inputs = {
            "model": model.digest,
            "method": self.context.identity(AdaptationMethod, use),
            "optimizer": self.context.identity(OptimizerFactory, job.optimizer),
            "settings": settings,
            "seed": job.seed,
            "data": {split: ref.digest for split, ref in datasets.items()},
            "industry": self._industry_identity(),
        }

        def work(folder: Path) -> Mapping[str, Any]:
            place = self._place(job, folder, name, TrainingSettings.model_validate(settings))
            task = TaskInfo(job.task.name, job.state)
            return jobs.adapt(method, model=model, task=task, datasets=datasets, place=place)

        stage = self.context.stage(name, inputs, work, job=title(job))
        info = read_model_info(stage.path / "model", reference=f"{model.info.reference} + {use.name}")
        return local_model(stage.path / "model", info=info), stage.digest, stage.seconds

    def fine_tuned(self, job: Job, model: LocalModel) -> Stage:
        """Return the `train` stage of a job on an adapted model."""
        from metier.training import jobs

        inputs = {
            "model": model.digest,
            "task": self.context.identity(TaskHead, job.task),
            "state": job.state,
            "methods": [self.context.identity(AdaptationMethod, use) for use in job.methods],
            "optimizer": self.context.identity(OptimizerFactory, job.optimizer),
            "settings": job.settings,
            "seed": job.seed,
            "data": {split: ref.digest for split, ref in sorted(job.datasets.items()) if not split.startswith("test")},
            "industry": self._industry_identity() if job.methods else None,
        }

        def work(folder: Path) -> Mapping[str, Any]:
            registry = self.context.registry
            head = registry.create(TaskHead, job.task)
            methods = [registry.create(AdaptationMethod, use) for use in job.methods]
            place = self._place(job, folder, "train", TrainingSettings.model_validate(dict(job.settings)))
            task = TaskInfo(job.task.name, job.state)
            result = jobs.fine_tune(head, methods, model=model, task=task, datasets=job.datasets, place=place)
            write_model_note(folder / "model", job)
            return result

        return self.context.stage("train", inputs, work, job=title(job))

    def evaluated(self, job: Job, model: Path, digest: str, split: str) -> Stage:
        """Return the `evaluate` stage of a trained model on a split: figures, and predictions.parquet."""
        from metier.data.store import load
        from metier.evaluation import evaluate
        from metier.training import jobs

        inputs = {
            "trained": digest,
            "rows": job.datasets[split].digest,
            "task": self.context.identity(TaskHead, job.task),
        }

        def work(folder: Path) -> Mapping[str, Any]:
            head = self.context.registry.create(TaskHead, job.task)
            place = self._place(job, folder, f"evaluate-{split}", TrainingSettings.model_validate(dict(job.settings)))
            rows = job.datasets[split]
            found = jobs.predictions(head, folder=model, state=job.state, rows=rows, place=place)
            path = folder / "predictions.parquet"
            return evaluate(head, job.state, found, load(rows), path, seed=job.seed).to_json()

        return self.context.stage(f"evaluate-{split}", inputs, work, job=title(job))

    def _place(self, job: Job, folder: Path, stage: str, settings: TrainingSettings) -> Any:
        from metier.training.jobs import Workplace

        return Workplace(
            folder=folder,
            settings=settings,
            optimizer=self.context.registry.create(OptimizerFactory, job.optimizer),
            seed=job.seed,
            log=lambda metrics: self.context.log(stage, title(job), metrics),
            progress=self.context.progress,
            industry=self.industry,
            shared=self.context.store.root / SHARED,
        )

    def _industry_identity(self) -> Any:
        use = self.context.plan.industry
        return self.context.identity(Industry, use) if use else None


def title(job: Job) -> str:
    """Return a job's name in events and folders: `adapted-seed-13`."""
    return f"{job.label}-seed-{job.seed}"


def held_out(job: Job) -> list[str]:
    """Return the splits that the job's model is judged on."""
    return [split for split in sorted(job.datasets) if split == "validation" or split.startswith("test")]


def write_model_note(folder: Path, job: Job) -> None:
    """Write `metier.json` beside a model: what `metier.load` must know to use it."""
    from metier.files import write_json

    task = {"name": job.task.name, "options": dict(job.task.options), "distribution": job.task.distribution}
    note = {"metier": 1, "task": task, "state": dict(job.state), "settings": dict(job.settings), "seed": job.seed}
    write_json(folder / "metier.json", note)


def read_model_note(folder: Path) -> dict[str, Json]:
    """Return `metier.json` of a model folder."""
    note: dict[str, Json] = read_json(folder / "metier.json")
    return note


def first_job(context: RunContext, model: LocalModel, prepared: Any) -> Job:
    """Return the job that the plan asks for."""
    plan = context.plan
    return Job(
        label="adapted" if plan.adapt else "fine-tuned",
        model=model,
        datasets=prepared.datasets,
        task=plan.task or Use(TaskHead.kind, ""),
        state=prepared.state,
        methods=plan.adapt,
        optimizer=plan.optimizer,
        settings=plan.training.model_dump(),
        seed=plan.seed,
    )
