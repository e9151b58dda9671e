"""Gathers a run's figures: every arm and seed, the baselines, and the differences between them."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.columns import CORPUS_SPLIT
from metier.components import Baseline, TaskHead
from metier.files import read_json, temporary_folder, whole, write_json
from metier.pipeline.context import RunContext
from metier.pipeline.preparation import Prepared
from metier.pipeline.store import Stage
from metier.pipeline.training import title
from metier.values import Json, LocalModel, Outcome, Use

if TYPE_CHECKING:
    from datasets import Dataset

JUDGED = "test"
"""The split that baselines answer."""
SEEN = ("max_length", "precision")
"""Settings that baselines of the pretrained model follow."""


def assess(context: RunContext, prepared: Prepared, model: LocalModel, outcome: Outcome) -> None:
    """Write `evaluation/metrics.json` and, beside it, the predictions of every arm and baseline.

    `model` is the one that the run started from; baselines may ask what it sees before any training.
    """
    from metier.evaluation import assemble, detail_json

    task = context.plan.task
    assert task is not None, "a plan without a task ends with the adapted model"
    head = context.registry.create(TaskHead, task)
    folder = context.run.path / "evaluation"
    with temporary_folder() as beside:
        rows = _rows_of(prepared, head, model, beside)
        baselines = [
            {"name": baseline.name, "splits": {JUDGED: _kept(context, stage.path, f"{_slug(baseline.name)}-{JUDGED}")}}
            for baseline in _baselines(context, head, model, prepared.state)
            for stage in [_fitted(context, prepared, task, baseline, model, rows)]
        ]
    parts = outcome.parts or (outcome,)
    runs = [_run(context, part) for part in parts]
    _copy(outcome.predictions[JUDGED], folder / "predictions.parquet")
    metrics = assemble(
        head, prepared.state, runs=runs, baselines=baselines, root=context.run.path, seed=context.plan.seed
    )
    # Of several seeds, what the strategy found with the first.
    found = next((one.details for one in (outcome, *parts) if one.details), ())
    write_json(folder / "metrics.json", {**metrics, "details": [detail_json(one) for one in found]})


def _rows_of(prepared: Prepared, head: TaskHead, model: LocalModel, folder: Path) -> Callable[[str], Dataset]:
    """Return what gives the rows of a split to baselines; passages are found once for all, with an index in `folder`.

    Nothing is done before the first is asked: where every baseline was judged before, none is.
    """
    from metier.data.store import load
    from metier.training.jobs import retrieved

    @functools.cache
    def indexed() -> None:
        if head.corpus_columns is not None:
            head.index(load(prepared.datasets[CORPUS_SPLIT]), folder, model=model.path)

    @functools.cache
    def rows(split: str) -> Dataset:
        indexed()
        return retrieved(head, load(prepared.datasets[split]), folder, training=split == "train")

    return rows


def _baselines(context: RunContext, head: TaskHead, model: LocalModel, state: Mapping[str, Json]) -> Sequence[Baseline]:
    """Return those of the head, and the untouched model where it can do the task."""
    if not head.zero_shot:
        return head.baselines(state)
    from metier.training.predictor import Predictor
    from metier.training.untouched import Untouched

    return (*head.baselines(state), Untouched(Predictor(model.path, head, state, context.plan.training)))


def _fitted(
    context: RunContext,
    prepared: Prepared,
    task: Use,
    baseline: Baseline,
    model: LocalModel,
    rows: Callable[[str], Dataset],
) -> Stage:
    """Return the stage of a baseline, fitted on the training split and judged on the test split."""
    from metier.evaluation import evaluate_table
    from metier.training.features import frozen_features

    head = context.registry.create(TaskHead, task)
    read = ("train",) if head.corpus_columns is None else ("train", CORPUS_SPLIT)
    inputs = {
        "baseline": baseline.name,
        "task": context.identity(TaskHead, task),
        "state": prepared.state,
        "data": {split: prepared.datasets[split].digest for split in (*read, JUDGED)},
        "model": model.digest,
        "settings": {name: getattr(context.plan.training, name) for name in SEEN},
        "seed": context.plan.seed,
    }

    def work(folder: Path) -> Mapping[str, Any]:
        features = functools.partial(frozen_features, model.path, max_length=context.plan.training.max_length)
        table = baseline.predict(rows("train"), rows(JUDGED), features=features)
        path = folder / "predictions.parquet"
        return evaluate_table(head, prepared.state, table, path, seed=context.plan.seed).to_json()

    return context.stage("baseline", inputs, work, job=_slug(baseline.name))


def _run(context: RunContext, part: Outcome) -> dict[str, Any]:
    """Return what `assemble` takes of one trained job."""
    job = part.job
    splits = {split: _kept(context, path.parent, f"{title(job)}-{split}") for split, path in part.predictions.items()}
    label = f"{job.label}, seed {job.seed}"
    return {"name": job.label, "label": label, "seed": job.seed, "seconds": part.seconds, "splits": splits}


def _kept(context: RunContext, stage: Path, name: str) -> dict[str, Any]:
    """Return a stage's figures, with its predictions copied into the run's folder."""
    target = context.run.path / "evaluation" / "predictions" / f"{name}.parquet"
    _copy(stage / "predictions.parquet", target)
    figures: dict[str, Any] = read_json(stage / "result.json")["result"]
    return {**figures, "predictions": str(target.relative_to(context.run.path))}


def _copy(source: Path, target: Path) -> None:
    with whole(target) as temporary:
        shutil.copyfile(source, temporary)


def _slug(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name.lower()).replace("---", "-")
