"""What every step of a run shares: the plan, what is installed, where stages are kept, who watches."""

from __future__ import annotations

import functools
import glob
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from metier import versions
from metier.components import Component, ComponentConfig, DataSource, ModelMark, PathMark
from metier.discovery import Trouble, guarded, hooks_of
from metier.environment import peak_memory
from metier.files import digest_file
from metier.models import digest_folder, model_at
from metier.pipeline.store import Stage, StageStore, Work
from metier.plan import Plan, marked_texts
from metier.registry import Registry
from metier.run_directory import RunDirectory
from metier.values import Metrics, StageInfo, Use

STAGES = ".stages"
"""The folder under the runs' root in which finished stages are kept."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """A run under way."""

    plan: Plan
    registry: Registry
    run: RunDirectory
    store: StageStore
    offline: bool = False
    progress: bool = False

    def identity(self, kind: type[Component], use: Use) -> dict[str, Any]:
        """Return what a stage's key says of a component: name, options, files that they name, the code behind it.

        What a data source reads is not read for it: the source tells its content itself, more cheaply.
        """
        entry = self.registry.find(kind, use.name)
        files = {} if kind is DataSource else files_behind(self.registry.create(kind, use).config)
        said = {"name": use.name, "options": dict(use.options), **versions.of_component(entry.component)}
        return {**said, "files": files} if files else said

    def stage(self, name: str, inputs: Mapping[str, Any], work: Work, *, job: str = "") -> Stage:
        """Obtain a stage, and tell events.jsonl, the run's folder and observers of it."""
        title = f"{name}-{job}" if job else name
        info = StageInfo(name=name, digest="", job=job)
        self.tell("stage_started", stage=info)
        stage = self.store.obtain(name, {**inputs, "versions": versions.installed(*versions.COMPUTES)}, work)
        result = {"stage": name, "job": job, "digest": stage.digest, "reused": stage.reused, "seconds": stage.seconds}
        if not stage.reused:
            result["peak_memory"] = peak_memory()
        kept = os.path.relpath(stage.path, self.run.path)
        self.run.stage(title, {**result, "kept": kept, "result": stage.result})
        info = replace(info, digest=stage.digest, seconds=stage.seconds, reused=stage.reused, result=stage.result)
        self.tell("stage_finished", stage=info)
        return stage

    def log(self, stage: str, job: str, metrics: Metrics) -> None:
        """Note figures of a stage under way."""
        self.tell("metrics_logged", stage=StageInfo(name=stage, digest="", job=job), metrics=metrics)

    def tell(self, hook: str, **arguments: Any) -> None:
        """Write an event, and call an observer hook of every plugin; what one raises is recorded, no more."""
        self.run.event(hook, **_fields(arguments))
        for provider, module in self.registry.plugins.items():
            if not hasattr(module, hook):
                continue
            call = functools.partial(getattr(hooks_of(module).hook, hook), run=self.run.info(), **arguments)
            answer = guarded(call)
            if isinstance(answer, Trouble):
                self.run.event("observer_failed", hook=hook, plugin=provider.plugin, reason=answer.reason)


def files_behind(config: ComponentConfig) -> dict[str, str]:
    """Return a digest of each file, and of each model's folder, that an option names: what is read must be in a stage's
    key."""
    texts = marked_texts(config, PathMark)
    found = {path for text in texts for path in glob.glob(text, recursive=True)}  # noqa: PTH207 - a glob is no Path
    files = {path: digest_file(Path(path)) for path in sorted(found) if Path(path).is_file()}
    models = {text: folder for text in marked_texts(config, ModelMark) if (folder := model_at(text))}
    return files | {name: digest_folder(folder) for name, folder in sorted(models.items())}


def _fields(arguments: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if (stage := arguments.get("stage")) is not None:
        fields = {"stage": stage.name, "job": stage.job}
        if stage.digest:
            fields |= {"digest": stage.digest, "seconds": stage.seconds, "reused": stage.reused}
    if "metrics" in arguments:
        fields["metrics"] = dict(arguments["metrics"])
    return fields
