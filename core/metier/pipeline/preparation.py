"""The first steps of a run: the model's files, and the prepared data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.components import DataSource, FetchContext, Industry, ModelSource, TaskHead, Transform
from metier.errors import RecipeError
from metier.files import digest_file
from metier.pipeline.context import RunContext
from metier.pipeline.store import Stage
from metier.plan import split_reference
from metier.registry import Registry
from metier.values import DatasetRef, Json, LocalModel, TaskInfo

CACHE = "METIER_CACHE"
"""Environment variable: where fetched models are kept; the user's cache folder by default."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Data ready to train on, as the `prepare` stage keeps it."""

    datasets: Mapping[str, DatasetRef]
    state: Mapping[str, Json]
    report: Mapping[str, Json]


def cache_folder() -> Path:
    """Return the folder for what is fetched once and kept."""
    return Path(os.environ.get(CACHE) or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "metier")


def fetch_model(reference: str, registry: Registry, *, offline: bool) -> LocalModel:
    """Return the model's local files; raises `MetierError` where they cannot be had."""
    source, rest = split_reference(reference, registry)
    made = registry.find(ModelSource, source).component()
    assert isinstance(made, ModelSource)
    return made.fetch(rest, FetchContext(cache=cache_folder() / source, offline=offline))


def check_model(context: RunContext, model: LocalModel) -> None:
    """Ask head and methods again, now that the model is known; raises `RecipeError` where one refuses it."""
    from metier.components import AdaptationMethod

    plan, registry = context.plan, context.registry
    task = TaskInfo(plan.task.name if plan.task else "")
    reasons = [(plan.task.path, registry.create(TaskHead, plan.task).refuses(model.info))] if plan.task else []
    reasons += [(use.path, registry.create(AdaptationMethod, use).refuses(model.info, task)) for use in plan.adapt]
    for path, reason in reasons:
        if reason:
            raise RecipeError(reason, where=path, hint="choose another model, or take this out of the recipe")


def prepare(context: RunContext, model: LocalModel) -> Prepared:
    """Return the prepared data sets, from the store where the same content was prepared in the same way before."""
    from metier.data.prepare import prepare as prepare_data

    plan = context.plan
    inputs = {
        "sources": {split: _content(context, split) for split in plan.sources},
        "mappings": {split: dict(mapping) for split, mapping in plan.mappings.items()},
        "prepare": [context.identity(Transform, use) for use in plan.prepare],
        "industry": context.identity(Industry, plan.industry) if plan.industry and plan.prepare else None,
        "task": context.identity(TaskHead, plan.task) if plan.task else None,
        "split": plan.split.model_dump(),
        "on_leak": plan.on_leak,
        "length": [plan.training.max_length, plan.training.overflow],
        "seed": plan.seed,
        "tokenizer": _tokenizer_digest(model.path),
    }

    def work(folder: Path) -> Mapping[str, Any]:
        made = prepare_data(plan, context.registry, folder, offline=context.offline, tokenizer_path=model.path)
        datasets = {
            split: {"file": str(ref.path.relative_to(folder)), "digest": ref.digest, "rows": ref.rows}
            for split, ref in made.datasets.items()
        }
        return {"datasets": datasets, "state": dict(made.state), "report": made.report}

    return _prepared(context.stage("prepare", inputs, work))


def _prepared(stage: Stage) -> Prepared:
    datasets = {
        split: DatasetRef(path=stage.path / ref["file"], digest=ref["digest"], rows=ref["rows"])
        for split, ref in stage.result["datasets"].items()
    }
    return Prepared(datasets=datasets, state=stage.result["state"], report=stage.result["report"])


def _content(context: RunContext, split: str) -> dict[str, Any]:
    """Return what identifies a source's records: its content where that can be told, this run where it cannot."""
    use = context.plan.sources[split]
    source = context.registry.create(DataSource, use)
    return {**context.identity(DataSource, use), "content": source.digest() or f"unknown: {context.run.path.name}"}


def _tokenizer_digest(folder: Path) -> str:
    path = folder / "tokenizer.json"
    return digest_file(path) if path.is_file() else ""
