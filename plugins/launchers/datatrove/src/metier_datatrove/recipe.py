"""Writes the recipe that goes on from the prepared corpus."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from metier.builtin.sources.jsonl import Jsonl
from metier.columns import CORPUS_SPLIT
from metier.files import write_text
from metier.plan import Plan
from metier.recipe import Recipe, to_yaml
from metier.recipe.shape import VERSION
from metier.values import Use
from metier_datatrove.job import Job
from metier_datatrove.labelled_rows import LabelledRows

HEAD = "# Written by `metier pipeline`: goes on from the corpus that was prepared in tasks.\n"


def write(folder: Path, job: Job, plan: Plan, recipe: Recipe, *, extends: str, done: list[int]) -> Path:
    """Write `recipe.yaml` into `folder` and return it; `done` are the steps that the corpus has behind it."""
    tree = {
        "recipe": VERSION,
        "extends": extends,
        "name": plan.name,
        "data": {CORPUS_SPLIT: _corpus(job), "prepare": prepare(plan, recipe, done)},
    }
    path = folder / "recipe.yaml"
    write_text(path, HEAD + to_yaml(tree))
    return path


def extended(reference: str, folder: Path) -> str:
    """Return how a recipe in `folder` names the one that a command line calls `reference`.

    One that ships with an industry keeps its name; a file is named from `folder` where it lies above, so that both can
    move together, else by its whole path.
    """
    file = Path(os.path.expanduser(reference)).absolute()  # noqa: PTH111 - as the recipe was found
    if not file.is_file():
        return reference
    above = folder.absolute().is_relative_to(file.parent)
    return os.path.relpath(file, folder.absolute()) if above else str(file)


def prepare(plan: Plan, recipe: Recipe, done: list[int]) -> list[Any]:
    """Return the steps that are left: all for labelled rows, those that are not done for the corpus."""
    labelled = any(split != CORPUS_SPLIT for split in plan.sources)
    left: list[Any] = []
    for number, use in enumerate(plan.prepare):
        step = _spelled(recipe.tree["data"]["prepare"][number], use)
        if number not in done:
            left.append(step)
        elif labelled:
            left.append({"use": LabelledRows.name, "step": step})
    return left


def _spelled(given: Any, use: Use) -> Any:
    """Return a step as the recipe gives it, its paths absolute."""
    if not isinstance(given, dict):
        return use.name
    return {"use": use.name, **{key: use.options[key] for key in given if key != "use"}}


def _corpus(job: Job) -> dict[str, Any]:
    """Return the source that reads what the tasks wrote, with nothing of what the recipe says of its own files."""
    own = {name: field.get_default() for name, field in Jsonl.Config.model_fields.items() if name != "path"}
    own = own if job.source.name == Jsonl.name else {}
    source = {"use": Jsonl.name, "path": "corpus/*.jsonl.gz", **own, "encoding": "utf-8"}
    return {**source, "columns": dict(job.chosen)}
