"""Finds keys that a recipe does not have, and says where they belong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metier.components import Component, OptimizerFactory, TaskHead
from metier.plan.context import Planning
from metier.plan.options import option_names, shown
from metier.plan.plan import DataOptions, GeneralOptions, SplitOptions
from metier.recipe import Path, render_path
from metier.recipe.near import did_you_mean
from metier.recipe.shape import SECTIONS
from metier.settings import TrainingSettings

TOP: dict[str, str] = {
    "recipe": "Version of the recipe language: 1.",
    "extends": "A recipe to start from: one that ships (finance/sentiment), or a file, relative to this one.",
    "industry": "The trade whose words and label sets components may use.",
    "model": "The model to start from: source:reference (starter:minilm), a folder, or a Hub id.",
    "data": "Where rows and texts come from, and how they are prepared and split.",
    "adapt": "Adaptation methods, in order: what moves the model towards the trade.",
    "task": "What the model is to do.",
    "optimizer": "The gradient optimizer, with its learning rate and schedule.",
    "training": "How training goes; names are those of transformers.TrainingArguments.",
    "improve": "Strategies around the whole training, the outermost first.",
}
"""Keys of a recipe that hold more than a value, and what each is for."""
DATA: dict[str, str] = {
    "train": "Labelled rows to train on: a path, a source's name, or a source with options.",
    "validation": "Labelled rows to watch the training with; by default a share of the training rows.",
    "test": "Labelled rows to judge the model by; by default a share of the training rows.",
    "corpus": "Text without labels, for adaptation methods that pretrain.",
    "prepare": "Transforms, in order: what is done to every record before training.",
    "split": "How rows are put aside where a split has no source of its own.",
}
"""Keys of `data` that hold more than a value, and what each is for."""
ELSEWHERE = {
    "lr": "write `learning_rate` under `optimizer`",
    "lr_scheduler_type": "write `schedule` under `optimizer`",
    "warmup_steps": "write `warmup_ratio` under `optimizer`",
    "optim": "name the optimizer under `optimizer`",
    "fp16": "write `precision: bf16` or `precision: auto` under `training`",
    "bf16": "write `precision: bf16` under `training`",
    "output_dir": "give --output on the command line",
    "<<": "YAML's merge keys are not read; use `extends:`",
}
"""Names that people bring from elsewhere, and what to write instead."""


def keys_of(path: Path) -> list[str]:
    """Return the keys that the recipe's own mapping at `path` can have."""
    if path == ():
        return [*TOP, *option_names(GeneralOptions)]
    if path == ("data",):
        return [*DATA, *option_names(DataOptions)]
    return option_names(SplitOptions if path == ("data", "split") else TrainingSettings)


def check_keys(planning: Planning) -> None:
    """Note every key of the recipe's own mappings that is none, and every such mapping that is something else."""
    for path in SECTIONS:
        value: Any = planning.value(*map(str, path)) if path else planning.recipe.tree
        if value is None:
            continue
        if not isinstance(value, dict):
            hint = f"write it as {path[-1]}: {{{keys_of(path)[0]}: …}}"
            planning.problems.add(path, f"must be a mapping of keys to values, not {shown(value)}", hint)
            continue
        for key in value:
            if key not in keys_of(path):
                planning.problems.add((*path, key), f"unknown key '{key}'", _way_out(planning, path, key))


def known(planning: Planning, *path: str) -> dict[str, Any]:
    """Return those entries of the mapping at `path` that are no unknown keys."""
    value = planning.value(*path) if path else planning.recipe.tree
    return {key: value[key] for key in keys_of(path) if key in value} if isinstance(value, dict) else {}


def _way_out(planning: Planning, path: Path, key: str) -> str:
    if key in keys_of(()):
        return "it belongs at the top of the recipe, outside any other key"
    belongs = [render_path(section) for section in SECTIONS if key in keys_of(section)]
    belongs += [name for name, options in _component_options(planning) if key in options]
    if belongs:
        return f"it belongs under `{belongs[0]}`"
    return ELSEWHERE.get(key) or did_you_mean(key, keys_of(path))


def _component_options(planning: Planning) -> Iterable[tuple[str, list[str]]]:
    """Yield `optimizer` and `task` with the options that the components there have."""
    kinds: list[tuple[str, type[Component]]] = [("optimizer", OptimizerFactory), ("task", TaskHead)]
    for name, kind in kinds:
        value = planning.value(name)
        wanted = value.get("use") if isinstance(value, dict) else value
        for entry in planning.registry.entries_of(kind):
            if wanted in {None, entry.name}:
                yield name, option_names(entry.component.Config)
